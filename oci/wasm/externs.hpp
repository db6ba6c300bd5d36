// What a Wasm binary imports and exports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wasm_oci {

// Core modules have the first five; components have functions, too, and the last five.
enum class ExternKind : std::uint8_t { function, table, memory, global, tag, module, value, type, component, instance };

// As JSON has it: "function", …
std::string_view to_string(ExternKind kind);

struct WasmImport {
  std::string module;  // empty in components
  std::string name;    // in components "wasi:cli/environment@0.2.0", or a plain name
  ExternKind kind;

  bool operator==(const WasmImport&) const = default;
};

struct WasmExport {
  std::string name;
  ExternKind kind;

  bool operator==(const WasmExport&) const = default;
};

// More are not read. wasm-tools takes up to a million; real modules have some hundreds. With the names' budget
// (payload.hpp) these bound the memory that a hostile binary can take: 40 MiB were measured.
inline constexpr std::size_t kMaxImports = 100'000;
inline constexpr std::size_t kMaxExports = 100'000;

}  // namespace wasm_oci
