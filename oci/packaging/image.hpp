// The `image` packaging: what buildx makes of FROM scratch, COPY app.wasm /, ENTRYPOINT ["/app.wasm"] for wasi/wasm.
// Docker, containerd, podman and Kubernetes unpack its tar layers and hand the entrypoint to a Wasm runtime.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/image_config.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/manifest.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct ImageLayer {
  Layer layer;
  std::string created_by;  // its line in the history
};

struct ImageContent {
  Platform platform;
  std::string created;  // RFC 3339
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd = {};
  std::vector<std::string> env = {};
  std::map<std::string, std::string> labels = {};
  std::string workdir = "/";
  std::string user = {};
  Annotations annotations = {};  // of the manifest
  std::vector<ImageLayer> layers;
};

struct PackedImage {
  Descriptor manifest;
  std::string manifest_bytes;
  Descriptor config;
};

// The manifest's bytes and what describes them.
PackedImage pack_manifest(const Manifest& manifest);

// Writes the config beside the layers that `store` holds already.
PackedImage pack_image(const ImageContent& content, LocalStore& store);

}  // namespace wasm_oci
