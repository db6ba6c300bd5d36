// What `inspect` says of an image, an index or a module: the facts, gathered once and printed as text or JSON.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/digest.hpp"
#include "oci/store/store.hpp"
#include "oci/wasm/binary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci::cli {

struct InspectedLayer {
  Descriptor descriptor;
  std::optional<Digest> diff_id;  // where an image config says it
};

struct InspectedModule {
  std::string path;
  std::uint64_t size;
  Digest digest;
  WasmKind kind;
};

struct Inspection {
  std::string name;
  Descriptor descriptor;
  std::string kind;       // "image", "index", "artifact", "attestation", "module"
  std::string packaging;  // as to_string(Packaging), or empty where that is not known
  std::string platform;   // empty for what has none
  Annotations annotations;
  std::optional<Descriptor> config;
  std::string config_bytes;  // JSON, where the config is an image's
  std::vector<InspectedLayer> layers;
  std::vector<Inspection> manifests;
  std::vector<InspectedModule> modules;
};

// Looks at `root` and everything below it. Layers are read only in images for Wasm platforms, for their modules. An
// entry of an index that the store does not hold is told as far as its descriptor goes.
Inspection inspect_image(Store& store, const Descriptor& root, const std::string& name);

// Looks at a Wasm binary on disk.
Inspection inspect_module(const std::string& path);

std::string as_json(const Inspection& inspection);
std::string as_text(const Inspection& inspection);

}  // namespace wasm_oci::cli
