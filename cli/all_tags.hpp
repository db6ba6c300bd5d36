// What --all-tags means: everything that a place holds.
#pragma once

#include "cli/locations.hpp"
#include "cli/validation.hpp"

#include <string>
#include <vector>

namespace wasm_oci::cli {

// What a REPO, a layout or an archive holds, each told by its name; of the latter also what has none. What cannot be
// listed is looked at as a whole, so that what is wrong with it is told as everything else is. Throws UsageError for
// locations of one image, and when it is stopped.
std::vector<Subject> all_of(const std::string& argument, Locations& locations, const Context& context);

}  // namespace wasm_oci::cli
