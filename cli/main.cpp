// The process: its standard streams, environment and signals, handed to the program as values.
#include "cli/commands/commands.hpp"
#include "cli/program.hpp"
#include "cli/signals.hpp"
#include "oci/file.hpp"
#include "registry/environment.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace {

using wasm_oci::cli::TerminalSize;

// A descriptor that was closed by whoever started us would go to the next file that is opened, and results would end up
// in it. What takes its place here can be neither read (0) nor written (1, 2), so that using it is the error that it
// should be.
void reserve_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) == -1) {
      static_cast<void>(open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
}

TerminalSize terminal_size() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {};
  }
  return {.columns = size.ws_col, .rows = size.ws_row};
}

}  // namespace

int main(int argc, char** argv) {
  reserve_standard_descriptors();
  wasm_oci::FdSink out(STDOUT_FILENO, "standard output");
  wasm_oci::FdSink err(STDERR_FILENO, "standard error");
  wasm_oci::cli::Interrupts interrupts;
  const wasm_oci::cli::SignalThread signal_thread(interrupts);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(
      wasm_oci::cli::run_program(words, wasm_oci::cli::all_commands(),
                                 {.out = out,
                                  .err = err,
                                  .environment = wasm_oci::Environment::of_process(),
                                  .terminal = {.is_terminal = isatty(STDERR_FILENO) == 1, .size = terminal_size},
                                  .interrupts = interrupts}));
}
