// Rules about a module that starts.
#pragma once

#include "oci/platform.hpp"
#include "oci/validate/finding.hpp"
#include "oci/wasm/description.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wasm_oci {

// A module of `size` bytes that is found at `path`, which starts with the function `function` ("": the usual ones) on
// the platform that the config says.
void check_module(const WasmDescription& module, std::uint64_t size, std::string_view function,
                  const Platform& platform, const std::string& path, const Place& place, Findings& findings);

}  // namespace wasm_oci
