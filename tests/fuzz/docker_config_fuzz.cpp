// Whatever is in a config.json: reading it ends in values or in a FailureError; and base64 decodes to what encodes
// back.
#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "registry/config_file.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = wasm_oci::base64_decode(text)) {
    require(wasm_oci::base64_decode(wasm_oci::base64_encode(*decoded)) == decoded);
  }
  try {
    const auto file = wasm_oci::ConfigFile::parse(text, "config.json");
    for (const auto* host : {"docker.io", "ghcr.io", "localhost:5000"}) {
      if (const auto helper = file.helper(host)) {
        require(!helper->name.empty());
      }
      try {
        const auto credential = file.find(host, "me/app");
        require(!credential || !credential->empty());
      } catch (const wasm_oci::FailureError&) {
        continue;  // an entry of this host that cannot be decoded
      }
    }
  } catch (const wasm_oci::FailureError&) {
    return 0;
  }
  return 0;
}
