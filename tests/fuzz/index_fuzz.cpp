#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/stream.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = wasm_oci::as_text(std::as_bytes(std::span(data, size)));
  try {
    const auto value = wasm_oci::parse_index(bytes);
    const std::string text = wasm_oci::serialize(value);
    require(wasm_oci::parse_index(text) == value, "what is written reads as the same value");
    require(wasm_oci::serialize(wasm_oci::parse_index(text)) == text, "the same value is written alike");
  } catch (const wasm_oci::ContentError&) {
    return 0;
  }
  return 0;
}
