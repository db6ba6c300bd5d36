#include "oci/packaging/read_package.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/json/document.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/packaging/wasm_layers.hpp"
#include "oci/text.hpp"
#include "oci/timestamp.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::string_view kNameless = "module.wasm";

// RFC 3339 as it stands, or what no time is written as.
std::string created_or_none(const std::string& created) {
  return created.contains('T') && Timestamp::parse(created) ? created : format_rfc3339({});
}

bool says_nothing(const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::null:
      return true;
    case JsonKind::boolean:
      return !value.boolean();
    case JsonKind::string:
      return value.string().empty();
    case JsonKind::array:
    case JsonKind::object:
      return value.empty();
    default:
      return false;
  }
}

// What the config of an image says of the container and this program does not know the meaning of.
void note_unknown(const std::string& config_bytes, std::vector<std::string>& beyond) {
  // BuildKit writes ArgsEscaped with every CMD; it means something to Windows alone.
  static constexpr std::array<std::string_view, 7> kKnown = {"ArgsEscaped", "Cmd",  "Entrypoint", "Env",
                                                             "Labels",      "User", "WorkingDir"};
  const Document document = Document::parse(config_bytes, {.max_bytes = kMaxManifestSize});
  const std::optional<JsonValue> config = document.root().find("config");
  if (!config || config->kind() != JsonKind::object) {
    return;
  }
  for (const JsonValue& member : *config) {
    if (std::ranges::find(kKnown, member.key()) == kKnown.end() && !says_nothing(member)) {
      beyond.push_back("config." + excerpt(member.key()));
    }
  }
}

// The annotation, where it is a name that a module's file could have.
std::string title_of(const Annotations& annotations) {
  const auto title = annotations.find(std::string(annotation::kTitle));
  if (title == annotations.end() || title->second.find_first_of("/ \t#") != std::string::npos) {
    return {};
  }
  return std::string(safe_file_name(title->second));
}

FoundModule only_one(const std::vector<FoundModule>& modules) {
  if (modules.empty()) {
    throw NotFoundError("no Wasm module");
  }
  if (modules.size() > 1) {
    std::vector<std::string> paths;
    paths.reserve(modules.size());
    for (const FoundModule& module : modules) {
      paths.push_back("/" + module.path);
    }
    throw UsageError("several modules: " + list_names(paths),
                     "take one out (pull --module NAME -o FILE), and build with it");
  }
  return modules.front();
}

// By this alone a command may be found: in its PATH, if not in its folder.
std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The file that a command starts, without leading slash.
std::string started_path(const std::string& word, const std::string& workdir) {
  const std::filesystem::path path = std::filesystem::path("/") / workdir / word.substr(0, word.find('#'));
  return path.lexically_normal().relative_path().string();
}

// Reads one manifest, a packaging at a time.
class PackageReader {
 public:
  PackageReader(Store& store, const Manifest& manifest) : store_(store), manifest_(manifest) {}

  ReadPackage read() {
    const std::optional<Packaging> packaging = packaging_of(manifest_);
    if (!packaging) {
      throw UsageError("this is no packaging of Wasm that is known");
    }
    packaging_ = *packaging;
    package_.annotations = manifest_.annotations;
    FoundModule module = *packaging == Packaging::image ? read_image() : read_raw();
    if (!module.description) {
      throw ContentError("the module " + excerpt(module.path) + " is broken: " + module.undescribed);
    }
    WasmDescription description = *std::move(module.description);
    if (manifest_.subject) {
      beyond_.emplace_back("the subject that it refers to");
    }
    return {.package = std::move(package_),
            .packaging = packaging_,
            .platform = std::move(platform_),
            .module = std::move(module),
            .description = std::move(description),
            .beyond = std::move(beyond_)};
  }

 private:
  ImageConfig read_config() {
    const std::string bytes = store_.load(manifest_.config, NodeKind::blob);
    ImageConfig config = parse_image_config(bytes);
    note_unknown(bytes, beyond_);
    if (!config.author.empty()) {
      beyond_.emplace_back("the config's author");
    }
    package_.created = created_or_none(config.created);
    package_.env = config.env;
    package_.cmd = config.cmd;
    package_.entrypoint = config.entrypoint;
    if (package_.entrypoint.empty() && !package_.cmd.empty()) {  // together they are the command
      package_.entrypoint = {package_.cmd.front()};
      package_.cmd.erase(package_.cmd.begin());
    }
    package_.labels = config.labels;
    package_.user = config.user;
    package_.workdir = config.workdir.empty() ? "/" : config.workdir;
    if (config.platform.architecture.starts_with("wasm")) {
      platform_ = config.platform;
    }
    return config;
  }

  FoundModule read_image() {
    const ImageConfig config = read_config();
    const ImageFiles files = find_files(store_, manifest_, config.diff_ids);
    const bool is_envoy = is_envoy_image(manifest_, config, files.modules);
    FoundModule module = is_envoy ? plugin_of(files.modules) : started(files.modules);
    if (is_envoy) {
      packaging_ = Packaging::envoy;
      package_.annotations.erase(std::string(kVariantAnnotation));
      package_.title = title_of(manifest_.annotations);
      if (package_.title.empty()) {
        package_.title = std::string(kPluginFile);
      }
    } else {
      name_from_path("/" + module.path);
    }
    collect_files(config, files, module);
    return module;
  }

  FoundModule plugin_of(const std::vector<FoundModule>& modules) const {
    return *std::ranges::find_if(modules, [&](const FoundModule& module) {
      return module.layer.digest == manifest_.layers.back().digest && safe_file_name(module.path) == kPluginFile;
    });
  }

