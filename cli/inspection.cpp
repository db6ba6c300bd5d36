#include "cli/inspection.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/image_config.hpp"
#include "oci/image_platforms.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/wasm/binary.hpp"

#include <algorithm>
#include <filesystem>

namespace wasm_oci::cli {

namespace {

constexpr unsigned kMaxDepth = 8;

ImageConfig inspect_config(Store& store, const Descriptor& descriptor, Inspection& inspection) {
  inspection.config_bytes = store.load(descriptor, NodeKind::blob);
  const ImageConfig config = parse_image_config(inspection.config_bytes);
  if (!config.platform.os.empty()) {
    inspection.platform = format(config.platform);
  }
  // Otherwise the two lists speak of different things.
  if (config.diff_ids.size() == inspection.layers.size()) {
    for (std::size_t i = 0; i < inspection.layers.size(); ++i) {
      inspection.layers[i].diff_id = config.diff_ids[i];
    }
  }
  return config;
}

// Whether an image for another platform starts something that is called a Wasm binary, as where its platform was
// forgotten.
bool starts_wasm(const ImageConfig& config) {
  const std::vector<std::string>& command = config.entrypoint.empty() ? config.cmd : config.entrypoint;
  return !command.empty() && command.front().substr(0, command.front().find('#')).ends_with(".wasm");
}

// Where an image with nothing to start has a last layer of at most so many bytes, it is searched for Envoy's plugin.
constexpr std::uint64_t kMaxPluginLayer = std::uint64_t{64} * 1024 * 1024;

// The modules of an image. What is for another platform than Wasm is searched only where it looks like Wasm or Envoy's,
// and what goes wrong there is nobody's business: it may be any image.
std::vector<FoundModule> modules_of_image(Store& store, const Manifest& manifest, const ImageConfig& config,
                                          ModuleBudget& budget) {
  if (is_wasm(config.platform)) {
    return find_files(store, manifest, {}, budget).modules;
  }
  Manifest searched = manifest;
  if (!starts_wasm(config)) {
    const bool may_be_plugin = config.entrypoint.empty() && config.cmd.empty() && !manifest.layers.empty() &&
                               manifest.layers.back().size <= kMaxPluginLayer;
    if (!may_be_plugin) {
      return {};
    }
    searched.layers = {manifest.layers.back()};
  }
  try {
    return find_files(store, searched, {}, budget).modules;
  } catch (const ContentError&) {
    return {};
  } catch (const NotFoundError&) {
    return {};
  }
}

// Its readers look at the type of the config and not into it, so neither must a wrong one hide the rest.
std::string platform_of_artifact(Store& store, const Descriptor& config) {
  try {
    return format({.os = parse_wasm_config(store.load(config, NodeKind::blob)).os, .architecture = "wasm"});
  } catch (const ContentError&) {
    return {};
  }
}

void inspect_manifest(Store& store, Inspection& inspection, ModuleBudget& budget) {
  const Manifest manifest =
      parse_manifest(store.load(inspection.descriptor, NodeKind::manifest), inspection.descriptor.media_type);
  inspection.annotations = manifest.annotations;
  inspection.config = manifest.config;
  for (const Descriptor& layer : manifest.layers) {
    inspection.layers.push_back({.descriptor = layer, .diff_id = std::nullopt});
  }
  const bool is_image = media_type::is_image_config(manifest.config.media_type);
  inspection.kind = is_image ? "image" : "artifact";
  if (is_attestation(inspection.descriptor)) {
    inspection.kind = "attestation";
    return;
  }
  const ImageConfig config =
      is_image ? inspect_config(store, manifest.config, inspection) : ImageConfig{.platform = {}};
  std::optional<Packaging> packaging = packaging_of(manifest);
  const bool has_modules = std::ranges::any_of(
      manifest.layers, [](const Descriptor& layer) { return media_type::is_wasm_layer(layer.media_type); });
  if (!packaging && !has_modules) {
    return;
  }
  std::vector<FoundModule> modules = packaging == Packaging::image ? modules_of_image(store, manifest, config, budget)
                                                                   : find_files(store, manifest, {}, budget).modules;
  if (packaging == Packaging::image) {
    if (modules.empty() && !is_wasm(config.platform)) {
      return;
    }
    if (find_plugin(manifest, config, modules) != nullptr) {
      packaging = Packaging::envoy;
    }
  }
  inspection.packaging = packaging ? to_string(*packaging) : "";
  if (packaging == Packaging::artifact) {
    inspection.platform = platform_of_artifact(store, manifest.config);
  }
  for (FoundModule& module : modules) {
    inspection.modules.push_back({.path = "/" + module.path,
                                  .size = module.size,
                                  .digest = module.digest,
                                  .kind = module.kind,
                                  .description = std::move(module.description),
                                  .undescribed = std::move(module.undescribed)});
  }
}

// `entries` counts those of all indexes: a few small ones that each name the next one often are a huge tree (T-31).
Inspection inspect_node(Store& store, const Descriptor& descriptor, const std::string& name, unsigned depth,
                        std::size_t& entries, ModuleBudget& budget) {
  Inspection inspection{.name = name,
                        .descriptor = descriptor,
                        .kind = "artifact",
                        .packaging = {},
                        .platform = descriptor.platform ? format(*descriptor.platform) : "",
                        .annotations = {},
                        .config = std::nullopt,
                        .config_bytes = {},
                        .layers = {},
                        .manifests = {},
                        .modules = {}};
  if (media_type::is_docker_schema1(descriptor.media_type)) {
    refuse_docker_schema1();  // it would pass for an artifact without layers
  }
  if (media_type::is_image_manifest(descriptor.media_type)) {
    inspect_manifest(store, inspection, budget);
  } else if (media_type::is_index(descriptor.media_type)) {
    inspection.kind = "index";
    if (depth == kMaxDepth) {
      throw ContentError(descriptor.digest.str() + ": indexes nested deeper than " + std::to_string(kMaxDepth));
    }
    Index index = parse_index(store.load(descriptor, NodeKind::manifest), descriptor.media_type);
    inspection.annotations = std::move(index.annotations);
    const std::string base = name.substr(0, name.find("@sha"));
    entries += index.manifests.size();
    if (entries > kMaxDescriptors) {
      throw ContentError(descriptor.digest.str() + ": more than " + std::to_string(kMaxDescriptors) +
                         " entries in nested indexes");
    }
    for (const Descriptor& entry : index.manifests) {
      const std::string entry_name = base + "@" + entry.digest.str();
      try {
        inspection.manifests.push_back(inspect_node(store, entry, entry_name, depth + 1, entries, budget));
      } catch (const NotFoundError&) {
        inspection.manifests.push_back({.name = entry_name,
                                        .descriptor = entry,
                                        .kind = "missing",
                                        .packaging = {},
                                        .platform = entry.platform ? format(*entry.platform) : "",
                                        .annotations = {},
                                        .config = std::nullopt,
                                        .config_bytes = {},
                                        .layers = {},
                                        .manifests = {},
                                        .modules = {}});
      }
    }
  }
  return inspection;
}

}  // namespace

Inspection inspect_image(Store& store, const Descriptor& root, const std::string& name) {
  std::size_t entries = 0;
  ModuleBudget budget;
  return inspect_node(store, root, name, 0, entries, budget);
}

Inspection inspect_module(const std::string& path) {
  WasmFile file = open_wasm(path);
  FileSource source(std::move(file.fd), path);
  std::vector<std::byte> buffer(kChunkSize);
  Hasher hasher;
  while (const std::size_t count = source.read(buffer)) {
    hasher.update(std::span(buffer).first(count));
  }
  const Digest digest = hasher.finish();
  return {.name = path,
          .descriptor = {.media_type = std::string(media_type::kWasm), .digest = digest, .size = file.size},
          .kind = "module",
          .packaging = {},
          .platform = {},
          .annotations = {},
          .config = std::nullopt,
          .config_bytes = {},
          .layers = {},
          .manifests = {},
          .modules = {{.path = std::filesystem::path(path).filename().string(),
                       .size = file.size,
                       .digest = digest,
                       .kind = file.header.kind,
                       .description = std::move(file.description)}}};
}

}  // namespace wasm_oci::cli
