// Packages to pack in tests: modules by hand, and all that goes with them.
#pragma once

#include "oci/packaging/package.hpp"
#include "oci/random_access.hpp"
#include "oci/stream.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci::testing {

// A core module that exports functions of these names; without any it is the header alone.
inline std::string core_module(const std::vector<std::string>& functions = {}) {
  using namespace std::string_literals;
  std::string bytes(kCoreHeader);
  if (!functions.empty()) {
    std::string exports = leb(functions.size());
    for (const std::string& function : functions) {
      exports += name(function) + "\0\0"s;
    }
    bytes += section(1, "\x01\x60\0\0"s) + section(3, "\x01\0"s) + section(7, exports) + section(10, "\x01\x02\0\x0b"s);
  }
  return bytes;
}

// A component that imports and exports instances of these names.
inline std::string component(const std::vector<std::string>& imports = {},
                             const std::vector<std::string>& exports = {}) {
  using namespace std::string_literals;
  std::string bytes(kComponentHeader);
  for (const std::string& one : imports) {
    bytes += section(10, "\x01\0"s + name(one) + "\x05\0"s);
  }
  for (const std::string& one : exports) {
    bytes += section(11, "\x01\0"s + name(one) + "\x05\0\0"s);
  }
  return bytes;
}

// A module called app.wasm with its package, of which each test says what it is about.
class PackageInput {
 public:
  explicit PackageInput(std::string module)
      : package{.title = "app.wasm", .platform = {}, .created = "1970-01-01T00:00:00Z"},
        bytes_(std::move(module)),
        description_(describe_wasm(MemoryAccess(as_bytes(bytes_)))) {}

  const WasmDescription& description() const { return description_; }

  PackageModule module() const {
    return {.content = std::make_unique<StringSource>(bytes_), .size = bytes_.size(), .description = &description_};
  }

  // For the packaging's usual platform.
  PackedImage pack(Packaging packaging, LocalStore& store) const {
    const Packager& packager = packager_of(packaging);
    Package ready = package;
    ready.platform = packager.platform(std::nullopt, description_);
    return packager.pack(ready, module(), {}, store);
  }

  std::vector<Objection> judge(Packaging packaging) const { return packager_of(packaging).judge(package, module()); }

  Package package;

 private:
  std::string bytes_;
  WasmDescription description_;
};

}  // namespace wasm_oci::testing
