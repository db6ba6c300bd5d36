// The sections of a core module that say what it needs and offers (core specification 5.5).
#pragma once

#include "oci/wasm/externs.hpp"
#include "oci/wasm/payload.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace wasm_oci {

struct WasmMemory {
  bool imported;
  bool shared;
  bool is_64;         // addressed by 64 bits
  std::uint64_t min;  // in pages
  std::optional<std::uint64_t> max;
  std::uint64_t page_size;  // in bytes; 65,536 but where the custom-page-sizes proposal is used

  bool operator==(const WasmMemory&) const = default;
};

// More memories, imported and own together, are not read.
inline constexpr std::size_t kMaxMemories = 1'000;

// Each reads one section and appends what it holds. They throw ContentError where the section is not as they know it,
// or holds more than is kept; what was appended before stays, and is right.

// Imported memories are appended to `memories` as well. Both encodings of the compact-import-section proposal are
// known.
void read_core_imports(PayloadCursor& payload, NameBudget& names, std::vector<WasmImport>& imports,
                       std::vector<WasmMemory>& memories);
void read_core_exports(PayloadCursor& payload, NameBudget& names, std::vector<WasmExport>& exports);
void read_core_memories(PayloadCursor& payload, std::vector<WasmMemory>& memories);

}  // namespace wasm_oci
