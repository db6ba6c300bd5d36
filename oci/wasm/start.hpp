// What runtimes need of a core module to start it, as a program or by one of its functions.
#pragma once

#include "oci/wasm/description.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {

bool exports_function(const WasmDescription& module, std::string_view name);

// Whether it says that it is a program, and that it is a library; wasmtime refuses to link that.
bool is_both_command_and_reactor(const WasmDescription& module);

// What it does not export, though it is called: "no function run", "no _start"; nullopt: nothing, or what it exports
// could not be read. `function`: empty: _start. A reactor, which has its _initialize called, is not asked for _start.
std::optional<std::string> missing_start(const WasmDescription& module, std::string_view function);

}  // namespace wasm_oci