  FoundModule started(const std::vector<FoundModule>& modules) const {
    if (!package_.entrypoint.empty()) {
      const std::string path = started_path(package_.entrypoint.front(), package_.workdir);
      const auto found = std::ranges::find(modules, path, &FoundModule::path);
      if (found != modules.end()) {
        return *found;
      }
    }
    return only_one(modules);
  }

  // Title and entrypoint of an image that starts the module where it lies.
  void name_from_path(const std::string& path) {
    const std::string name(safe_file_name(path));
    const std::string title = title_of(manifest_.annotations);
    package_.title = title.ends_with(".wasm") || name.empty() ? title : name;
    if (package_.title.empty()) {
      package_.title = std::string(kNameless);
    }
    if (package_.entrypoint.empty()) {
      package_.entrypoint.push_back(path);
      return;
    }
    const std::string word = package_.entrypoint.front();
    const std::size_t hash = std::min(word.find('#'), word.size());
    if (last_part(word.substr(0, hash)) == last_part(path)) {
      package_.entrypoint.front() = path + word.substr(hash);
    } else {
      std::vector<std::string> command = std::exchange(package_.entrypoint, {path});
      std::ranges::move(std::exchange(package_.cmd, {}), std::back_inserter(command));
      beyond_.push_back("the command (" + list_names(command) + "), which is not the module");
    }
  }

  // The layers that do not hold the module stay as they are.
  void collect_files(const ImageConfig& config, const ImageFiles& files, const FoundModule& started) {
    std::vector<std::string> lines;
    for (const HistoryEntry& entry : config.history) {
      if (!entry.empty_layer) {
        lines.push_back(entry.created_by);
      }
    }
    lines.resize(lines.size() == manifest_.layers.size() ? lines.size() : 0);
    lines.resize(manifest_.layers.size());
    for (std::size_t i = 0; i < manifest_.layers.size(); ++i) {
      const Descriptor& layer = manifest_.layers[i];
      if (layer.digest == started.layer.digest) {
        note_neighbours(started, files, i);
      } else if (config.diff_ids.size() == manifest_.layers.size()) {
        Descriptor kept = layer;
        kept.media_type =
            media_type::layer_type(media_type::layer_compression(layer.media_type).value_or(Compression::none));
        package_.files.push_back({.layer = {.descriptor = std::move(kept), .diff_id = config.diff_ids[i]},
                                  .created_by = std::move(lines[i])});
      } else {
        beyond_.push_back("the files of layer " + layer.digest.str());
      }
    }
  }

  void note_neighbours(const FoundModule& started, const ImageFiles& files, std::size_t position) {
    std::uint64_t count = files.others[position].count;
    std::string first = files.others[position].first;
    for (const FoundModule& module : files.modules) {
      if (module.layer.digest == started.layer.digest && module.path != started.path && count++ == 0) {
        first = module.path;
      }
    }
    if (count > 0) {
      beyond_.push_back("/" + excerpt(first) + (count > 1 ? " and " + std::to_string(count - 1) + " more files" : "") +
                        " in the module's layer");
    }
  }

  // Packagings whose layer is the module.
  FoundModule read_raw() {
    FoundModule module = only_one(find_modules(store_, manifest_));
    package_.title = title_of(module.layer.annotations);
    if (packaging_ == Packaging::wasm_layers) {
      read_config();
      package_.labels.erase(std::string(kLayersLabel));
      name_from_entrypoint();
    } else if (packaging_ == Packaging::artifact) {
      read_artifact();
    }
    if (package_.title.empty()) {
      package_.title = title_of(manifest_.annotations);
    }
    if (package_.title.empty()) {
      package_.title = std::string(kNameless);
    }
    for (const Descriptor& layer : manifest_.layers) {
      if (layer.digest != module.layer.digest) {
        beyond_.push_back("layer " + layer.digest.str() + " (" + excerpt(layer.media_type) + ")");
      }
    }
    return module;
  }

  // oci-tar-builder writes "app.wasm", which no container runtime would find; the absolute path means the same here.
  void name_from_entrypoint() {
    if (package_.entrypoint.empty()) {
      return;
    }
    std::string& word = package_.entrypoint.front();
    const std::string path = "/" + started_path(word, "/");
    word.replace(0, std::min(word.find('#'), word.size()), path);
    if (package_.title.empty()) {
      package_.title = std::string(safe_file_name(path));
    }
  }

  // Its readers look at the type of the config alone, so one that says nothing sensible is no reason to fail.
  void read_artifact() {
    const std::string bytes = store_.load(manifest_.config, NodeKind::blob);
    try {
      const WasmConfig config = parse_wasm_config(bytes);
      package_.created = created_or_none(config.created);
      if (!config.author.empty()) {
        package_.annotations.try_emplace(std::string(annotation::kAuthors), config.author);
      }
      if (config.component && !config.component->target.empty()) {
        beyond_.push_back("the target world " + excerpt(config.component->target));
      }
    } catch (const ContentError&) {
      beyond_.emplace_back("the config, which is not as the specification has it");
    }
  }

  Store& store_;
  const Manifest& manifest_;
  Package package_{.title = {}, .platform = {}, .created = format_rfc3339({})};
  Packaging packaging_ = Packaging::image;
  std::optional<Platform> platform_;
  std::vector<std::string> beyond_;
};

}  // namespace

ReadPackage read_package(Store& store, const Manifest& manifest) { return PackageReader(store, manifest).read(); }

}  // namespace wasm_oci
