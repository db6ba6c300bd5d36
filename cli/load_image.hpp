// `build --load`: the image given to docker or podman on this machine.
#pragma once

#include "cli/context.hpp"
#include "oci/store/store.hpp"

#include <vector>

namespace wasm_oci::cli {

// By these names, to the first of the two that is there and takes it. Throws FailureError where none does.
void load_image(Context& context, Store& stage, const Descriptor& root, const std::vector<RootName>& names);

}  // namespace wasm_oci::cli
