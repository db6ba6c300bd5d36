// Rules about the names in a platform: that of an entry or, where no entry says one, of a config.
#pragma once

#include "oci/platform.hpp"
#include "oci/validate/finding.hpp"

#include <string>
#include <string_view>

namespace wasm_oci {

// Whether it is one of Wasm, in whatever case it is written.
bool is_wasm_name(const Platform& platform);

// `path`: of the platform in the document; empty where its members are the document's own.
void check_platform_names(const Platform& said, const std::string& path, const Place& place, Findings& findings);

}  // namespace wasm_oci
