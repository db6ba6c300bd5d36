#include "oci/packaging/envoy.hpp"

#include "oci/media_type.hpp"
#include "oci/packaging/image.hpp"
#include "oci/packaging/module_name.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace wasm_oci {
namespace {

std::vector<Objection> judge(const Package& package, const PackageModule& module) {
  std::vector<Objection> objections;
  if (module.size > kMaxPluginSize) {
    objections.push_back({.refuses = true,
                          .message = package.title + " has " + human_size(module.size) +
                                     ", and Istio and Envoy Gateway load at most " + human_size(kMaxPluginSize),
                          .hint = "take debug sections out of it, or package it with --as image"});
  }
  if (const std::optional<std::string> why = why_envoy_does_not_load(*module.description)) {
    objections.push_back({.refuses = false, .message = package.title + " " + *why});
  }
  return objections;
}

PackedImage pack(const Package& package, PackageModule module, const LayerOptions& options, LocalStore& store) {
  std::vector<ImageLayer> layers = package.files;
  layers.push_back(pack_module_layer(package, std::move(module), "/" + std::string(kPluginFile), options, store));
  Package annotated = package;
  annotated.annotations.try_emplace(std::string(kVariantAnnotation), kVariant);
  return pack_layers(annotated, {.created = package.created, .platform = package.platform, .labels = package.labels},
                     layers, store);
}

constexpr std::array kLacks = {PackagePart::name, PackagePart::entrypoint, PackagePart::cmd,
                               PackagePart::env,  PackagePart::workdir,    PackagePart::user};
constexpr std::array kCompressions = {Compression::gzip};

}  // namespace

constexpr Packager kEnvoyPackager{
    .lacks = kLacks, .compressions = kCompressions, .platform = any_platform, .judge = judge, .pack = pack};

std::optional<std::string> why_envoy_does_not_load(const WasmDescription& module) {
  return module.shape == WasmShape::proxy_wasm
             ? std::nullopt
             : std::optional<std::string>("has no proxy-wasm ABI (proxy_abi_version_…): Envoy will not load it");
}

const FoundModule* find_plugin(const Manifest& manifest, const ImageConfig& config,
                               std::span<const FoundModule> modules) {
  if (!config.entrypoint.empty() || !config.cmd.empty() || manifest.layers.empty() ||
      media_type::layer_compression(manifest.layers.back().media_type) != Compression::gzip) {
    return nullptr;
  }
  const auto is_candidate = [&](const FoundModule& module) {
    return module.layer.digest == manifest.layers.back().digest && safe_file_name(module.path) == kPluginFile;
  };
  const auto found = std::ranges::find_if(modules, is_candidate);
  return found != modules.end() && std::ranges::count_if(modules, is_candidate) == 1 ? &*found : nullptr;
}

}  // namespace wasm_oci
