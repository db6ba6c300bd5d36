// What `explain` tells of rules: a page, and the list of all.
#pragma once

#include "cli/context.hpp"
#include "oci/clients/explain.hpp"

#include <span>
#include <string>

namespace wasm_oci::cli {

// Whether the argument is a rule's id or name, or so like an id that nobody means an image by it.
bool speaks_of_rule(const std::string& argument);

// Throws UsageError, with those that may have been meant, where there is none.
void print_rule(const Context& context, const std::string& argument);

// All of them, each as severe as the worst of these clients takes it.
void print_rules(const Context& context, std::span<const AskedClient> clients);

}  // namespace wasm_oci::cli
