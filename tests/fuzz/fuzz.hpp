// What every fuzz target needs. Included by targets alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace wasm_oci::testing {

// A property that must hold for every input: the fuzzer keeps the input that breaks it.
inline void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

inline std::string_view as_text(const uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};  // NOLINT(*-reinterpret-cast)
}

}  // namespace wasm_oci::testing
