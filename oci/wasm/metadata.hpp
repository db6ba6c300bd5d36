// What the custom sections of a Wasm binary say of it (the names are those that wasm-tools and LLVM write).
#pragma once

#include "oci/wasm/payload.hpp"
#include "oci/wasm/sections.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct WasmProducer {
  std::string name;
  std::string version;  // may be empty

  bool operator==(const WasmProducer&) const = default;
};

struct WasmProducerField {
  std::string name;  // "language", "processed-by", "sdk"
  std::vector<WasmProducer> producers;

  bool operator==(const WasmProducerField&) const = default;
};

// Text is UTF-8 as it stands in the binary: nothing says that a URL is one. Absent is what no section says.
struct WasmMetadata {
  std::optional<std::string> name;  // of the module or component
  std::optional<std::string> version;
  std::optional<std::string> description;
  std::optional<std::string> authors;
  std::optional<std::string> licenses;  // an SPDX expression
  std::optional<std::string> source;    // a URL
  std::optional<std::string> homepage;  // a URL
  std::optional<std::string> revision;
  std::vector<WasmProducerField> producers;
  std::vector<std::string> target_features;  // that are used: "simd128"
  std::optional<std::string> build_id;       // in hexadecimal
  std::uint64_t debug_size = 0;              // of all .debug_* sections, in bytes
  // Whether sections describe a component that this core module can become, and is not yet.
  bool componentizable = false;

  bool operator==(const WasmMetadata&) const = default;
};

// The most that is read of one section, in bytes.
inline constexpr std::uint64_t kMaxMetadata = std::uint64_t{64} * 1024;

// Takes what the custom section `name` says, in place of what an earlier one of that name said; other sections say
// nothing. `payload` stands behind the section's name. Throws ContentError where the section is not as its name demands
// or longer than kMaxMetadata; `metadata` is as before then.
void read_metadata(WasmKind kind, std::string_view name, PayloadCursor& payload, WasmMetadata& metadata);

}  // namespace wasm_oci
