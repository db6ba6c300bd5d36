#include "registry/url.hpp"

namespace wasm_oci {
}  // namespace wasm_oci
