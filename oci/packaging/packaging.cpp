#include "oci/packaging/packaging.hpp"

#include "oci/media_type.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

bool has_layer(const Manifest& manifest, std::string_view type) {
  return std::ranges::any_of(manifest.layers, [&](const Descriptor& layer) { return layer.media_type == type; });
}

bool has_layer_that(const Manifest& manifest, bool (*is)(std::string_view media_type)) {
  return std::ranges::any_of(manifest.layers, [&](const Descriptor& layer) { return is(layer.media_type); });
}

bool all_layers(const Manifest& manifest, bool (*is)(std::string_view media_type)) {
  return !manifest.layers.empty() &&
         std::ranges::all_of(manifest.layers, [&](const Descriptor& layer) { return is(layer.media_type); });
}

bool is_tar(std::string_view media_type) { return media_type::layer_compression(media_type).has_value(); }

}  // namespace

std::string_view to_string(Packaging packaging) {
  switch (packaging) {
    case Packaging::image:
      return "image";
    case Packaging::artifact:
      return "artifact";
    case Packaging::wasm_layers:
      return "wasm-layers";
    case Packaging::envoy:
      return "envoy";
    case Packaging::spin:
      return "spin";
    case Packaging::solo:
      return "solo";
    case Packaging::wasm_to_oci:
      return "wasm-to-oci";
  }
  return "";
}

std::optional<Packaging> parse_packaging(std::string_view kind) {
  for (const Packaging packaging : {Packaging::image, Packaging::artifact, Packaging::wasm_layers, Packaging::envoy}) {
    if (kind == to_string(packaging)) {
      return packaging;
    }
  }
  if (kind == "runwasi") {
    return Packaging::wasm_layers;
  }
  return kind == "istio" ? std::optional(Packaging::envoy) : std::nullopt;
}

std::optional<Packaging> packaging_of(const Manifest& manifest) {
  // First what only one of them has; Spin and runwasi use an image's config.
  if (has_layer(manifest, media_type::kSpinApplication)) {
    return Packaging::spin;
  }
  if (has_layer(manifest, media_type::kSoloContentLayer)) {
    return Packaging::solo;
  }
  if (!manifest.layers.empty() && is_tar(manifest.layers.back().media_type) &&
      has_layer_that(manifest, media_type::is_plugin_document)) {
    return Packaging::envoy;
  }
  if (manifest.config.media_type == media_type::kWasmConfig) {
    return Packaging::artifact;
  }
  if (manifest.config.media_type == media_type::kWasmToOciConfig) {
    return Packaging::wasm_to_oci;
  }
  if (!media_type::is_image_config(manifest.config.media_type)) {
    return std::nullopt;
  }
  if (all_layers(manifest, media_type::is_wasm_layer)) {
    return Packaging::wasm_layers;
  }
  return all_layers(manifest, is_tar) ? std::optional(Packaging::image) : std::nullopt;
}

}  // namespace wasm_oci
