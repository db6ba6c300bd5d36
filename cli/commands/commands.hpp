// All commands, in the order in which help shows them.
#pragma once

#include "cli/command.hpp"

namespace wasm_oci::cli {

extern const Command kCompletionCommand;
extern const Command kVersionCommand;

Catalog all_commands();

}  // namespace wasm_oci::cli
