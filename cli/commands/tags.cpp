#include "cli/commands/commands.hpp"
#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"

#include <array>
#include <string>
#include <vector>

namespace wasm_oci::cli {

namespace {

void require_registry(const std::string& argument) {
  const Location location = parse_location(argument);
  if (std::holds_alternative<LocalLocation>(location)) {
    throw UsageError("tags are a registry's, and " + argument + " is in the local store",
                     "wasm-oci images lists what that holds");
  }
  const auto refuse = [&](auto whole) {
    whole.name.reset();
    whole.digest.reset();
    throw UsageError(
        "tags are a registry's, and " + argument + " is none",
        "wasm-oci validate --all-tags --shallow " + format(Location(whole)) + " goes through what is there");
  };
  if (const auto* const layout = std::get_if<LayoutLocation>(&location)) {
    refuse(*layout);
  }
  if (const auto* const archive = std::get_if<ArchiveLocation>(&location)) {
    refuse(*archive);
  }
}

ExitCode run(const Parsed& parsed, Context& context) {
  const std::string& argument = parsed.arguments().front();
  require_registry(argument);
  const Reference repository = parse_repository_location(argument);
  const std::array named = {Location(RegistryLocation{repository})};
  Locations locations(context, named, false);
  const std::vector<std::string> tags = locations.registries().open(repository, Access::pull)->tags();
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_object().member("name", repository.repository()).member("tags", tags).end_object();
    });
    return ExitCode::ok;
  }
  for (const std::string& tag : tags) {
    print_line(context, tag);
  }
  return ExitCode::ok;
}

constexpr std::array<Example, 1> kExamples = {{{"All tags of a repository", "wasm-oci tags me/app"}}};
constexpr std::array kArguments = {Argument{.name = "REPO", .completion = Completion::location}};

}  // namespace

constexpr Command kTagsCommand{.name = "tags",
                               .summary = "List the tags of a repository",
                               .examples = kExamples,
                               .arguments = kArguments,
                               .run = run};

}  // namespace wasm_oci::cli
