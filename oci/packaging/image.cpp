#include "oci/packaging/image.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace wasm_oci {
namespace {

// The function that the entrypoint names, as runwasi reads it: "/app.wasm#function".
std::string_view function_of(const Package& package) {
  const std::string_view word = package.entrypoint.empty() ? std::string_view() : package.entrypoint.front();
  const std::size_t hash = word.find('#');
  return hash == std::string_view::npos ? std::string_view() : word.substr(hash + 1);
}

bool exports_a_function(const WasmDescription& module) {
  return std::ranges::any_of(module.exports, [](const WasmExport& e) {
    return e.kind == ExternKind::function || e.kind == ExternKind::instance;
  });
}

bool exports(const WasmDescription& module, std::string_view function) {
  return std::ranges::any_of(module.exports,
                             [&](const WasmExport& e) { return e.kind == ExternKind::function && e.name == function; });
}

std::string how_to_call(const Package& package) { return "--entrypoint '/" + package.title + "#FUNCTION'"; }

Objection library(const Package& package, const WasmDescription& module) {
  const std::string what = module.form == WasmForm::core ? "no _start" : "neither wasi:cli/run nor an HTTP handler";
  if (!exports_a_function(module)) {
    return {.refuses = false,
            .message = package.title + " has " + what + " and no function to call: nothing starts it"};
  }
  return {.refuses = true,
          .message = package.title + " is a library: it has " + what + " that a container could start",
          .hint = "name the function to call, " + how_to_call(package) + ", or package it with --as artifact"};
}

std::optional<Objection> judge_shape(const Package& package, const WasmDescription& module) {
  if (module.shape == WasmShape::reactor) {
    return Objection{.refuses = false,
                     .message = package.title + " is a reactor: it has no _start, so name the function to call, " +
                                how_to_call(package)};
  }
  return module.shape == WasmShape::library ? std::optional(library(package, module)) : std::nullopt;
}

PackedImage pack_image(const Package& package, PackageModule module, const LayerOptions& options, LocalStore& store) {
  std::vector<ImageLayer> layers = package.files;
  layers.push_back(pack_module_layer(package, std::move(module), module_path(start_of(package)), options, store));
  ImageConfig config{.created = package.created,
                     .platform = package.platform,
                     .user = package.user,
                     .env = package.env,
                     .entrypoint = start_of(package),
                     .cmd = package.cmd,
                     .workdir = package.workdir,
                     .labels = package.labels};
  return pack_layers(package, std::move(config), layers, store);
}

}  // namespace

Platform any_platform(const std::optional<Platform>& asked, const WasmDescription& /*module*/) {
  return asked.value_or(usual_wasm_platform());
}

std::string module_path(const std::vector<std::string>& entrypoint) {
  const std::string& word = entrypoint.front();
  std::string path = word.substr(0, word.find('#'));
  if (!path.starts_with('/')) {
    throw UsageError("entrypoint \"" + word + "\" is not an absolute path",
                     "the module lies at the entrypoint's first word; write it like /app.wasm or /app.wasm#function");
  }
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  // Paths compare part by part, blind to doubled slashes; the tar takes the text.
  if (normal.native() != path || normal.filename().empty()) {
    throw UsageError("entrypoint \"" + word + "\" does not name a file",
                     "write it like /app.wasm, without . and .. and doubled slashes");
  }
  for (const std::filesystem::path& part : normal) {
    if (part.native().starts_with(".wh.")) {
      throw UsageError("entrypoint \"" + word + "\" lies in a whiteout: no container sees what is called .wh.…",
                       "say where the module lies: --entrypoint /app.wasm");
    }
  }
  return path;
}

std::string history_line(std::string_view what, const std::vector<std::string>& paths) {
  std::string line(what);
  for (const std::string& path : paths) {
    line += ' ';
    line += escape_for_terminal(path);
  }
  return line + " # wasm-oci";
}

ImageLayer pack_module_layer(const Package& package, PackageModule module, const std::string& path,
                             const LayerOptions& options, LocalStore& store) {
  if (module.layer && module.layer_path == path &&
      media_type::layer_compression(module.layer->layer.descriptor.media_type) == options.compression) {
    return *std::move(module.layer);
  }
  std::vector<LayerFile> files;
  files.push_back(
      {.path = path.substr(1), .mode = kExecutableMode, .size = module.size, .content = std::move(module.content)});
  return {.layer = write_layer(store, std::move(files), options),
          .created_by = history_line("COPY", {package.title, path})};
}

PackedImage pack_layers(const Package& package, ImageConfig config, const std::vector<ImageLayer>& image_layers,
                        LocalStore& store) {
  Annotations annotations = package.annotations;
  annotations.try_emplace(std::string(annotation::kTitle), package.title);
  std::vector<Descriptor> layers;
  for (const ImageLayer& image_layer : image_layers) {
    config.diff_ids.push_back(image_layer.layer.diff_id);
    config.history.push_back({.created = package.created, .created_by = image_layer.created_by});
    layers.push_back(image_layer.layer.descriptor);
  }
  return pack_manifest({.media_type = std::string(media_type::kOciManifest),
                        .config = store.add(media_type::kOciConfig, serialize(config)),
                        .layers = std::move(layers),
                        .annotations = std::move(annotations)});
}

std::vector<Objection> judge_process(const Package& package, const PackageModule& module) {
  const WasmDescription& description = *module.description;
  std::vector<Objection> objections;
  if (description.form == WasmForm::wit_package) {
    return {{.refuses = true,
             .message = package.title + " is a WIT package: it describes interfaces and holds nothing that runs",
             .hint = "package it as wkg reads it: --as artifact"}};
  }
  if (description.shape == WasmShape::proxy_wasm) {
    return {{.refuses = true,
             .message = package.title + " is a proxy-wasm plugin: a proxy loads it, and no container can start it",
             .hint = "package it for Envoy, Istio and Higress: --as envoy"}};
  }
  if (package.is_spin_application) {
    return {};
  }
  const std::string_view function = function_of(package);
  if (function.empty()) {
    if (std::optional<Objection> objection = judge_shape(package, description)) {
      objections.push_back(*std::move(objection));
    }
  } else if (description.form == WasmForm::core && !exports(description, function)) {
    objections.push_back(
        {.refuses = false, .message = package.title + " exports no function " + excerpt(function) + " to start with"});
  }
  if (description.metadata.componentizable) {
    objections.push_back({.refuses = false,
                          .message = package.title + " is a core module made for a component: until it is made into "
                                                     "one (wasm-tools component new), runtimes see the module"});
  }
  return objections;
}

namespace {
constexpr std::array kCompressions = {Compression::gzip, Compression::zstd, Compression::none};
}  // namespace

constexpr Packager kImagePackager{
    .lacks = {}, .compressions = kCompressions, .platform = any_platform, .judge = judge_process, .pack = pack_image};

}  // namespace wasm_oci
