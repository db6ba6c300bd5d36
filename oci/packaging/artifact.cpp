#include "oci/packaging/artifact.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/wasm_config.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace wasm_oci {
namespace {

template <class List>
std::vector<std::string> names_of(const List& externs) {
  std::vector<std::string> names;
  std::ranges::transform(externs, std::back_inserter(names), [](const auto& one) { return one.name; });
  return names;
}

std::optional<WasmWorld> world_of(const WasmDescription& module) {
  if (module.form == WasmForm::core) {
    return std::nullopt;
  }
  return WasmWorld{.exports = names_of(module.exports), .imports = names_of(module.imports)};
}

// The specification knows these two; oci-wasm says wasip2 of components for WASI 0.3, too.
Platform artifact_platform(const std::optional<Platform>& asked, const WasmDescription& module) {
  Platform own{.os = module.form == WasmForm::core ? "wasip1" : "wasip2", .architecture = "wasm"};
  if (asked && *asked != own) {
    throw UsageError("an artifact of this " + std::string(module.form == WasmForm::core ? "module" : "component") +
                         " is always for " + format(own),
                     "its platform follows from the module; --as image takes any");
  }
  return own;
}

std::vector<Objection> judge(const Package& package, const PackageModule& module) {
  if (module.description->shape == WasmShape::proxy_wasm) {
    return {{.refuses = false,
             .message = package.title + " is a proxy-wasm plugin, and Envoy reads no artifacts: it loads --as envoy"}};
  }
  return {};
}

PackedImage pack(const Package& package, PackageModule module, const LayerOptions& /*options*/, LocalStore& store) {
  WasmConfig config{
      .created = package.created, .os = package.platform.os, .layers = {}, .component = world_of(*module.description)};
  Descriptor layer = raw_layer(package, std::move(module), media_type::kWasm, store);
  config.layers = {layer.digest};
  // No artifactType: the specification has none, and the config's type says it all.
  return pack_manifest({.media_type = std::string(media_type::kOciManifest),
                        .config = store.add(media_type::kWasmConfig, serialize(config)),
                        .layers = {std::move(layer)},
                        .annotations = package.annotations});
}

constexpr std::array kLacks = {PackagePart::entrypoint, PackagePart::cmd,  PackagePart::env,  PackagePart::labels,
                               PackagePart::workdir,    PackagePart::user, PackagePart::files};

}  // namespace

constexpr Packager kArtifactPackager{
    .lacks = kLacks, .compressions = {}, .platform = artifact_platform, .judge = judge, .pack = pack};

}  // namespace wasm_oci
