// Says what a file is that was taken for a Wasm binary.
#pragma once

#include <string>
#include <string_view>

namespace wasm_oci {

struct NotWasm {
  std::string what;  // "an ELF program"
  std::string hint;  // what to do; may be empty
};

// How much of a file's beginning tells what it is.
inline constexpr std::size_t kNotWasmPrefix = 4096;

// `prefix` is the beginning of a file that is not empty and not Wasm; `is_whole` tells that it is all of it.
NotWasm describe_not_wasm(std::string_view prefix, bool is_whole);

}  // namespace wasm_oci
