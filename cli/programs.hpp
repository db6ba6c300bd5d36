// Other programs that this one asks: git for a time, docker and podman to load an image, clients for what they choose.
#pragma once

#include "cli/context.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace wasm_oci::cli {

// Where `name` is in PATH; empty where it is not.
std::string find_in_path(const Context& context, const std::string& name);

struct ProgramLimits {
  std::size_t output = 64UL * 1024;  // bytes of standard output; more is a FailureError
  std::size_t error = 300;           // characters of standard error that are kept, of more the first
  std::chrono::milliseconds time = std::chrono::minutes(10);
};

struct ProgramResult {
  int exit_code;
  std::string output;
  std::string error;  // the beginning of what it said on standard error, as one line; not escaped
};

// Runs the program at `path` to its end. Throws FailureError where it cannot be started, or goes beyond the limits.
ProgramResult run_program_at(const Context& context, const std::string& path, std::vector<std::string> arguments,
                             const ProgramLimits& limits = {});

}  // namespace wasm_oci::cli
