#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/move_image.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"

#include <array>
#include <string>
#include <vector>

namespace wasm_oci::cli {

namespace {

// NAME of an image in a registry: a tag alone, or a whole name in the same repository.
Location in_registry(const std::string& text, const Reference& source) {
  Reference named = source;
  named.digest.reset();
  if (is_tag(text)) {
    named.tag = text;
    return RegistryLocation{named};
  }
  const Location location = parse_location(text);
  const auto* const registry = std::get_if<RegistryLocation>(&location);
  if (registry == nullptr || registry->reference.repository() != source.repository() || registry->reference.digest) {
    throw UsageError("tag gives another name in " + source.repository() + ", and " + text + " is not there",
                     "wasm-oci copy " + source.familiar() + " " + text);
  }
  return location;
}

Location in_local_store(const std::string& text) {
  const Location location = parse_location(text, PlainMeans::local);
  const auto* const local = std::get_if<LocalLocation>(&location);
  if (local == nullptr || local->reference.digest) {
    throw UsageError("an image of the local store gets another name there, and " + text + " is none",
                     "wasm-oci tag local:A local:B");
  }
  return location;
}

ExitCode run(const Parsed& parsed, Context& context) {
  const Location location = parse_location(parsed.arguments().front());
  std::vector<Location> destinations;
  for (const std::string& text : std::span(parsed.arguments()).subspan(1)) {
    if (const auto* const registry = std::get_if<RegistryLocation>(&location)) {
      destinations.push_back(in_registry(text, registry->reference));
    } else if (std::holds_alternative<LocalLocation>(location)) {
      destinations.push_back(in_local_store(text));
    } else {
      throw UsageError("tag works in a registry or in the local store",
                       "wasm-oci copy " + parsed.arguments().front() + " " + text);
    }
  }
  const std::array named = {location};
  Locations locations(context, named, true);
  const SourceImage source = locations.find(location);
  Results results(context);
  for (const Location& destination : destinations) {
    try {
      Target target = locations.target(destination, source.root, std::nullopt);
      results.add(move_image(context, *source.store, source.root, target,
                             {.missing_child = MissingChild::keep, .no_clobber = parsed.flag("no-clobber")}));
    } catch (const Error& error) {
      results.fail(error);
    }
  }
  return results.finish();
}

constexpr std::array<Example, 2> kExamples = {
    {{"In a registry, without moving bytes", "wasm-oci tag me/app:1.0 1 latest"},
     {"In the local store", "wasm-oci tag local:me/app:1.0 local:ghcr.io/me/app:1.0"}}};
constexpr std::array kArguments = {
    Argument{.name = "SRC", .completion = Completion::location},
    Argument{.name = "NAME", .max = Argument::kUnlimited, .completion = Completion::location}};
constexpr std::array kOptions = {kNoClobber};

}  // namespace

constexpr Command kTagCommand{.name = "tag",
                              .summary = "Give an image another name, in its registry or in the local store",
                              .examples = kExamples,
                              .arguments = kArguments,
                              .options = kOptions,
                              .run = run};

}  // namespace wasm_oci::cli
