#include "oci/media_type.hpp"

#include <array>

namespace wasm_oci::media_type {

bool is_image_manifest(std::string_view media_type) {
  return media_type == kOciManifest || media_type == kDockerManifest;
}

bool is_index(std::string_view media_type) { return media_type == kOciIndex || media_type == kDockerManifestList; }

bool is_manifest(std::string_view media_type) { return is_image_manifest(media_type) || is_index(media_type); }

bool is_image_config(std::string_view media_type) { return media_type == kOciConfig || media_type == kDockerConfig; }

bool is_docker_schema1(std::string_view media_type) {
  return media_type == kDockerSchema1 || media_type == kDockerSchema1Signed;
}

bool is_foreign_layer(std::string_view media_type) {
  return media_type.contains(".nondistributable.") || media_type.contains(".foreign.");
}

bool is_wasm_layer(std::string_view media_type) {
  return media_type == kWasm || media_type == kWasmContentLayer || media_type == kWasmComponentLayer ||
         media_type == kSoloContentLayer;
}

bool is_plugin_document(std::string_view media_type) {
  return media_type.starts_with("application/vnd.module.wasm.spec.") ||
         media_type.starts_with("application/vnd.module.wasm.doc.") ||
         media_type.starts_with("application/vnd.module.wasm.icon.");
}

std::optional<Compression> layer_compression(std::string_view media_type) {
  struct Layer {
    std::string_view media_type;
    Compression compression;
  };
  static constexpr std::array kLayers = {
      Layer{kOciLayer, Compression::none},
      Layer{kOciLayerGzip, Compression::gzip},
      Layer{kOciLayerZstd, Compression::zstd},
      Layer{kDockerLayer, Compression::none},
      Layer{kDockerLayerGzip, Compression::gzip},
      Layer{"application/vnd.oci.image.layer.nondistributable.v1.tar", Compression::none},
      Layer{"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Compression::gzip},
      Layer{"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", Compression::zstd},
      Layer{kDockerLayerZstd, Compression::zstd},
      Layer{"application/vnd.docker.image.rootfs.foreign.diff.tar", Compression::none},
      Layer{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Compression::gzip},
  };
  for (const Layer& layer : kLayers) {
    if (layer.media_type == media_type) {
      return layer.compression;
    }
  }
  return std::nullopt;
}

std::string_view layer_type(Compression compression) {
  switch (compression) {
    case Compression::none:
      return kOciLayer;
    case Compression::gzip:
      return kOciLayerGzip;
    case Compression::zstd:
      return kOciLayerZstd;
  }
  return kOciLayer;
}

}  // namespace wasm_oci::media_type
