#include "cli/program.hpp"

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "oci/error.hpp"

#include <exception>
#include <memory>

namespace wasm_oci::cli {

namespace {

std::string help_text(const CommandLine& line, Catalog catalog) {
  if (line.command != nullptr) {
    return command_help(*line.command);
  }
  if (!line.group.empty()) {
    return group_help(catalog, line.group);
  }
  return line.wants == CommandLine::Wants::overview ? overview(catalog) : full_help(catalog);
}

bool colored(const Terminal& terminal, const Environment& environment) {
  return terminal.is_terminal && !environment.get("NO_COLOR") && environment.get("TERM").value_or("dumb") != "dumb";
}

ExitCode run_command(const CommandLine& line, const Surroundings& surroundings, const GlobalOptions& options,
                     Display& display, bool color) {
  if (options.deadline) {
    surroundings.interrupts.set_deadline(*options.deadline, options.deadline_text);
  }
  Context context{.options = options,
                  .environment = surroundings.environment,
                  .out = surroundings.out,
                  .display = display,
                  .stop = surroundings.interrupts.token(),
                  .color = color};
  return line.command->run(line.parsed, context);
}

// Runs `work`; what it throws is told, and becomes its code. After a stop was requested, a failure is told as what
// asked for the stop: the error of whatever was going on is only its echo.
template <typename Work>
ExitCode reported(Display& display, bool color, const Interrupts& interrupts, const Work& work) {
  const auto tell = [&](const Error& error) {
    const auto reason = interrupts.reason();
    print_error(display, color, reason.value_or(error));
    return interrupts.code().value_or(exit_code(error.kind()));
  };
  try {
    const ExitCode code = work();
    return code == ExitCode::ok ? code : interrupts.code().value_or(code);
  } catch (const Error& error) {
    return tell(error);
  } catch (const std::exception& error) {
    return tell(FailureError(error.what()));
  }
}

}  // namespace

ExitCode run_program(std::span<const std::string> words, Catalog catalog, Surroundings surroundings) {
  const bool color = colored(surroundings.terminal, surroundings.environment);
  // Until the options are known nothing moves.
  const auto messages =
      make_display(ProgressMode::quiet, surroundings.err, surroundings.terminal, surroundings.environment);
  return reported(*messages, color, surroundings.interrupts, [&] {
    const CommandLine line = parse_command_line(words, catalog);
    if (line.wants != CommandLine::Wants::run) {
      surroundings.out.write(as_bytes(help_text(line, catalog)));
      return ExitCode::ok;
    }
    const GlobalOptions options = read_global_options(line.parsed, surroundings.environment);
    const auto display = make_display(options.quiet ? ProgressMode::quiet : options.progress, surroundings.err,
                                      surroundings.terminal, surroundings.environment);
    const bool with_color = color && options.color;
    return reported(*display, with_color, surroundings.interrupts,
                    [&] { return run_command(line, surroundings, options, *display, with_color); });
  });
}

}  // namespace wasm_oci::cli
