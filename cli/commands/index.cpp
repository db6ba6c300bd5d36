// `index create`, `index add`, `index remove` and `index annotate`.
#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/index_change.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wasm_oci::cli {

namespace {

std::vector<AnnotationRequest> read_annotations(const Parsed& parsed) {
  std::vector<AnnotationRequest> annotations;
  for (const std::string& text : parsed.values("annotation")) {
    std::ranges::move(parse_annotation(text, AnnotationLevel::index), std::back_inserter(annotations));
  }
  return annotations;
}

// Where it goes, and by which names: -o takes the names of -t along, and nothing is pushed to them then.
void read_targets(const Parsed& parsed, IndexRequest& request) {
  std::vector<Location> tags;
  for (const std::string& text : parsed.values("tag")) {
    tags.push_back(parse_location(text));
  }
  for (const std::string& text : parsed.values("output")) {
    request.targets.push_back(parse_location(text));
  }
  if (request.targets.empty()) {
    request.targets = std::move(tags);
  } else {
    for (const Location& tag : tags) {
      const auto* const registry = std::get_if<RegistryLocation>(&tag);
      if (registry == nullptr) {
        throw UsageError("-t " + format(tag) + ": with -o, -t is the name that the index gets there");
      }
      request.names.push_back(full_name(registry->reference));
    }
  }
  if (request.targets.empty() && request.base) {
    if (named_digest(*request.base)) {
      throw UsageError(format(*request.base) + ": what a digest names never changes",
                       "edit a tag, or name the result: -t REF");
    }
    if (std::holds_alternative<ArchiveLocation>(*request.base)) {
      throw UsageError(format(*request.base) + ": an archive is written whole, never edited",
                       "write another: -o oci-archive:FILE");
    }
    request.targets = {*request.base};
  }
}

void read_common(const Parsed& parsed, IndexRequest& request) {
  request.source_options.attestations = parsed.value("attestations").value_or("keep") == "keep";
  request.gate = read_gate(parsed);
  request.annotations = read_annotations(parsed);
  request.no_clobber = parsed.flag("no-clobber");
  request.dry_run = parsed.flag("dry-run");
  request.source_options.force = parsed.flag("force");
  read_targets(parsed, request);
  if (!request.gate.is_open() && std::ranges::any_of(request.targets, [](const Location& target) {
        return std::holds_alternative<ArchiveLocation>(target);
      })) {
    throw UsageError("a gate stands before a tag, and an archive has none", "write to a registry or a layout");
  }
}

// The repository that a digest alone is in.
std::optional<Reference> repository_of(const IndexRequest& request, const Parsed& parsed) {
  std::vector<Location> candidates = request.targets;
  for (const std::string& text : parsed.values("tag")) {
    candidates.push_back(parse_location(text));
  }
  if (request.base) {
    candidates.push_back(*request.base);
  }
  for (const Location& candidate : candidates) {
    if (const auto* const registry = std::get_if<RegistryLocation>(&candidate)) {
      return registry->reference;
    }
  }
  return std::nullopt;
}

void read_sources(const Parsed& parsed, std::size_t first, IndexRequest& request) {
  for (std::size_t i = first; i < parsed.arguments().size(); ++i) {
    request.sources.push_back(parse_source(parsed.arguments()[i], repository_of(request, parsed)));
  }
}

ExitCode finish(Context& context, const IndexRequest& request) {
  const auto to_standard_output = std::ranges::count_if(request.targets, is_standard_output);
  if (to_standard_output > 1) {
    throw UsageError("only one output can go to standard output");
  }
  if (to_standard_output == 1 && context.options.format == Format::json) {
    throw UsageError("--format json cannot be printed where the archive goes", "write the archive to a file");
  }
  Results results(context,
                  to_standard_output == 1 ? Results::Stream::standard_error : Results::Stream::standard_output);
  change_index(context, request, results);
  return results.finish();
}

// -p says of each command what it is about: which entries are taken, removed or annotated.
ExitCode create(const Parsed& parsed, Context& context) {
  IndexRequest request;
  read_common(parsed, request);
  request.source_options.only = read_platforms(parsed, "platform");
  if (request.targets.empty()) {
    throw UsageError("index create needs a name for the index", "-t REF, or -o oci:DIR:NAME");
  }
  read_sources(parsed, 0, request);
  return finish(context, request);
}

ExitCode add(const Parsed& parsed, Context& context) {
  IndexRequest request{.base = parse_location(parsed.arguments().front())};
  read_common(parsed, request);
  request.source_options.only = read_platforms(parsed, "platform");
  read_sources(parsed, 1, request);
  return finish(context, request);
}

// PLATFORM, DIGEST, or NAME@DIGEST as `inspect` shows it.
std::variant<Platform, Digest> read_removed(const std::string& text) {
  const std::string last = text.substr(text.rfind('@') + 1);
  if (const std::optional<Digest> digest = Digest::parse(last)) {
    return *digest;
  }
  require_no_short_digest(last);
  return read_platform(text);
}

ExitCode remove(const Parsed& parsed, Context& context) {
  IndexRequest request{.base = parse_location(parsed.arguments().front())};
  read_common(parsed, request);
  for (std::size_t i = 1; i < parsed.arguments().size(); ++i) {
    for (const auto part : std::views::split(parsed.arguments()[i], ',')) {
      request.removed.push_back(read_removed(std::string(part.begin(), part.end())));
    }
  }
  std::ranges::copy(read_platforms(parsed, "platform"), std::back_inserter(request.removed));
  if (request.removed.empty()) {
    throw UsageError("index remove needs to know what to remove", "a platform (wasi/wasm) or a digest (sha256:…)");
  }
  return finish(context, request);
}

// Those that name no platform are for each of these.
std::vector<AnnotationRequest> limited(const std::vector<AnnotationRequest>& annotations,
                                       const std::vector<Platform>& platforms) {
  std::vector<AnnotationRequest> limited;
  for (const AnnotationRequest& annotation : annotations) {
    if (platforms.empty() || annotation.platform || annotation.level == AnnotationLevel::index) {
      limited.push_back(annotation);
      continue;
    }
    for (const Platform& platform : platforms) {
      limited.push_back(annotation);
      limited.back().platform = platform;
    }
  }
  return limited;
}

// Without a level it would be the index that is annotated.
void require_levels(const std::vector<std::string>& annotations) {
  for (const std::string& text : annotations) {
    if (parse_annotation(text, AnnotationLevel::index) != parse_annotation(text, AnnotationLevel::manifest)) {
      throw UsageError("--annotation " + text + " is for the index, and -p names entries of it",
                       "say which level: manifest-descriptor:KEY=VALUE or manifest:KEY=VALUE");
    }
  }
}

ExitCode annotate(const Parsed& parsed, Context& context) {
  IndexRequest request{.base = parse_location(parsed.arguments().front())};
  read_common(parsed, request);
  if (request.annotations.empty()) {
    throw UsageError("index annotate needs to know what to say", "--annotation KEY=VALUE");
  }
  const std::vector<Platform> platforms = read_platforms(parsed, "platform");
  if (!platforms.empty()) {
    require_levels(parsed.values("annotation"));
  }
  request.annotations = limited(request.annotations, platforms);
  return finish(context, request);
}

constexpr std::array<std::string_view, 2> kKeepOrDrop = {"keep", "drop"};
constexpr std::array kCommonOptions = {
    Option{.name = "annotation",
           .value = "[LEVEL:]KEY=VALUE",
           .help = "Annotate the index, or manifest[P]:, manifest-descriptor[P]: of its entries",
           .takes = Takes::many},
    Option{.name = "attestations",
           .value = "keep|drop",
           .help = "What becomes of BuildKit's attestations (default keep, with the images that they are about)",
           .takes = Takes::one,
           .completion = Completion::choice,
           .choices = kKeepOrDrop},
    Option{.name = "dry-run", .help = "Print what would be pushed, write nothing"},
    Option{.name = "force", .help = "Take in what its readers do not find in an index"},
    kNoClobber,
    Option{.name = "output",
           .short_name = 'o',
           .value = "LOCATION",
           .help = "Write elsewhere than to a registry: oci:DIR:NAME, oci-archive:FILE, local:REF",
           .takes = Takes::many,
           .completion = Completion::location},
    Option{.name = "platform",
           .short_name = 'p',
           .value = "P[,P...]",
           .help = {},
           .takes = Takes::list,
           .completion = Completion::platform},
    kRequirePlatform,
    kRequireUnchanged,
    kFor,
    Option{.name = "tag",
           .short_name = 't',
           .value = "LOCATION",
           .help = "Name of the new index; the one that it is made of stays as it is",
           .takes = Takes::many,
           .completion = Completion::location}};

constexpr auto options_with(std::string_view platform_help) {
  auto options = kCommonOptions;
  for (Option& option : options) {
    if (option.name == "platform") {
      option.help = platform_help;
    }
  }
  return options;
}
constexpr auto kSourceOptions = options_with("Take only the entries for these platforms from the sources");
constexpr auto kRemoveOptions = options_with("Remove the entries for these platforms");
constexpr auto kAnnotateOptions = options_with("Annotate only the entries for these platforms");

constexpr Argument kBase{.name = "LOCATION", .completion = Completion::location};
constexpr std::array kCreateArguments = {
    Argument{.name = "SOURCE[,platform=P]", .max = Argument::kUnlimited, .completion = Completion::location}};
constexpr std::array kAddArguments = {
    kBase, Argument{.name = "SOURCE[,platform=P]", .max = Argument::kUnlimited, .completion = Completion::location}};
constexpr std::array kRemoveArguments = {
    kBase,
    Argument{.name = "PLATFORM|DIGEST", .min = 0, .max = Argument::kUnlimited, .completion = Completion::platform}};
constexpr std::array kAnnotateArguments = {kBase};

constexpr std::array<Example, 3> kCreateExamples = {
    {{"One tag for three builds",
      "wasm-oci index create -t me/app:1.0 me/app:1.0-amd64 me/app:1.0-arm64 me/app:1.0-wasm"},
     {"From digests that were pushed to the repository",
      "wasm-oci index create -t me/app:1.0 sha256:4f3c… sha256:9a1b… --require-platform linux/amd64,wasi/wasm"},
     {"From a layout and another registry", "wasm-oci index create -t me/app:1.0 oci:build:app ghcr.io/me/app:1.0"}}};
constexpr std::array<Example, 2> kAddExamples = {
    {{"The Wasm variant to what buildx made",
      "wasm-oci index add me/app:1.0 local:me/app:1.0 --require-unchanged linux/amd64,linux/arm64"},
     {"Under another tag", "wasm-oci index add me/app:1.0 me/app:1.0-wasm -t me/app:1.0-all"}}};
constexpr std::array<Example, 2> kRemoveExamples = {
    {{"A platform and what attests it", "wasm-oci index remove me/app:1.0 wasi/wasm"},
     {"One entry", "wasm-oci index remove me/app:1.0 sha256:4f3c…"}}};
constexpr std::array<Example, 2> kAnnotateExamples = {
    {{"The index", "wasm-oci index annotate me/app:1.0 --annotation org.opencontainers.image.version=1.0"},
     {"The Wasm image and its entry",
      "wasm-oci index annotate me/app:1.0 --annotation manifest[wasi/wasm],manifest-descriptor[wasi/wasm]:a=b"}}};

constexpr std::array<std::string_view, 1> kAddAliases = {"index append"};
constexpr std::array<std::string_view, 1> kRemoveAliases = {"index rm"};

}  // namespace

