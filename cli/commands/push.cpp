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

ExitCode run(const Parsed& parsed, Context& context) {
  std::vector<Location> destinations;
  for (const std::string& text : parsed.arguments()) {
    const Location location = parse_location(text, PlainMeans::local);
    const auto* const local = std::get_if<LocalLocation>(&location);
    if (local == nullptr) {
      throw UsageError("push takes the name of an image in the local store, not " + text,
                       "wasm-oci copy " + text + " DESTINATION");
    }
    destinations.emplace_back(RegistryLocation{local->reference});
  }
  Locations locations(context, destinations, true);
  Results results(context);
  for (const Location& destination : destinations) {
    try {
      const Reference& reference = std::get<RegistryLocation>(destination).reference;
      const SourceImage source = locations.find(LocalLocation{reference});
      Target target = locations.target(destination, source.root, std::nullopt);
      const Result result =
          move_image(context, *source.store, source.root, target, {.no_clobber = parsed.flag("no-clobber")});
      results.add(result);
      say_how_to_use(context, *source.store, source.root, reference.familiar(), result.platforms);
    } catch (const Error& error) {
      results.fail(error);
    }
  }
  return results.finish();
}

constexpr std::array<Example, 2> kExamples = {
    {{"Push what was built", "wasm-oci build app.wasm -t me/app:1.0 && wasm-oci push me/app:1.0"},
     {"To a registry on this machine", "wasm-oci push localhost:5000/me/app:1.0"}}};
constexpr std::array kArguments = {
    Argument{.name = "REF", .max = Argument::kUnlimited, .completion = Completion::location}};
constexpr std::array kOptions = {kNoClobber};

}  // namespace

constexpr Command kPushCommand{.name = "push",
                               .summary = "Push images from the local store to their registries",
                               .details =
                                   "Blobs go first, the tag moves last. What the registry has already is not sent "
                                   "again.",
                               .examples = kExamples,
                               .arguments = kArguments,
                               .options = kOptions,
                               .group = Group::everyday,
                               .run = run};

}  // namespace wasm_oci::cli
