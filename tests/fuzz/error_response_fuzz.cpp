#include "oci/stream.hpp"
#include "registry/error_response.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>

// Two bytes of status, then a body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) {
    return 0;
  }
  const int status = 400 + (data[0] * 256 + data[1]) % 200;
  const auto response =
      wasm_oci::parse_error(status, wasm_oci::as_text(std::as_bytes(std::span(data, size).subspan(2))));
  require(response.items.size() <= 10, "few items");
  require(!response.html || response.items.empty(), "no HTML is shown");
  const wasm_oci::ErrorKind kind = wasm_oci::error_kind(response);
  require(status != 401 || kind == wasm_oci::ErrorKind::auth, "401 is about who asks");
  try {
    wasm_oci::throw_error("what", response);
  } catch (const wasm_oci::Error& error) {
    require(error.kind() == kind, "the error has the kind that was told");
    require(error.message().starts_with("what: "), "the message says on what");
    require(error.message().size() < 12'000, "the message is bounded");
  }
  return 0;
}
