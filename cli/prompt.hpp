// Questions to people at a terminal, and passwords from standard input.
#pragma once

#include "cli/context.hpp"

#include <string>
#include <string_view>

namespace wasm_oci::cli {

enum class Echo { on, off };

// Asks on the terminal itself, whatever standard output is, and returns the line without its end. Throws UsageError
// where there is no terminal to ask on, CancelledError when a stop is requested.
std::string prompt(const Context& context, std::string_view question, Echo echo);

// All of standard input, at most 64 KiB, without one newline at its end, as `docker login --password-stdin` reads it.
std::string read_standard_input();

}  // namespace wasm_oci::cli
