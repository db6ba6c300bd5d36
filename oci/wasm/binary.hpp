// Wasm binaries as input: checked to their end, and told what they are.
#pragma once

#include "oci/random_access.hpp"
#include "oci/unique_fd.hpp"
#include "oci/wasm/description.hpp"
#include "oci/wasm/sections.hpp"

#include <cstdint>
#include <string>

namespace wasm_oci {

// Whether this is Wasm, and whole: reads the header and walks all sections. Throws as these do.
WasmHeader check_wasm(const RandomAccess& bytes);

// A checked file. Whoever reads on uses `fd`, so that what is built is what was checked.
struct WasmFile {
  UniqueFd fd;
  std::uint64_t size;
  WasmHeader header;
  WasmDescription description;
};

// Opens, and checks and describes in one walk. Throws NotFoundError where nothing is there, UsageError for a folder and
// for what is no regular file (it does not wait for a pipe's writer), ContentError as check_wasm; each message starts
// with or names the path.
WasmFile open_wasm(const std::string& path);

}  // namespace wasm_oci
