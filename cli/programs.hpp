// Other programs that this one asks: git for a time, docker and podman to load an image.
#pragma once

#include "cli/context.hpp"

#include <string>
#include <vector>

namespace wasm_oci::cli {

// Where `name` is in PATH; empty where it is not.
std::string find_in_path(const Context& context, const std::string& name);

struct ProgramResult {
  int exit_code;
  std::string output;  // at most 64 KiB of standard output
  std::string error;   // the beginning of what it said on standard error, as one line; not escaped
};

// Runs the program at `path` to its end, for at most ten minutes.
ProgramResult run_program_at(const Context& context, const std::string& path, std::vector<std::string> arguments);

}  // namespace wasm_oci::cli
