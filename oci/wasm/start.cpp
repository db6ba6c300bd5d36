#include "oci/wasm/start.hpp"

#include "oci/text.hpp"

#include <algorithm>

namespace wasm_oci {

bool exports_function(const WasmDescription& module, std::string_view name) {
  return std::ranges::any_of(
      module.exports, [name](const WasmExport& one) { return one.kind == ExternKind::function && one.name == name; });
}

bool is_both_command_and_reactor(const WasmDescription& module) {
  return exports_function(module, "_start") && exports_function(module, "_initialize");
}

std::optional<std::string> missing_start(const WasmDescription& module, std::string_view function) {
  if (std::ranges::find(module.unread, "exports", &WasmUnread::part) != module.unread.end()) {
    return std::nullopt;
  }
  if (!function.empty()) {
    return exports_function(module, function) ? std::nullopt : std::optional("no function " + excerpt(function));
  }
  const bool starts = exports_function(module, "_start") || exports_function(module, "_initialize");
  return starts ? std::nullopt : std::optional<std::string>("no _start");
}

}  // namespace wasm_oci
