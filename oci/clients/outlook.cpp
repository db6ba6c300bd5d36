#include "oci/clients/outlook.hpp"

#include "oci/media_type.hpp"
#include "oci/text.hpp"
#include "oci/timestamp.hpp"
#include "oci/wasm/start.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

Outlook refuse(std::string why) {
  std::string next = "it is refused: " + why;
  return {.next = std::move(next), .command = {}, .refusal = std::move(why)};
}

std::string finds_nothing(const Wish& wish, const Descriptor& /*index*/) {
  return "it finds nothing for " + format(wish.asked);
}

namespace {

// containerd, pkg/oci/spec_opts.go (WithUsername), and all others look a name up in the image's own file.
bool has_unknown_user(const Taken& taken) {
  const std::string said = taken.config ? taken.config->user : std::string();
  const std::string user = said.substr(0, said.find(':'));
  return taken.modules && taken.has_files() && !taken.has_users &&
         !std::ranges::all_of(user, [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t count_layers_of_files(const Manifest& manifest) {
  const auto has_files = [](const Descriptor& layer) {
    return media_type::layer_compression(layer.media_type).has_value();
  };
  return static_cast<std::size_t>(std::ranges::count_if(manifest.layers, has_files));
}

// Nobody unpacks it then (MAN005). A plugin with documents beside it is none that is unpacked.
std::optional<std::string> why_layers_are_not_counted(const Manifest& manifest, const ImageConfig& config) {
  const std::size_t count = count_layers_of_files(manifest);
  if (count == config.diff_ids.size() ||
      std::ranges::any_of(manifest.layers, media_type::is_plugin_document, &Descriptor::media_type)) {
    return std::nullopt;
  }
  return "its config has " + std::to_string(config.diff_ids.size()) + " diff_ids for " + std::to_string(count) +
         " layers of files";
}

// When the runtime links it, or calls it.
std::optional<std::string> why_module_fails(const Taken& taken) {
  const FoundModule* const module = taken.module();
  if (module == nullptr || !module->description || module->description->form != WasmForm::core) {
    return std::nullopt;
  }
  if (is_both_command_and_reactor(*module->description)) {
    return shown_start(taken) + " exports both _start and _initialize";
  }
  const std::optional<std::string> missing = missing_start(*module->description, taken.function);
  return missing ? std::optional(shown_start(taken) + " exports " + *missing) : std::nullopt;
}

}  // namespace

std::optional<std::string> why_nothing_starts(const Taken& taken) {
  if (!taken.config) {
    return "its config is " + excerpt(taken.manifest.config.media_type) + ", and no image's";
  }
  if (const std::optional<std::string> why = why_config_is_not_read(taken)) {
    return why;
  }
  if (const std::optional<std::string> why = why_layers_are_not_counted(taken.manifest, *taken.config)) {
    return why;
  }
  if (!taken.has_files() && !taken.unreadable.empty()) {
    return taken.unreadable;
  }
  if (taken.argv.empty()) {
    return "it has neither entrypoint nor command";
  }
  if (taken.modules && taken.has_files() && taken.module() == nullptr && !taken.starts_text) {
    return shown_start(taken) + " is no Wasm module of this image";
  }
  if (const std::optional<std::string> why = why_module_fails(taken)) {
    return why;
  }
  if (has_unknown_user(taken)) {
    return "its user " + excerpt(taken.config->user) + " is a name, and it has no /etc/passwd";
  }
  return std::nullopt;
}

std::optional<std::string> why_config_is_not_read(const Taken& taken) {
  if (!taken.config) {
    return std::nullopt;
  }
  std::vector<std::string_view> times = {taken.config->created};
  std::ranges::transform(taken.config->history, std::back_inserter(times), &HistoryEntry::created);
  const auto wrong =
      std::ranges::find_if(times, [](std::string_view time) { return !time.empty() && !Timestamp::is_rfc3339(time); });
  return wrong == times.end()
             ? std::nullopt
             : std::optional("its config was created at " + excerpt(*wrong) + R"(, which is no time ("parsing time"))");
}

// core/images/mediatypes.go (DiffCompression): of a type that says tar alone the bytes are not asked.
std::optional<std::string> why_containerd_does_not_unpack(const Taken& taken) {
  for (std::size_t i = 0; i < taken.compressions.size(); ++i) {
    const Descriptor& layer = taken.manifest.layers[i];
    if (taken.compressions[i] != Compression::none &&
        media_type::layer_compression(layer.media_type) == Compression::none) {
      return "layer " + layer.digest.str() +
             " is compressed, and its type says tar (\"archive/tar: invalid tar header\")";
    }
  }
  return std::nullopt;
}

// core/unpack/unpacker.go (unpack), client/image.go (getLayers).
std::optional<std::string> why_layers_do_not_match(const Taken& taken, Counted counted) {
  if (!taken.config) {
    return std::nullopt;
  }
  const std::size_t layers = count_layers_of_files(taken.manifest);
  const std::size_t diff_ids = taken.config->diff_ids.size();
  if (layers == diff_ids || (counted == Counted::as_they_come && layers == 0)) {
    return std::nullopt;
  }
  return counted == Counted::once_all_are_there
             ? "\"mismatched image rootfs and manifest layers\""
             : "\"number of layers and diffIDs don't match: " + std::to_string(layers) +
                   " != " + std::to_string(diff_ids) + "\"";
}

std::string shown_start(const Taken& taken) { return "/" + excerpt(taken.path); }

std::optional<std::string> platform_to_paste(const Taken& taken) {
  constexpr std::size_t kLongest = 64;
  if (!taken.config) {
    return std::nullopt;
  }
  std::string platform = format(taken.config->platform);
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-' || c == '/';
  };
  return platform.size() <= kLongest && std::ranges::all_of(platform, is_plain) ? std::optional(std::move(platform))
                                                                                : std::nullopt;
}

std::string platform_flag(const Wish& wish) {
  return same_platform(wish.asked, host_platform()) ? "" : "--platform " + format(wish.asked) + " ";
}

}  // namespace wasm_oci
