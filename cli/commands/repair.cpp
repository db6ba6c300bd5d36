#include "oci/validate/repair.hpp"

#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/locations.hpp"
#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"
#include "oci/store/joined_store.hpp"
#include "oci/store/memory_store.hpp"
#include "oci/validate/validate.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

namespace {

void tell(const Context& context, const Repaired& repaired) {
  for (const Mend& mend : repaired.mends) {
    print_note(context, "mended " + std::string(mend.rule) + " in " + mend.document.str() +
                            (mend.path.empty() ? "" : ", " + mend.path) + ": " + mend.message);
  }
  for (const std::string& note : repaired.notes) {
    print_note(context, note);
  }
  if (repaired.mends.empty()) {
    print_note(context, "there is nothing that can be mended");
  }
}

std::vector<std::string_view> clients_to_ask(const Parsed& parsed, const std::vector<ReachedNode>& nodes) {
  const std::vector<std::string_view> names = names_of(read_clients(parsed));
  return names.empty() ? clients_meant(kinds_of(nodes)) : names;
}

// Tells what is still wrong, but what is only worth knowing. Whether any of it is an error.
bool tell_what_is_left(const Parsed& parsed, const Context& context, Store& store, const Descriptor& root) {
  ValidationCache cache;
  const std::vector<ReachedNode> nodes = validate(store, root, {}, cache);
  const std::vector<std::string_view> clients = clients_to_ask(parsed, nodes);
  bool has_errors = false;
  for (const ReachedNode& node : nodes) {
    for (const Judged& judged : judge(node.report->findings, clients)) {
      if (judged.severity == Severity::info) {
        continue;
      }
      has_errors = has_errors || judged.severity == Severity::error;
      const Finding& finding = *judged.finding;
      std::string line = "left as it is: ";
      line.append(to_string(judged.severity)).append(" ").append(finding.rule->id).append(", ").append(finding.path);
      print_note(context, line.append(": ").append(finding.message).append(". ").append(finding.rule->fix));
    }
  }
  return has_errors;
}

ExitCode run(const Parsed& parsed, Context& context) {
  const Location source_location = parse_location(parsed.arguments()[0]);
  const Location destination = parse_location(parsed.arguments()[1]);
  if (std::holds_alternative<FileLocation>(source_location)) {
    throw UsageError("a document in a file cannot be repaired: what it leads to is not there",
                     "name the image: a registry, oci:DIR, oci-archive:FILE");
  }
  const bool to_standard_output = is_standard_output(destination);
  if (to_standard_output && context.options.format == Format::json) {
    throw UsageError("--format json cannot be printed where the archive goes", "write the archive to a file");
  }
  const std::array named = {source_location, destination};
  Locations locations(context, named, std::holds_alternative<RegistryLocation>(destination));
  const SourceImage source = locations.find(source_location);
  Results results(context, to_standard_output ? Results::Stream::standard_error : Results::Stream::standard_output);
  const bool has_errors = naming(source.name, [&] {
    const Repaired repaired = repair(*source.store, source.root);
    tell(context, repaired);
    MemoryStore made;
    for (const auto& [digest, text] : repaired.documents) {
      made.add("", text);
    }
    JoinedStore joined({&made, source.store.get()});
    const bool any_left = tell_what_is_left(parsed, context, joined, repaired.root);
    if (parsed.flag("dry-run")) {
      results.add({.name = format_name(destination),
                   .digest = repaired.root.digest,
                   .media_type = repaired.root.media_type,
                   .size = repaired.root.size});
      print_note(context, "dry run: nothing was written or pushed");
      return any_left;
    }
    Target target = locations.target(destination, repaired.root, source.called);
    results.add(move_image(context, *source.store, repaired.root, target,
                           {.no_clobber = parsed.flag("no-clobber"), .in_hand = repaired.documents}));
    return any_left;
  });
  return worse(results.finish(), has_errors ? ExitCode::gate : ExitCode::ok);
}

constexpr std::array<Example, 3> kExamples = {
    {{"What would be mended", "wasm-oci repair me/app:1.0 me/app:1.0 --dry-run"},
     {"A mended copy beside it", "wasm-oci repair ghcr.io/me/app:1.0 ghcr.io/me/app:1.0-mended"},
     {"In an archive", "wasm-oci repair oci-archive:app.tar oci-archive:mended.tar"}}};
constexpr std::array kArguments = {Argument{.name = "SRC", .completion = Completion::location},
                                   Argument{.name = "DST", .completion = Completion::location}};
constexpr std::array kOptions = {
    Option{.name = "dry-run", .help = "Tell what would be mended, and write nothing"},
    Option{.name = "for",
           .value = "CLIENT[,CLIENT...]",
           .help = "For whom the result is validated (default: those that it is meant for)",
           .takes = Takes::list},
    kNoClobber};

}  // namespace

constexpr Command kRepairCommand{
    .name = "repair",
    .summary = "Write a mended copy, where there is no doubt what is right",
    .details =
        "Mends platforms that entries do not say and configs do, names in upper case, missing media types, "
        "sizes, embedded data, types of compressed layers, the place and platform of attestations, and entries "
        "that are there twice. Everything else stays as it is, byte for byte. What was mended is told first, "
        "then what is still wrong; errors among that exit with 3, and the copy is written all the same.",
    .examples = kExamples,
    .arguments = kArguments,
    .options = kOptions,
    .run = run};

}  // namespace wasm_oci::cli
