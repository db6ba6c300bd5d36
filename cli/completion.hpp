// Completion scripts for shells, made from the tables.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace wasm_oci::cli {

// Each is whole: nothing needs to be installed beside it.
std::string bash_completion(Catalog catalog);
std::string zsh_completion(Catalog catalog);
std::string fish_completion(Catalog catalog);

}  // namespace wasm_oci::cli
