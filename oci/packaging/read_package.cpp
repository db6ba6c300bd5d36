#include "oci/packaging/read_package.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/module_name.hpp"
#include "oci/packaging/unheld.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/packaging/wasm_layers.hpp"
#include "oci/text.hpp"
#include "oci/timestamp.hpp"
#include "oci/utf8.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::string_view kNameless = "module.wasm";

// RFC 3339 as it stands, or what no time is written as.
std::string created_or_none(const std::string& created) {
  return created.contains('T') && Timestamp::parse(created) ? created : format_rfc3339({});
}

std::string first_of(std::string first, std::string_view second) {
  return first.empty() ? std::string(second) : std::move(first);
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

// The words before and from "#function".
std::pair<std::string, std::string> path_and_function(const std::string& word) {
  const std::size_t hash = std::min(word.find('#'), word.size());
  return {word.substr(0, hash), word.substr(hash)};
}

// By this alone a command may be found: in its PATH, if not in its folder.
std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

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
    const bool has_files = packaging_ == Packaging::image || packaging_ == Packaging::envoy;
    FoundModule module = has_files ? read_image() : read_raw();
    if (!module.description) {
      throw ContentError("the module " + excerpt(module.path) + " is broken: " + module.undescribed);
    }
    lose(unheld_of_manifest(manifest_, module.layer.digest));
    WasmDescription description = *std::move(module.description);
    return {.package = std::move(package_),
            .packaging = packaging_,
            .platform = std::move(platform_),
            .module = std::move(module),
            .description = std::move(description),
            .starts_module = starts_module_,
            .layer = std::move(layer_),
            .beyond = std::move(beyond_)};
  }

 private:
  void lose(std::vector<std::string> names) { std::ranges::move(names, std::back_inserter(beyond_)); }

  ImageConfig read_config() {
    const std::string bytes = store_.load(manifest_.config, NodeKind::blob);
    ImageConfig config = parse_image_config(bytes);
    lose(unheld_of_image_config(bytes));
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
    if (is_wasm(config.platform)) {
      platform_ = config.platform;
    }
    return config;
  }

  FoundModule read_image() {
    // Higress's plugins have documents beside the last layer, and no config to speak of.
    const bool has_config = media_type::is_image_config(manifest_.config.media_type);
    const ImageConfig config = has_config ? read_config() : ImageConfig{.platform = {}};
    const ImageFiles files = find_files(store_, manifest_, config.diff_ids);
    const FoundModule* const plugin = find_plugin(manifest_, config, files.modules);
    FoundModule module = plugin != nullptr ? *plugin : started(files.modules);
    if (plugin != nullptr) {
      packaging_ = Packaging::envoy;
      if (const auto variant = package_.annotations.find(std::string(kVariantAnnotation));
          variant != package_.annotations.end() && variant->second == kVariant) {
        package_.annotations.erase(variant);
      }
      package_.title = first_of(module_name(manifest_.annotations), kPluginFile);
    } else {
      name_from_path("/" + module.path);
    }
    collect_files(config, files, module);
    return module;
  }

  FoundModule started(const std::vector<FoundModule>& modules) const {
    if (!package_.entrypoint.empty()) {
      const std::string path = start_of(package_.entrypoint.front(), package_.workdir).path;
      const auto found = std::ranges::find(modules, path, &FoundModule::path);
      if (found != modules.end()) {
        return *found;
      }
    }
    return only_one(modules);
  }

  // Title and entrypoint of an image that starts the module where it lies.
  void name_from_path(const std::string& path) {
    const std::string title = module_name(manifest_.annotations);
    const std::string_view name = safe_file_name(path);
    package_.title = first_of(title.ends_with(".wasm") || name.empty() ? title : std::string(name), kNameless);
    const std::vector<std::string> command = std::exchange(package_.entrypoint, {});
    if (path.contains('#') || !utf8::is_valid(path)) {
      package_.title = kNameless;
      beyond_.push_back("the module's path (/" + excerpt(path.substr(1)) + "), which no entrypoint can say");
      return;
    }
    package_.entrypoint = {path};
    if (command.empty()) {
      return;
    }
    const auto [word, function] = path_and_function(command.front());
    if (last_part(word) == last_part(path)) {
      package_.entrypoint = command;
      package_.entrypoint.front() = path + function;
    } else {
      package_.cmd.clear();
      beyond_.push_back("the command (" + excerpt(command.front()) + " …), which is not the module");
      starts_module_ = false;
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
      const bool is_modules = layer.digest == started.layer.digest;
      if (is_modules && note_neighbours(started, files, i)) {
        continue;
      }
      const std::optional<Compression> compression = media_type::layer_compression(layer.media_type);
      if (!compression || config.diff_ids.size() != manifest_.layers.size()) {
        if (!is_modules) {
          beyond_.push_back("layer " + layer.digest.str() + " (" + excerpt(layer.media_type) + ")");
        }
        continue;
      }
      ImageLayer kept{.layer = {.descriptor = layer, .diff_id = config.diff_ids[i]}, .created_by = std::move(lines[i])};
      kept.layer.descriptor.media_type = media_type::layer_type(*compression);
      if (!is_modules) {
        package_.files.push_back(std::move(kept));
      } else if (*compression == Compression::gzip) {
        layer_ = std::move(kept);
      }
    }
  }

  // Whether there are any.
  bool note_neighbours(const FoundModule& started, const ImageFiles& files, std::size_t position) {
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
    return count > 0;
  }

  // Packagings whose layer is the module.
  FoundModule read_raw() {
    FoundModule module = only_one(find_modules(store_, manifest_));
    package_.title = module_name(module.layer.annotations);
    if (packaging_ == Packaging::wasm_layers) {
      read_config();
      package_.labels.erase(std::string(kLayersLabel));
      read_entrypoint();
    } else if (packaging_ == Packaging::artifact) {
      read_artifact();
    }
    package_.title = first_of(first_of(std::move(package_.title), module_name(manifest_.annotations)), kNameless);
    for (const Descriptor& layer : manifest_.layers) {
      if (layer.digest != module.layer.digest) {
        beyond_.push_back("layer " + layer.digest.str() + " (" + excerpt(layer.media_type) + ")");
      }
    }
    return module;
  }

  // oci-tar-builder writes "app.wasm", which no container runtime would find; the absolute path means the same here.
  // Spin's shim has "/", which is no file.
  void read_entrypoint() {
    if (package_.entrypoint.empty()) {
      return;
    }
    const auto [word, function] = path_and_function(package_.entrypoint.front());
    const std::string path = "/" + start_of(word, "/").path;
    const std::string_view name = safe_file_name(path);
    if (name.empty() || name.starts_with(".wh.")) {
      beyond_.push_back("the entrypoint (" + excerpt(package_.entrypoint.front()) + "), which is no file");
      package_.entrypoint.clear();
      return;
    }
    package_.entrypoint.front() = path + function;
    package_.title = first_of(std::move(package_.title), name);
  }

  // Its readers look at the type of the config alone, so one that says nothing sensible is no reason to fail.
  void read_artifact() {
    const std::string bytes = store_.load(manifest_.config, NodeKind::blob);
    try {
      const WasmConfig config = parse_wasm_config(bytes);
      package_.created = created_or_none(config.created);
      if (!config.author.empty() &&
          package_.annotations.try_emplace(std::string(annotation::kAuthors), config.author).first->second !=
              config.author) {
        beyond_.push_back("the author " + excerpt(config.author));
      }
      lose(unheld_of_wasm_config(bytes));
    } catch (const ContentError&) {
      beyond_.emplace_back("the config, which is not as the specification has it");
    }
  }

  Store& store_;
  const Manifest& manifest_;
  Package package_{.title = {}, .platform = {}, .created = format_rfc3339({})};
  Packaging packaging_ = Packaging::image;
  std::optional<Platform> platform_;
  bool starts_module_ = true;
  std::optional<ImageLayer> layer_;
  std::vector<std::string> beyond_;
};

}  // namespace

ReadPackage read_package(Store& store, const Manifest& manifest) { return PackageReader(store, manifest).read(); }

}  // namespace wasm_oci
