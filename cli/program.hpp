// The whole program but for the process around it.
#pragma once

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/global_options.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "oci/stream.hpp"

#include <span>
#include <string>

namespace wasm_oci::cli {

struct Surroundings {
  Sink& out;
  Sink& err;
  Environment environment;
  Terminal terminal;  // what `err` is
  Interrupts& interrupts;
};

// `words` are the arguments without the program's name. Throws nothing that is an Error: those are told on `err`.
ExitCode run_program(std::span<const std::string> words, Catalog catalog, Surroundings surroundings);

}  // namespace wasm_oci::cli
