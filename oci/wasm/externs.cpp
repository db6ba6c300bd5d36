#include "oci/wasm/externs.hpp"

#include <array>

namespace wasm_oci {

std::string_view to_string(ExternKind kind) {
  static constexpr std::array<std::string_view, 10> kNames = {"function", "table", "memory", "global",    "tag",
                                                              "module",   "value", "type",   "component", "instance"};
  return kNames.at(static_cast<std::size_t>(kind));
}

}  // namespace wasm_oci
