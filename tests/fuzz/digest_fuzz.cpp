// A digest is exactly its text; and hashing does not depend on how the bytes arrive.
#include "oci/digest.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using wasm_oci::testing::require;
  const std::string_view text = wasm_oci::testing::as_text(data, size);
  if (const auto digest = wasm_oci::Digest::parse(text)) {
    require(digest->str() == text);
    require(digest->hex().find_first_not_of("0123456789abcdef") == std::string::npos);
  }
  for (const auto algorithm : {wasm_oci::DigestAlgorithm::sha256, wasm_oci::DigestAlgorithm::sha512}) {
    const wasm_oci::Digest whole = wasm_oci::digest_of(text, algorithm);
    wasm_oci::Hasher hasher(algorithm);
    hasher.update(wasm_oci::as_bytes(text.substr(0, size / 2)));
    hasher.update(wasm_oci::as_bytes(text.substr(size / 2)));
    require(hasher.finish() == whole);
    require(wasm_oci::Digest::parse(whole.str()) == whole);
  }
  return 0;
}