constexpr Command kIndexCreateCommand{
    .name = "index create",
    .summary = "Make a multi-platform index of images and indexes",
    .details =
        "Sources are images, or indexes whose entries are taken over; the first may be an index that the others join. "
        "Each image says its platform in its config; platform= says another. For one platform the later source wins. "
        "Attestations follow their images. Everything is copied to where the index goes, the tag last.",
    .examples = kCreateExamples,
    .arguments = kCreateArguments,
    .options = kSourceOptions,
    .run = create};

constexpr Command kIndexAddCommand{
    .name = "index add",
    .aliases = kAddAliases,
    .summary = "Add images to the index that a tag names",
    .details =
        "Entries that are there stay as they are, byte for byte; an entry for the same platform is replaced. A single "
        "image becomes an index. What others add at the same time is kept.",
    .examples = kAddExamples,
    .arguments = kAddArguments,
    .options = kSourceOptions,
    .run = add};

constexpr Command kIndexRemoveCommand{
    .name = "index remove",
    .aliases = kRemoveAliases,
    .summary = "Take entries out of the index that a tag names",
    .details = "By platform or by digest, with the attestations of what goes. The images stay in the registry.",
    .examples = kRemoveExamples,
    .arguments = kRemoveArguments,
    .options = kRemoveOptions,
    .run = remove};

constexpr Command kIndexAnnotateCommand{
    .name = "index annotate",
    .summary = "Annotate an index, its entries and their manifests",
    .details =
        "LEVEL is index, manifest-descriptor (the entry) or manifest, the last two with a platform in brackets or for "
        "all; several are joined by commas. A manifest that is annotated has another digest; attestations of the old "
        "one are left out.",
    .examples = kAnnotateExamples,
    .arguments = kAnnotateArguments,
    .options = kAnnotateOptions,
    .run = annotate};

}  // namespace wasm_oci::cli
