// Completion scripts for shells, made from the tables.
#pragma once

#include "cli/command.hpp"

#include <string>

namespace wasm_oci::cli {

// Each is whole: nothing needs to be installed beside it.
std::string bash_completion(Catalog catalog);
std::string zsh_completion(Catalog catalog);
std::string fish_completion(Catalog catalog);

}  // namespace wasm_oci::cli
