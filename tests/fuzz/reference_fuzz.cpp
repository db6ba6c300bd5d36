// A reference that parses is in one normal form, from which it is read back; none leaves its grammar.
#include "oci/error.hpp"
#include "oci/reference.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using wasm_oci::Reference;
using wasm_oci::testing::require;

// What goes into URLs and paths must hold nothing that means anything there.
void require_safe(const Reference& reference) {
  constexpr std::string_view kPath = "abcdefghijklmnopqrstuvwxyz0123456789._-/";
  require(!reference.host.empty() && reference.host.find_first_of("/@?#%\\ ") == std::string::npos);
  require(!reference.path.empty() && reference.path.size() <= 255);
  require(reference.path.find_first_not_of(kPath) == std::string::npos);
  require(reference.path.find("..") == std::string::npos && reference.path.find("//") == std::string::npos);
  require(!reference.tag || wasm_oci::is_tag(*reference.tag));
}

void check_repository(std::string_view text) {
  try {
    const Reference repository = wasm_oci::parse_repository(text);
    require(!repository.tag && !repository.digest);
    require(wasm_oci::parse_repository(repository.repository()) == repository);
  } catch (const wasm_oci::UsageError&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = wasm_oci::testing::as_text(data, size);
  check_repository(text);
  try {
    const Reference reference = wasm_oci::parse_reference(text);
    require_safe(reference);
    require(reference.tag || reference.digest);
    require(wasm_oci::parse_reference(reference.str()) == reference);
    require(wasm_oci::parse_reference(reference.familiar()) == reference);
  } catch (const wasm_oci::UsageError&) {
    return 0;
  }
  return 0;
}
