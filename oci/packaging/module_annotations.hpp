// What a module says of itself, as annotations of its manifest.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/wasm/metadata.hpp"

namespace wasm_oci {

// Authors, description, licenses, source and homepage (as "url") as wkg maps them, and revision and version besides.
// Nothing for what is absent or empty.
Annotations annotations_of(const WasmMetadata& metadata);

}  // namespace wasm_oci
