#include "tests/cli/captured.hpp"

#include "cli/program.hpp"
#include "oci/error.hpp"
#include "oci/media_type.hpp"

#include <utility>

namespace wasm_oci::cli::testing {

void BrokenSink::write(ByteView /*bytes*/) {
  throw FailureError("cannot write standard output: No space left on device");
}

std::string TextSink::take() { return std::exchange(text, {}); }

Environment environment_of(Variables variables) {
  return {.get = [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
  }};
}

Ran run(const std::vector<std::string>& words, Catalog catalog, const Setting& setting) {
  TextSink out;
  TextSink err;
  BrokenSink broken;
  Interrupts interrupts;
  const ExitCode code = run_program(words, catalog,
                                    {.out = setting.broken_output ? static_cast<Sink&>(broken) : out,
                                     .err = err,
                                     .environment = environment_of(setting.environment),
                                     .terminal = {.is_terminal = setting.is_terminal},
                                     .interrupts = setting.interrupts == nullptr ? interrupts : *setting.interrupts});
  return {.code = code, .out = out.text, .err = err.text};
}

TestContext::TestContext(GlobalOptions given)
    : options(std::move(given)),
      environment(environment_of({})),
      display(make_display(ProgressMode::plain, err, {}, environment)),
      context{.options = options,
              .environment = environment,
              .out = out,
              .display = *display,
              .stop = stop.get_token(),
              .color = false} {}

Descriptor layer(const std::string& name, std::uint64_t size) {
  return {.media_type = std::string(media_type::kOciLayerGzip), .digest = digest_of(name), .size = size};
}

}  // namespace wasm_oci::cli::testing
