// The table that `explain` begins with.
#pragma once

#include "cli/choices.hpp"
#include "cli/context.hpp"
#include "oci/clients/explain.hpp"

#include <span>

namespace wasm_oci::cli {

// For each platform a line for each client that was asked for: what it takes, and in few words what becomes of it. Of
// its other actions and versions those are shown of which the table says something else.
void print_choice_table(const Context& context, const ChoiceGroups& groups, std::span<const AskedClient> asked);

}  // namespace wasm_oci::cli
