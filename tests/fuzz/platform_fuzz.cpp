// A platform that parses is printed in a form that means the same; normalising twice changes nothing more.
#include "oci/error.hpp"
#include "oci/platform.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

namespace {

using wasm_oci::Platform;
using wasm_oci::testing::require;

// containerd's form encodes only what would be ambiguous in it: such characters can be decoded, but not written back.
bool can_be_printed(const Platform& platform) {
  static constexpr std::string_view kReadable =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.%+()/";
  const auto is_readable = [](const std::string& text) {
    return text.find_first_not_of(kReadable) == std::string::npos;
  };
  return is_readable(platform.os_version) && std::ranges::all_of(platform.os_features, is_readable);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const Platform platform = wasm_oci::parse_platform(wasm_oci::testing::as_text(data, size));
    const Platform normal = normalize(platform);
    require(normalize(normal) == normal);
    if (can_be_printed(platform)) {
      require(normalize(wasm_oci::parse_platform(format_all(platform))) == normal);
    }
    const Platform plain = wasm_oci::parse_platform(format(platform));
    require(format(plain) == format(platform));
  } catch (const wasm_oci::UsageError&) {
    return 0;
  }
  return 0;
}
