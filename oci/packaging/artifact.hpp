// The `artifact` packaging: the CNCF's Wasm OCI artifact, one layer that is the module itself and a config that says
// what the module is. Read by wkg, wash, Spin (as a dependency) and runwasi; never by Docker, and not behind an index.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/packaging/image.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <string>

namespace wasm_oci {

struct ArtifactContent {
  Descriptor module;    // in the store, as application/wasm
  std::string title;    // the module's file name, for the layer
  std::string created;  // RFC 3339
  std::string author = {};
  std::string os;                                     // "wasip1" or "wasip2"
  std::optional<WasmWorld> component = std::nullopt;  // of components
  Annotations annotations = {};                       // of the manifest
};

// Writes the config beside the module that `store` holds already.
PackedImage pack_artifact(const ArtifactContent& content, LocalStore& store);

}  // namespace wasm_oci
