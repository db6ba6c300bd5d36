// Runs one small program to its end, bounded in time and output: a credential helper, git.
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
  std::size_t max_error = 0;   // bytes of standard error that are kept, of more the first; 0: it goes where ours goes
  std::chrono::milliseconds timeout{};
};

struct ChildResult {
  int exit_code = 0;  // 128 + N where signal N ended it
  std::string output;
  std::string error;
};

// The program gets our environment and no open file but the standard ones. It leads a process group, which is killed
// when it does not end in time or writes too much (FailureError, without anything of the output), or when `stop` is
// requested (CancelledError).
ChildResult run_child(const ChildCommand& command, const std::stop_token& stop);

}  // namespace wasm_oci
