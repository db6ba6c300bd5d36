// `pull -o`: modules out of images, to files, a folder or standard output.
#pragma once

#include "cli/locations.hpp"
#include "oci/platform.hpp"

#include <optional>
#include <string>

namespace wasm_oci::cli {

struct ExtractRequest {
  std::string output;                 // a file; a folder, where one is there or it ends in a slash; "-"
  std::optional<std::string> module;  // a path in the image, or the end of one; needed where there are several
  std::optional<Platform> platform;   // nullopt: the entry for Wasm
};

// Writes the modules and prints the path of each. What a path names in the image never leads out of the folder. Throws
// NotFoundError where there is no module, UsageError where one must be chosen.
void extract_modules(Context& context, SourceImage& source, const ExtractRequest& request);

}  // namespace wasm_oci::cli
