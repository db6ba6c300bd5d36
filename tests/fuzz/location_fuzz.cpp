// A location that parses is printed in one form, from which it is read back.
#include "oci/error.hpp"
#include "oci/location.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using wasm_oci::testing::require;

struct RequireWhole {
  void operator()(const wasm_oci::RegistryLocation& /*location*/) const {}
  void operator()(const wasm_oci::LocalLocation& /*location*/) const {}
  void operator()(const wasm_oci::LayoutLocation& location) const { require_parts(location); }
  void operator()(const wasm_oci::ArchiveLocation& location) const { require_parts(location); }
  void operator()(const wasm_oci::FileLocation& location) const { require(!location.path.empty()); }

  template <class PathLocation>
  static void require_parts(const PathLocation& location) {
    require(!location.path.empty() && location.path.find(':') == std::string::npos);
    require(!location.name || !location.name->empty());
    require(!location.name || !location.digest);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = wasm_oci::testing::as_text(data, size);
  for (const auto plain : {wasm_oci::PlainMeans::registry, wasm_oci::PlainMeans::local}) {
    try {
      const wasm_oci::Location location = wasm_oci::parse_location(text, plain);
      std::visit(RequireWhole{}, location);
      require(wasm_oci::parse_location(format(location)) == location);
    } catch (const wasm_oci::UsageError&) {
      continue;
    }
  }
  return 0;
}
