#include "oci/descriptor.hpp"

namespace wasm_oci {

Descriptor describe(std::string_view media_type, std::string_view bytes, DigestAlgorithm algorithm) {
  return {.media_type = std::string(media_type), .digest = digest_of(bytes, algorithm), .size = bytes.size()};
}

}  // namespace wasm_oci
