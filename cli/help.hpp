// Help as text, made from the tables.
#pragma once

#include "cli/command.hpp"

#include <string>
#include <string_view>

namespace wasm_oci::cli {

// "wasm-oci copy [OPTIONS] SRC DST"
std::string usage_line(const Command& command);

// What a bare `wasm-oci` shows: the everyday jobs.
std::string overview(Catalog catalog);
// All commands and the global options.
std::string full_help(Catalog catalog);
// The commands whose first word is `group`.
std::string group_help(Catalog catalog, std::string_view group);
std::string command_help(const Command& command);

}  // namespace wasm_oci::cli
