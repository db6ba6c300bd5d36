// Wasm binaries by hand, a section at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {

inline constexpr std::string_view kCoreHeader("\0asm\x01\0\0\0", 8);
inline constexpr std::string_view kComponentHeader("\0asm\x0d\0\x01\0", 8);

// An unsigned number in as few bytes as it needs.
inline std::string leb(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) {
    bytes += static_cast<char>(value | 0x80U);
  }
  return bytes + static_cast<char>(value);
}

inline std::string name(std::string_view text) { return leb(text.size()) + std::string(text); }

inline std::string section(char id, std::string_view payload) { return id + name(payload); }

inline std::string custom(std::string_view section_name, std::string_view content) {
  return section('\0', name(section_name) + std::string(content));
}

// A core module that exports functions of these names.
inline std::string module_with(const std::vector<std::string>& functions) {
  using namespace std::string_literals;
  std::string exports = leb(functions.size());
  for (const std::string& function : functions) {
    exports += name(function) + "\0\0"s;
  }
  return std::string(kCoreHeader) + section(1, "\x01\x60\0\0"s) + section(3, "\x01\0"s) + section(7, exports) +
         section(10, "\x01\x02\0\x0b"s);
}

// A valid core module that imports and exports one of every kind, is initialised by a start function, and has metadata.
inline std::string module_of_every_kind() {
  using namespace std::string_literals;
  const std::string imports = "\x05" + name("env") + name("f") + "\0\0"s +     // function
                              name("env") + name("t") + "\x01\x70\0\x01"s +    // table of funcref
                              name("env") + name("m") + "\x02\x01\x01\x02"s +  // memory of one to two pages
                              name("grüße") + name("") + "\x03\x7f\0"s +       // global i32
                              name("env") + name("e") + "\x04\0\0"s;           // tag
  const std::string exports = "\x05" + name("run") + "\0\x01"s + name("t") + "\x01\0"s + name("memory") + "\x02\0"s +
                              name("Größe") + "\x03\0"s + name("") + "\x04\0"s;
  return std::string(kCoreHeader) + section(1, "\x01\x60\0\0"s) + section(2, imports) + section(3, "\x01\0"s) +
         section(7, exports) + section(8, "\x01") + section(10, "\x01\x02\0\x0b"s) +
         custom("name", "\0"s + name(name("every-kind"))) +
         custom("producers", "\x01" + name("sdk") + "\x01" + name("by hand") + name("1")) + custom("version", "1.2");
}

}  // namespace wasm_oci::testing
