// What a command is given, and all that it may touch of the process.
#pragma once

#include "cli/global_options.hpp"
#include "cli/progress.hpp"
#include "oci/stream.hpp"

#include <stop_token>

namespace wasm_oci::cli {

struct Context {
  const GlobalOptions& options;
  const Environment& environment;
  Sink& out;         // standard output: results and content, nothing else
  Display& display;  // standard error: progress, notes, messages
  std::stop_token stop;
  bool color;  // whether messages are coloured

  Progress& progress() const { return display; }
};

}  // namespace wasm_oci::cli
