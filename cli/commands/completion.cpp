#include "cli/completion.hpp"

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"

#include <array>
#include <string_view>

namespace wasm_oci::cli {

namespace {

constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};

ExitCode run(const Parsed& parsed, Context& context) {
  const std::string& shell = parsed.arguments().front();
  const Catalog catalog = all_commands();
  print_text(context, shell == "bash"  ? bash_completion(catalog)
                      : shell == "zsh" ? zsh_completion(catalog)
                                       : fish_completion(catalog));
  return ExitCode::ok;
}

constexpr std::array<Argument, 1> kArguments = {
    {{.name = "SHELL", .completion = Completion::choice, .choices = kShells}}};

constexpr std::array<Example, 3> kExamples = {
    {{"bash, from the next shell on", "wasm-oci completion bash > ~/.local/share/bash-completion/completions/wasm-oci"},
     {"zsh, with a folder that is in $fpath", "wasm-oci completion zsh > ~/.zfunc/_wasm-oci"},
     {"fish", "wasm-oci completion fish > ~/.config/fish/completions/wasm-oci.fish"}}};

}  // namespace

constexpr Command kCompletionCommand{.name = "completion",
                                     .summary = "Print a completion script for bash, zsh or fish",
                                     .examples = kExamples,
                                     .arguments = kArguments,
                                     .run = run};

}  // namespace wasm_oci::cli
