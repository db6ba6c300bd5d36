#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/stream.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = wasm_oci::as_text(std::as_bytes(std::span(data, size)));
  try {
    const auto value = wasm_oci::parse_manifest(bytes);
    const std::string text = wasm_oci::serialize(value);
    require(wasm_oci::parse_manifest(text) == value, "what is written reads as the same value");
    require(wasm_oci::serialize(wasm_oci::parse_manifest(text)) == text, "the same value is written alike");
    const auto descriptor = wasm_oci::describe(wasm_oci::media_type::kOciManifest, text);
    if (value.media_type.empty() || value.media_type == descriptor.media_type) {
      require(wasm_oci::required_children(descriptor, text).size() <= value.layers.size() + 1,
              "only config and layers");
    }
  } catch (const wasm_oci::ContentError&) {
    return 0;
  }
  return 0;
}
