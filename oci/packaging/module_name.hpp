// File names of modules, of which annotations and tars tell: from outside, so never paths on disk as they are.
#pragma once

#include "oci/descriptor.hpp"

#include <string>
#include <string_view>

namespace wasm_oci {

// The last part of a path, where it can be the name of a file; "" where not. Titles come from outside, and some hold
// whole paths.
std::string_view safe_file_name(std::string_view path);

// What the title calls the module; "" where it is no file name, or rather a title for people ("My app").
std::string module_name(const Annotations& annotations);

}  // namespace wasm_oci
