#include "oci/validate/repair.hpp"

#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/locations.hpp"
#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "cli/rehearsal.hpp"
#include "cli/validation.hpp"
#include "oci/error.hpp"
#include "oci/json/writer.hpp"
#include "oci/store/joined_store.hpp"
#include "oci/store/memory_store.hpp"
#include "oci/validate/validate.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

namespace {

// What is still wrong with the copy, but what is only worth knowing.
struct Left {
  const Rule* rule;
  Severity severity;
  std::optional<Digest> document;
  std::string path;
  std::string message;
  std::optional<NamedEntry> entry = std::nullopt;
};

void tell(const Context& context, const Repaired& repaired) {
  for (const Mend& mend : repaired.mends) {
    print_note(context, "mend " + std::string(mend.rule) + " in " + mend.document.str() +
                            (mend.path.empty() ? "" : ", " + mend.path) + ": " + mend.message);
  }
  for (const std::string& note : repaired.notes) {
    print_note(context, note);
  }
  if (repaired.mends.empty()) {
    print_note(context, "there is nothing that can be mended");
  }
}

void tell(const Context& context, const std::vector<Left>& left) {
  for (const Left& one : left) {
    std::string line = "left as it is: ";
    line.append(to_string(one.severity)).append(" ").append(one.rule->id);
    line.append(one.path.empty() ? "" : ", " + place_of(one.path, one.entry))
        .append(": ")
        .append(one.message)
        .append(". ");
    print_note(context, line.append(one.rule->fix));
  }
}

std::vector<Left> find_what_is_left(std::vector<std::string_view> clients, Store& store, const Descriptor& root) {
  ValidationCache cache;
  const std::vector<ReachedNode> nodes = validate(store, root, {}, cache);
  if (clients.empty()) {
    clients = clients_meant(kinds_of(nodes));
  }
  std::vector<Left> left;
  for (const ReachedNode& node : nodes) {
    for (const Judged& judged : judge(node.report->findings, clients)) {
      const Finding& finding = *judged.finding;
      if (judged.severity != Severity::info) {
        left.push_back({.rule = finding.rule,
                        .severity = judged.severity,
                        .document = finding.place.document,
                        .path = finding.path,
                        .message = finding.message,
                        .entry = entry_of(*node.report, finding)});
      }
    }
  }
  return left;
}

void write(JsonWriter& json, const Repaired& repaired, const std::vector<Left>& left) {
  json.key("mended").begin_array();
  for (const Mend& mend : repaired.mends) {
    json.begin_object().member("rule", mend.rule).member("digest", mend.document.str()).member("path", mend.path);
    json.member("message", mend.message).end_object();
  }
  json.end_array().key("left").begin_array();
  for (const Left& one : left) {
    json.begin_object().member("rule", one.rule->id).member("severity", to_string(one.severity)).key("digest");
    if (one.document) {
      json.value(one.document->str());
    } else {
      json.null();
    }
    json.member("path", one.path).member("message", one.message).member("fix", one.rule->fix).end_object();
  }
  json.end_array().key("notes").begin_array();
  for (const std::string& note : repaired.notes) {
    json.value(note);
  }
  json.end_array();
}

ExitCode run(const Parsed& parsed, Context& context) {
  const Location source_location = parse_location(parsed.arguments()[0]);
  const Location destination = parse_location(parsed.arguments()[1]);
  const std::vector<std::string_view> clients = names_of(read_clients(parsed));
  const bool no_clobber = parsed.flag("no-clobber");
  if (std::holds_alternative<FileLocation>(source_location)) {
    throw UsageError("a document in a file cannot be repaired: what it leads to is not there",
                     "name the image: a registry, oci:DIR, oci-archive:FILE");
  }
  require_writable_kind(destination);
  const bool to_standard_output = is_standard_output(destination);
  if (to_standard_output && context.options.format == Format::json) {
    throw UsageError("--format json cannot be printed where the archive goes", "write the archive to a file");
  }
  const std::array named = {source_location, destination};
  Locations locations(context, named, std::holds_alternative<RegistryLocation>(destination));
  const SourceImage source = locations.find(source_location);
  Results results(context, to_standard_output ? Results::Stream::standard_error : Results::Stream::standard_output);
  Repaired repaired = repair(*source.store, source.root);
  std::vector<Left> left;
  naming(source.name, [&] {
    tell(context, repaired);
    MemoryStore made;
    for (const auto& [digest, text] : repaired.documents) {
      made.put_root({.media_type = "", .digest = digest, .size = text.size()}, text, {});
    }
    JoinedStore joined({&made, source.store.get()});
    left = find_what_is_left(clients, joined, repaired.root);
    tell(context, left);
    if (!parsed.flag("dry-run")) {
      Target target = locations.target(destination, repaired.root, source.called);
      results.add(move_image(context, *source.store, repaired.root, target,
                             {.no_clobber = no_clobber, .in_hand = repaired.documents}));
      return;
    }
    const std::vector<RootName> names = source.called ? std::vector{*source.called} : std::vector<RootName>{};
    rehearse(locations, destination, repaired.root, {&joined},
             {.gate = {}, .no_clobber = no_clobber, .names = names, .is_copied = true});
    results.add({.name = format_name(destination),
                 .digest = repaired.root.digest,
                 .media_type = repaired.root.media_type,
                 .size = repaired.root.size,
                 .platforms = platform_names(joined, repaired.root)});
    print_note(context, "dry run: nothing was written or pushed");
  });
  const bool has_errors = std::ranges::find(left, Severity::error, &Left::severity) != left.end();
  return worse(results.finish([&](JsonWriter& json) { write(json, repaired, left); }),
               has_errors ? ExitCode::gate : ExitCode::ok);
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
