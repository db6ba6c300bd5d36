// The sections of a component that say what it needs and offers (component-model Binary.md, "Import and Export
// Definitions"). There may be several of each. Types are not resolved: names and kinds are all that stands in them.
#pragma once

#include "oci/wasm/externs.hpp"
#include "oci/wasm/payload.hpp"
#include "oci/wasm/wasi.hpp"

#include <vector>

namespace wasm_oci {

// Both read one section and append what it holds, and raise `level` to that of the highest WASI interface that they
// find, be it a name or what a plain name implements. They throw ContentError where the section is not as they know it,
// or holds more than is kept; what was appended before stays, and is right.
void read_component_imports(PayloadCursor& payload, NameBudget& names, std::vector<WasmImport>& imports,
                            WasiLevel& level);
void read_component_exports(PayloadCursor& payload, NameBudget& names, std::vector<WasmExport>& exports,
                            WasiLevel& level);

// Whether the first type of a type section is that of a component: packages of WIT hold no other.
bool starts_with_component_type(PayloadCursor& payload);

}  // namespace wasm_oci
