// What `inspect` says of an image, an index or a module: the facts, gathered once and printed as text or JSON.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/digest.hpp"
#include "oci/json/writer.hpp"
#include "oci/store/store.hpp"
#include "oci/wasm/description.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  std::optional<WasmDescription> description = std::nullopt;  // nullopt: why not is in `undescribed`
  std::string undescribed = {};
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

// Looks at `root` and everything below it. Layers are read for their modules, and only in images that look like Wasm:
// by their platform or by what they start. An entry of an index that the store does not hold is told as far as its
// descriptor goes.
Inspection inspect_image(Store& store, const Descriptor& root, const std::string& name);

// Looks at a Wasm binary on disk.
Inspection inspect_module(const std::string& path);

// Writes a module as an object.
void write(JsonWriter& json, const InspectedModule& module);
// Its lines below "Module:", as pairs of name and text that is not escaped yet.
std::vector<std::pair<std::string_view, std::string>> lines_of(const InspectedModule& module);

void write(JsonWriter& json, const Inspection& inspection);
std::string as_text(const Inspection& inspection);

}  // namespace wasm_oci::cli
