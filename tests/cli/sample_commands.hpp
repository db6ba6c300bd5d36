// A catalog with every kind of option and argument, so that the frame is tested apart from the real commands.
#pragma once

#include "cli/command.hpp"

namespace wasm_oci::cli::testing {

Catalog sample_catalog();

}  // namespace wasm_oci::cli::testing
