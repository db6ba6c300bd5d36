// From the words of a command line to a command and what was said to it. The only file that knows CLI11.
//
// The rules are those that users of docker know: global options stand before or after the command, an option that takes
// a value takes exactly the next word, of single-valued ones the last wins, "--" ends the options.
#pragma once

#include "cli/command.hpp"
#include "cli/parsed.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace wasm_oci::cli {

struct CommandLine {
  enum class Wants : std::uint8_t {
    run,       // `command` with `parsed`
    overview,  // no command was named
    help,      // of `command`, of all commands of `group`, or of everything
  };

  Wants wants = Wants::overview;
  const Command* command = nullptr;
  std::string group;  // the first word of two: "index"
  Parsed parsed;
};

// `words` are the arguments without the program's name. Throws UsageError with a hint.
CommandLine parse_command_line(std::span<const std::string> words, Catalog catalog);

}  // namespace wasm_oci::cli
