#include "cli/commands/commands.hpp"
#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "oci/text.hpp"

#include <array>
#include <filesystem>
#include <string>

namespace wasm_oci::cli {

namespace {

ExitCode run(const Parsed& /*parsed*/, Context& context) {
  PruneReport report;
  if (std::filesystem::exists(local_store_path(context))) {
    Locations locations(context, {}, false);
    report = locations.local_for_writing()->prune(context.stop);
  }
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_object().key("removed").begin_array();
      for (const Digest& digest : report.removed) {
        json.value(digest.str());
      }
      json.end_array().member("bytes", report.bytes).end_object();
    });
    return ExitCode::ok;
  }
  for (const Digest& digest : report.removed) {
    print_line(context, context.options.quiet ? digest.str() : "Deleted: " + digest.str());
  }
  if (!context.options.quiet) {
    print_line(context, "Total reclaimed space: " + human_size(report.bytes));
  }
  return ExitCode::ok;
}

constexpr std::array<Example, 1> kExamples = {{{"Free the space of removed images", "wasm-oci prune"}}};

}  // namespace

constexpr Command kPruneCommand{
    .name = "prune",
    .summary = "Remove from the local store what nothing refers to",
    .details = "Waits until builds and pulls that are running have ended, so it takes nothing that they need.",
    .examples = kExamples,
    .run = run};

}  // namespace wasm_oci::cli
