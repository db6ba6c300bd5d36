// The Rust crate oci-client, src/client.rs (current_platform_resolver): the first entry for this OS and architecture,
// names compared as they are written, variants not at all.
#include "oci/clients/families.hpp"

namespace wasm_oci {

Picked pick_as_oci_client(Store& /*store*/, const Index& index, const Platform& asked) {
  return pick_first(index, [&](const Descriptor& entry) {
    return entry.platform && entry.platform->os == asked.os && entry.platform->architecture == asked.architecture;
  });
}

}  // namespace wasm_oci
