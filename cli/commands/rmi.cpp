#include "cli/commands/commands.hpp"
#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"

#include <array>
#include <string>

namespace wasm_oci::cli {

namespace {

ExitCode run(const Parsed& parsed, Context& context) {
  std::vector<Reference> references;
  for (const std::string& text : parsed.arguments()) {
    const Location location = parse_location(text, PlainMeans::local);
    const auto* const local = std::get_if<LocalLocation>(&location);
    if (local == nullptr) {
      throw UsageError("rmi removes names from the local store, and " + text + " is not there",
                       "wasm-oci delete removes from registries");
    }
    if (local->reference.digest) {
      throw UsageError("rmi removes names, and " + text + " names a digest, which may have several",
                       "wasm-oci images shows the names");
    }
    references.push_back(local->reference);
  }
  Locations locations(context, {}, false);
  const auto store = locations.local_for_writing();
  Results results(context);
  bool removed = false;
  for (const Reference& reference : references) {
    try {
      const std::string name = reference.str();
      if (!store->remove(name)) {
        throw NotFoundError("local:" + name + ": not found", "wasm-oci images shows what there is");
      }
      removed = true;
      print_line(context, "Untagged: " + name);
    } catch (const Error& error) {
      results.fail(error);
    }
  }
  if (removed) {
    print_note(context, "free the space: wasm-oci prune");
  }
  return results.code();
}

constexpr std::array<Example, 1> kExamples = {{{"Forget an image", "wasm-oci rmi me/app:1.0 && wasm-oci prune"}}};
constexpr std::array kArguments = {
    Argument{.name = "REF", .max = Argument::kUnlimited, .completion = Completion::location}};

}  // namespace

constexpr Command kRmiCommand{.name = "rmi",
                              .summary = "Remove names from the local store",
                              .details = "The content stays until wasm-oci prune removes what nothing refers to.",
                              .examples = kExamples,
                              .arguments = kArguments,
                              .run = run};

}  // namespace wasm_oci::cli
