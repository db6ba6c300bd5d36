#include "cli/build_output.hpp"
#include "cli/build_targets.hpp"
#include "cli/command_words.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/created.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "oci/build/build_image.hpp"
#include "oci/error.hpp"
#include "oci/layer/compression.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace wasm_oci::cli {

namespace {

constexpr std::array<std::string_view, 3> kCompressions = {"gzip", "zstd", "none"};

std::pair<std::string, std::string> key_and_value(const std::string& option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError("invalid " + option + " \"" + text + "\"", "write " + option + " KEY=VALUE");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// Compression with its level. A level that the format does not have is wrong usage.
void read_compression(const Parsed& parsed, BuildRequest& request) {
  if (const std::optional<std::string> name = parsed.value("compression")) {
    request.compression = *name == "zstd" ? Compression::zstd : *name == "none" ? Compression::none : Compression::gzip;
  }
  const std::optional<LevelRange> range = level_range(request.compression.value_or(Compression::gzip));
  if (!range) {
    if (parsed.given("compression-level")) {
      throw UsageError("--compression none has no --compression-level");
    }
    return;
  }
  if (const auto level = parsed.number("compression-level", static_cast<std::uint64_t>(range->lowest),
                                       static_cast<std::uint64_t>(range->highest))) {
    request.compression_level = static_cast<int>(*level);
  }
}

NativeProgram parse_native(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size()) {
    throw UsageError("invalid --native \"" + text + "\"", "write --native linux/amd64=bin/app-amd64");
  }
  return {.platform = parse_platform(text.substr(0, equals)), .path = text.substr(equals + 1)};
}

// The last native program is for a platform that nothing else is built for.
void require_other_platform(const BuildRequest& request, const std::string& text) {
  std::vector<Platform> others = request.platforms;
  if (others.empty()) {
    others.push_back(usual_wasm_platform());
  }
  for (const NativeProgram& native : std::span(request.natives).first(request.natives.size() - 1)) {
    others.push_back(native.platform);
  }
  if (std::ranges::any_of(
          others, [&](const Platform& other) { return same_platform(other, request.natives.back().platform); })) {
    throw UsageError("--native " + text + ": something is built for that platform already");
  }
}

BuildRequest read_request(const Parsed& parsed, const Context& context) {
  BuildRequest request{.module = parsed.arguments().front(), .as = read_packaging(parsed).value_or(Packaging::image)};
  request.platforms = read_platforms(parsed, "platform");
  for (const Platform& platform : request.platforms) {
    if (platform.architecture == "wasm32") {
      print_note(context,
                 "Docker, containerd and podman ask for " + platform.os + "/wasm, not for " + format(platform));
    }
  }
  for (const std::string& text : parsed.values("native")) {
    request.natives.push_back(parse_native(text));
    require_other_platform(request, text);
  }
  request.entrypoint = command_words("--entrypoint", parsed.values("entrypoint"));
  request.cmd = command_words("--cmd", parsed.values("cmd"));
  request.env = parsed.values("env");
  for (const std::string& label : parsed.values("label")) {
    auto [key, value] = key_and_value("--label", label);
    request.labels.insert_or_assign(std::move(key), std::move(value));
  }
  for (const std::string& text : parsed.values("annotation")) {
    for (AnnotationRequest& annotation : parse_annotation(text, AnnotationLevel::manifest)) {
      request.annotations.push_back(std::move(annotation));
    }
  }
  request.workdir = parsed.value("workdir").value_or("/");
  request.user = parsed.value("user").value_or("");
  request.add = parsed.values("add");
  read_compression(parsed, request);
  request.created = read_created(parsed.value("created"), request.module, context);
  request.force = parsed.flag("force");
  return request;
}

ExitCode run(const Parsed& parsed, Context& context) {
  BuildTargets targets;
  for (const std::string& tag : parsed.values("tag")) {
    targets.tags.push_back(parse_build_tag(tag));
  }
  for (const std::string& tag : parsed.values("bare-tag")) {
    targets.bare_tags.push_back(parse_build_tag(tag));
  }
  for (const std::string& output : parsed.values("output")) {
    targets.add(parse_build_output(output));
  }
  targets.push = targets.push || parsed.flag("push") || parsed.flag("push-by-digest");
  targets.push_by_digest = targets.push_by_digest || parsed.flag("push-by-digest");
  targets.load = targets.load || parsed.flag("load");
  targets.dry_run = parsed.flag("dry-run");
  targets.no_clobber = parsed.flag("no-clobber");
  targets.append = parsed.flag("append");
  targets.gate = read_gate(parsed);
  targets.iidfile = parsed.value("iidfile");
  targets.metadata_file = parsed.value("metadata-file");
  targets.check(context.options.format);
  return build_to(context, read_request(parsed, context), targets);
}

constexpr std::array<Example, 9> kExamples = {
    {{"Into the local store", "wasm-oci build app.wasm -t me/app:1.0"},
     {"And to the registry at once", "wasm-oci build app.wasm -t me/app:1.0 --push"},
     {"Arguments, environment and files beside the module",
      "wasm-oci build app.wasm -t me/app --cmd serve,--port=80 --env LOG=info --add assets:/assets"},
     {"For docker load on another machine", "wasm-oci build app.wasm -t me/app -o docker-archive:app.tar"},
     {"Run an exported function", "wasm-oci build lib.wasm -t me/lib --entrypoint '/lib.wasm#run'"},
     {"For clients that call the same thing by other names, and native programs beside it",
      "wasm-oci build app.wasm -t me/app --platform wasi/wasm,wasip1/wasm --native linux/amd64=bin/app --push"},
     {"Add the Wasm variant to the index at the tag",
      "wasm-oci build app.wasm -t me/app:1.0 --append --push --require-unchanged linux/amd64"},
     {"A component for wkg and wash", "wasm-oci build app.wasm -t ghcr.io/me/app:1.0 --as artifact --push"},
     {"A plugin for Istio and Envoy Gateway", "wasm-oci build plugin.wasm -t me/plugin:1.0 --as envoy --push"}}};
constexpr std::array kArguments = {Argument{.name = "MODULE", .completion = Completion::file}};
constexpr std::array kOptions = {
    Option{.name = "add",
           .value = "SRC[:DST]",
           .help = "Put a file or folder beside the module",
           .takes = Takes::many,
           .completion = Completion::file},
    Option{.name = "annotation",
           .value = "KEY=VALUE",
           .help = "Annotate the manifest, or index:, manifest-descriptor[P]: of several",
           .takes = Takes::many},
    Option{.name = "append", .help = "Add the images to the index at the tag, in place of those for their platforms"},
    kAs,
    Option{.name = "bare-tag",
           .value = "REF",
           .help = "Name for the bare manifest, which Kubernetes, wkg and Envoy need where -t names an index",
           .takes = Takes::many},
    Option{.name = "cmd", .value = "ARG[,ARG...]", .help = "Arguments for the module", .takes = Takes::many},
    Option{.name = "compression",
           .value = "gzip|zstd|none",
           .help = "How the layer is compressed (default gzip)",
           .takes = Takes::one,
           .completion = Completion::choice,
           .choices = kCompressions},
    Option{.name = "compression-level",
           .value = "N",
           .help = "gzip 1 to 12 (default 4), zstd 1 to 22 (default 3)",
           .takes = Takes::one},
    Option{.name = "created",
           .value = "now|git|TIME",
           .help = "Time of the image: seconds since 1970 or RFC 3339 (default SOURCE_DATE_EPOCH, else 1970)",
           .takes = Takes::one},
    Option{.name = "dry-run", .help = "Print what would be built, write nothing"},
    Option{.name = "entrypoint",
           .value = "PATH[,ARG...]",
           .help = "Where the module lies and how it starts (default /FILE.wasm)",
           .takes = Takes::many},
    Option{
        .name = "env", .short_name = 'e', .value = "KEY=VALUE", .help = "Environment variable", .takes = Takes::many},
    Option{.name = "force", .help = "Package what the packaging's readers cannot use"},
    Option{.name = "iidfile",
           .value = "FILE",
           .help = "Write the digest to a file",
           .takes = Takes::one,
           .completion = Completion::file},
    Option{.name = "label", .short_name = 'l', .value = "KEY=VALUE", .help = "Label", .takes = Takes::many},
    Option{.name = "load", .help = "Give the image to docker or podman on this machine"},
    Option{.name = "metadata-file",
           .value = "FILE",
           .help = "Write what was built to a file, as JSON",
           .takes = Takes::one,
           .completion = Completion::file},
    Option{.name = "native",
           .value = "P=FILE",
           .help = "Put a static program for another platform beside the module",
           .takes = Takes::many,
           .completion = Completion::platform},
    kNoClobber,
    Option{.name = "output",
           .short_name = 'o',
           .value = "OUT",
           .help = "Write elsewhere than to the local store: oci:DIR, oci-archive:FILE, docker-archive:FILE, "
                   "docker://REF, or buildx's type=oci,dest=FILE",
           .takes = Takes::many,
           .completion = Completion::location},
    Option{.name = "platform",
           .value = "P[,P...]",
           .help = "Platform of the image (default wasi/wasm; of an artifact wasip1/wasm or wasip2/wasm); several "
                   "make an index of images that share the layer",
           .takes = Takes::list,
           .completion = Completion::platform},
    Option{.name = "push", .help = "Push every -t to its registry"},
    Option{.name = "push-by-digest", .help = "Push without moving a tag"},
    kRequirePlatform,
    kRequireUnchanged,
    kFor,
    Option{.name = "tag", .short_name = 't', .value = "REF", .help = "Name of the image", .takes = Takes::many},
    Option{.name = "user", .short_name = 'u', .value = "USER", .help = "User of the process", .takes = Takes::one},
    Option{.name = "workdir",
           .short_name = 'w',
           .value = "DIR",
           .help = "Working directory (default /)",
           .takes = Takes::one}};

}  // namespace

constexpr Command kBuildCommand{.name = "build",
                                .summary = "Build an image from a .wasm file",
                                .details =
                                    "The image is FROM scratch with the module as its entrypoint, for wasi/wasm unless "
                                    "told otherwise. Other readers want other packagings (--as). What a module says "
                                    "of itself becomes annotations; a module that its readers cannot use is refused. "
                                    "The same input gives the same digest, everywhere and always.",
                                .examples = kExamples,
                                .arguments = kArguments,
                                .options = kOptions,
                                .group = Group::everyday,
                                .run = run};

}  // namespace wasm_oci::cli
