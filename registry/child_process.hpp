// Runs one small program to its end, bounded in time and output. Made for credential helpers.
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

struct ChildCommand {
  std::string path;  // of the program; nothing is looked up
  std::vector<std::string> argv;
  std::string input;           // what standard input holds: at most what a pipe holds (64 KiB on Linux)
  std::size_t max_output = 0;  // bytes of standard output
  std::chrono::milliseconds timeout{};
};

struct ChildResult {
  int exit_code = 0;  // 128 + N where signal N ended it
  std::string output;
};

// The program gets our environment and standard error and no other open file. It leads a process group, which is killed
// when it does not end in time or writes too much (FailureError, without anything of the output), or when `stop` is
// requested (CancelledError).
ChildResult run_child(const ChildCommand& command, const std::stop_token& stop);

}  // namespace wasm_oci
