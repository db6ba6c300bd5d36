// Other programs that tell what a Wasm binary imports and exports, and how they agree with the library.
#pragma once

#include "oci/wasm/description.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace wasm_oci::testing {

struct Binary {
  std::string name;  // as messages and lists have it
  std::filesystem::path path;
};

// What is told of one binary: each import, then each export, in the order of the binary, as one line.
struct Reading {
  std::vector<std::string> externs = {};
  std::string refusal = {};  // the error, where the program does not read the binary
};

struct Reader {
  std::string name;
  WasmKind kind;  // of the binaries that it is asked about
  std::function<std::vector<Reading>(const std::vector<std::filesystem::path>&)> read;
  // The same lines from the description.
  std::function<std::vector<std::string>(const WasmDescription&)> expected;
};

// Node.js's WebAssembly.Module.imports and exports.
Reader node_reader();
// wabt's wasm-objdump.
Reader wabt_reader();
// jco's print; `folder` has jco in its node_modules.
Reader jco_reader(const std::filesystem::path& folder);

struct Agreement {
  std::size_t compared = 0;
  std::size_t externs = 0;                 // in what was compared
  std::vector<std::string> refusals = {};  // "NAME: ERROR", of what was not
};

// Expects the reader to see in every binary of its kind what the library sees.
Agreement expect_agreement(const Reader& reader, const std::vector<Binary>& binaries);

// The modules in testdata/modules.
std::vector<Binary> testdata_modules();

}  // namespace wasm_oci::testing
