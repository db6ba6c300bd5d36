// The `wasm-layers` packaging: an OCI image whose one layer is the module itself. Only runwasi's shims run it, and not
// behind an index; everything else sees an image without files.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/packaging/image.hpp"
#include "oci/store/store.hpp"

#include <map>
#include <string>
#include <vector>

namespace wasm_oci {

struct WasmLayersContent {
  Descriptor module;    // in the store
  std::string title;    // the module's file name, for the layer
  std::string os;       // "wasi", "wasip1", …; the architecture must be "wasm"
  std::string created;  // RFC 3339
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd = {};
  std::vector<std::string> env = {};
  std::map<std::string, std::string> labels = {};
  Annotations annotations = {};  // of the manifest
};

// Writes the config beside the module that `store` holds already.
PackedImage pack_wasm_layers(const WasmLayersContent& content, LocalStore& store);

}  // namespace wasm_oci
