// What people who know other tools type, and the line that does it here.
#pragma once

#include "cli/command.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wasm_oci::cli {

// The whole line for words that name no command of ours ("imagetools create -t X A B", "ls REPO"), with the user's own
// words where they fit; empty where nobody is known to type this.
std::string answer_to_command(std::span<const std::string> words);

// What to use in the place of a flag that `command` does not have; empty as above.
std::string_view answer_to_flag(std::string_view command, std::string_view flag);

// The whole line for arguments that belong to another tool's command of the same name ("push REF app.wasm", "build .");
// empty where the arguments are fine.
std::string answer_to_arguments(const Command& command, std::span<const std::string> arguments);

}  // namespace wasm_oci::cli
