#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/convert.hpp"
#include "cli/move_image.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"
#include "oci/index/draft.hpp"
#include "oci/media_type.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

namespace {

bool same_registry(const Location& a, const Location& b) {
  const auto* const left = std::get_if<RegistryLocation>(&a);
  const auto* const right = std::get_if<RegistryLocation>(&b);
  return left != nullptr && right != nullptr && left->reference.host == right->reference.host;
}

void set_side_credentials(Locations& locations, const Location& location, const std::optional<std::string>& creds,
                          const char* option) {
  if (!creds) {
    return;
  }
  const auto* const registry = std::get_if<RegistryLocation>(&location);
  if (registry == nullptr) {
    throw UsageError(std::string(option) + " is for a registry, and " + format(location) + " is none");
  }
  locations.registries().set_credentials(registry->reference.host, *creds);
}

struct Selection {
  Descriptor root;
  std::map<Digest, std::string> in_hand = {};  // the root, where the source does not hold it
};

// What of the source is copied: everything, the entry for one platform, or an index of the entries for several.
Selection select(const SourceImage& source, const std::vector<Platform>& platforms) {
  if (platforms.empty()) {
    return {.root = source.root};
  }
  if (platforms.size() == 1) {
    return {.root = require_platform(*source.store, source.root, platforms.front(), source.name)};
  }
  if (!media_type::is_index(source.root.media_type)) {
    throw UsageError(source.name + " is no index of several platforms", "copy it without --platform");
  }
  IndexDraft draft(*source.store, source.root);
  if (const std::vector<Platform> absent = draft.keep_only(platforms); !absent.empty()) {
    refuse_platform(*source.store, source.root, absent.front(), source.name);
  }
  std::string text = draft.text();
  Descriptor root = describe(source.root.media_type, text);
  root.artifact_type = source.root.artifact_type;
  const Digest digest = root.digest;
  return {.root = std::move(root), .in_hand = {{digest, std::move(text)}}};
}

Conversion read_conversion(const Parsed& parsed) {
  Conversion conversion{.as = read_packaging(parsed), .lossy = parsed.flag("lossy"), .force = parsed.flag("force")};
  if (const std::optional<std::string> platform = parsed.value("set-platform")) {
    conversion.platform = parse_platform(*platform);
  }
  if (parsed.spelled() == "convert" && !conversion.changes()) {
    throw UsageError("convert needs to know into what", "wasm-oci convert SRC DST --as KIND, or --set-platform P");
  }
  if (conversion.lossy && !conversion.as) {
    throw UsageError("--lossy is for --as KIND: a copy leaves nothing out");
  }
  if (conversion.force && !conversion.changes()) {
    throw UsageError("--force is for --as KIND and --set-platform P");
  }
  return conversion;
}

ExitCode run(const Parsed& parsed, Context& context) {
  const Location source_location = parse_location(parsed.arguments()[0]);
  const Location destination = parse_location(parsed.arguments()[1]);
  const bool to_standard_output = is_standard_output(destination);
  if (to_standard_output && context.options.format == Format::json) {
    throw UsageError("--format json cannot be printed where the archive goes", "write the archive to a file");
  }
  const std::vector<Platform> platforms = read_platforms(parsed, "platform");
  Conversion conversion = read_conversion(parsed);
  const std::array named = {source_location, destination};
  if (parsed.given("src-creds") && parsed.given("dest-creds") && same_registry(source_location, destination) &&
      parsed.value("src-creds") != parsed.value("dest-creds")) {
    throw UsageError("--src-creds and --dest-creds differ for one registry", "give it one pair: --creds USER:PASS");
  }
  Locations locations(context, named, std::holds_alternative<RegistryLocation>(destination));
  set_side_credentials(locations, source_location, parsed.value("src-creds"), "--src-creds");
  set_side_credentials(locations, destination, parsed.value("dest-creds"), "--dest-creds");

  const SourceImage source = locations.find(source_location);
  Results results(context, to_standard_output ? Results::Stream::standard_error : Results::Stream::standard_output);
  naming(source.name, [&] {
    const Selection selection = select(source, platforms);
    const bool keeps_sparse = parsed.flag("sparse") || !std::holds_alternative<RegistryLocation>(destination);
    const MissingChild missing_child = keeps_sparse ? MissingChild::keep : MissingChild::refuse;
    if (conversion.changes()) {
      if (!selection.in_hand.empty()) {
        throw UsageError("--platform with several values makes an index, which --as and --set-platform do not change",
                         "choose one platform");
      }
      conversion.missing_child = missing_child;
      const Converted converted = convert(context, *source.store, selection.root, source.name, conversion);
      Target target = locations.target(destination, converted.root, source.called);
      results.add(move_image(context, converted.scratch->store(), converted.root, target,
                             {.missing_child = missing_child, .no_clobber = parsed.flag("no-clobber")}));
      return;
    }
    Target target = locations.target(destination, selection.root, source.called);
    results.add(move_image(
        context, *source.store, selection.root, target,
        {.missing_child = missing_child, .no_clobber = parsed.flag("no-clobber"), .in_hand = selection.in_hand}));
  });
  return results.finish();
}

constexpr std::array<Example, 7> kExamples = {
    {{"Between registries, with all platforms and every digest kept",
      "wasm-oci copy ghcr.io/me/app:1.0 localhost:5000/me/app:1.0"},
     {"Into an archive that docker load reads", "wasm-oci copy local:me/app:1.0 docker-archive:app.tar"},
     {"From what another tool wrote", "wasm-oci copy oci:layout:app me/app:1.0"},
     {"One platform alone", "wasm-oci copy me/app:1.0 local:me/app:1.0 --platform wasi/wasm"},
     {"An index of some platforms, with their attestations",
      "wasm-oci copy me/app:1.0 ghcr.io/me/app:1.0 --platform wasi/wasm,linux/amd64"},
     {"The same module for wkg and wash", "wasm-oci copy me/app:1.0 ghcr.io/me/app:1.0-wkg --as artifact"},
     {"Mend an image that was labelled linux/amd64", "wasm-oci copy me/app:1.0 me/app:1.0 --set-platform wasi/wasm"}}};
constexpr std::array kArguments = {Argument{.name = "SRC", .completion = Completion::location},
                                   Argument{.name = "DST", .completion = Completion::location}};
constexpr std::array kOptions = {
    kAs,
    Option{.name = "dest-creds", .value = "USER:PASS", .help = "Credentials for the destination", .takes = Takes::one},
    Option{.name = "force", .help = "Package or label what readers of the result cannot use"},
    Option{.name = "lossy", .help = "With --as: leave out what the packaging has no place for"},
    kNoClobber,
    Option{.name = "platform",
           .value = "P[,P...]",
           .help = "Copy the entry of an index for exactly this platform, or an index of the entries for several",
           .takes = Takes::list,
           .completion = Completion::platform},
    Option{.name = "set-platform",
           .value = "P",
           .help = "Label the image for this platform, in its config and in the index",
           .takes = Takes::one,
           .completion = Completion::platform},
    Option{.name = "sparse", .help = "Push an index although the source lacks some of its images"},
    Option{.name = "src-creds", .value = "USER:PASS", .help = "Credentials for the source", .takes = Takes::one}};
constexpr std::array<std::string_view, 2> kAliases = {"cp", "convert"};

}  // namespace

constexpr Command kCopyCommand{
    .name = "copy",
    .aliases = kAliases,
    .summary = "Copy an image between registries, the local store, layouts and archives",
    .details =
        "A copy keeps every digest. Several platforms make a new index, of the entries for them "
        "and their attestations; the rest of its text stays as it is, byte for byte. --as packages the same module "
        "another way, from any packaging "
        "to any; what the new one has no place for is told, and left out only with --lossy.",
    .examples = kExamples,
    .arguments = kArguments,
    .options = kOptions,
    .group = Group::everyday,
    .run = run};

}  // namespace wasm_oci::cli
