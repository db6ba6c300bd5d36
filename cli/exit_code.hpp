// What the program tells the shell. The numbers are part of the interface and never change.
#pragma once

#include "oci/error.hpp"

#include <cstdint>

namespace wasm_oci::cli {

enum class ExitCode : std::uint8_t {
  ok = 0,
  failure = 1,
  usage = 2,
  gate = 3,
  not_found = 4,
  auth = 5,
  network = 6,
  content = 7,
  conflict = 8,
  interrupted = 130,  // SIGINT
  terminated = 143,   // SIGTERM
};

// A cancelled operation counts as interrupted; only who caught the signal knows which one it was.
ExitCode exit_code(ErrorKind kind);

// The code that speaks for both, where several targets were tried: interrupted or terminated, then 2, 7, 5, 8, 6, 4,
// 1, 3.
ExitCode worse(ExitCode a, ExitCode b);

}  // namespace wasm_oci::cli
