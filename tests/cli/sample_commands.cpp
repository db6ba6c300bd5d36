#include "tests/cli/sample_commands.hpp"

#include "cli/output.hpp"

#include <array>

namespace wasm_oci::cli::testing {

namespace {

ExitCode run(const Parsed& /*parsed*/, Context& context) {
  print_line(context, "done");
  return ExitCode::ok;
}

ExitCode fail(const Parsed& /*parsed*/, Context& /*context*/) {
  throw NotFoundError("cannot open \x1b[2Jx: No such file or directory", "look\telsewhere");
}

ExitCode wait_for_stop(const Parsed& /*parsed*/, Context& context) {
  while (!context.stop.stop_requested()) {
  }
  throw ContentError("half of it arrived");
}

constexpr std::array<std::string_view, 4> kKinds = {"image", "artifact", "wasm-layers", "envoy"};
constexpr std::array<std::string_view, 2> kTimes = {"now", "git"};
constexpr std::array<std::string_view, 4> kFormats = {"text", "json", "sarif", "github"};

constexpr std::array kModule = {Argument{.name = "MODULE", .completion = Completion::file}};
constexpr std::array kRefs = {Argument{.name = "REF", .max = Argument::kUnlimited, .completion = Completion::location}};
constexpr std::array kSrcDst = {Argument{.name = "SRC", .completion = Completion::location},
                                Argument{.name = "DST", .completion = Completion::location}};
constexpr std::array kTagArguments = {Argument{.name = "SRC"}, Argument{.name = "NAME", .max = Argument::kUnlimited}};
constexpr std::array kHost = {Argument{.name = "HOST", .min = 0}};
constexpr std::array kRef = {Argument{.name = "REF"}};

constexpr std::array kBuildOptions = {
    Option{.name = "tag", .short_name = 't', .value = "REF", .help = "Name the image", .takes = Takes::many},
    Option{.name = "output",
           .short_name = 'o',
           .value = "OUT",
           .help = "Write it here",
           .takes = Takes::many,
           .completion = Completion::location},
    Option{.name = "push", .help = "Push every tag"},
    Option{.name = "platform",
           .value = "P[,P...]",
           .help = "Platforms of the image",
           .takes = Takes::list,
           .completion = Completion::platform},
    Option{.name = "as",
           .value = "image|artifact|wasm-layers|envoy",
           .help = "How the module is packaged, where the words of this help are long enough to need a second line",
           .takes = Takes::one,
           .completion = Completion::choice,
           .choices = kKinds},
    Option{.name = "entrypoint", .value = "PATH", .help = "Where the module lies", .takes = Takes::one},
    Option{.name = "created",
           .value = "now|git|EPOCH|RFC3339",
           .help = "Time of creation",
           .takes = Takes::one,
           .completion = Completion::offer,
           .choices = kTimes},
    Option{.name = "compression-level", .value = "N", .help = "How hard to try", .takes = Takes::one},
};
constexpr std::array kValidateOptions = {Option{.name = "format",
                                                .value = "text|json|sarif|github",
                                                .help = "How findings are printed",
                                                .takes = Takes::one,
                                                .completion = Completion::choice,
                                                .choices = kFormats}};
constexpr std::array kCreateOptions = {
    Option{.name = "tag", .short_name = 't', .value = "LOCATION", .help = "Name", .takes = Takes::many}};

constexpr std::array<std::string_view, 2> kCopyAliases = {"cp", "convert"};
constexpr std::array<std::string_view, 1> kAddAliases = {"index append"};

constexpr std::array kBuildExamples = {
    Example{.what = "Build and push", .line = "wasm-oci build app.wasm -t me/app:1.0 --push"}};

constexpr Command kBuild{.name = "build",
                         .summary = "Make an image of a .wasm file",
                         .details =
                             "The first paragraph says what it does, in as many words as it takes to fill more "
                             "than a line of the terminal.\n\nThe second one is short.",
                         .examples = kBuildExamples,
                         .arguments = kModule,
                         .options = kBuildOptions,
                         .group = Group::everyday,
                         .run = run};
constexpr Command kPush{
    .name = "push", .summary = "Push images", .arguments = kRefs, .group = Group::everyday, .run = run};
constexpr Command kPull{.name = "pull", .summary = "Pull an image", .arguments = kRef, .run = fail};
constexpr Command kCopy{
    .name = "copy", .aliases = kCopyAliases, .summary = "Copy an image", .arguments = kSrcDst, .run = run};
constexpr Command kTag{.name = "tag", .summary = "Give another name", .arguments = kTagArguments, .run = run};
constexpr Command kTags{.name = "tags", .summary = "List tags", .arguments = kRef, .run = run};
constexpr Command kLogin{.name = "login", .summary = "Log in", .arguments = kHost, .run = run};
constexpr Command kValidate{
    .name = "validate", .summary = "Check an image", .arguments = kRefs, .options = kValidateOptions, .run = run};
constexpr Command kCreate{
    .name = "index create", .summary = "Make an index", .arguments = kRefs, .options = kCreateOptions, .run = run};
constexpr Command kAdd{
    .name = "index add", .aliases = kAddAliases, .summary = "Add to an index", .arguments = kSrcDst, .run = run};
constexpr Command kWhich{
    .name = "auth which", .summary = "Show which credentials are used", .arguments = kRef, .run = run};
constexpr Command kWait{.name = "wait", .summary = "Work until stopped", .run = wait_for_stop};
constexpr Command kVersion{.name = "version", .summary = "Show versions", .run = run};

}  // namespace

Catalog sample_catalog() {
  static constexpr std::array<const Command*, 13> kAll = {
      &kBuild, &kPush, &kPull, &kCopy, &kTag, &kTags, &kLogin, &kValidate, &kCreate, &kAdd, &kWhich, &kWait, &kVersion};
  return kAll;
}

}  // namespace wasm_oci::cli::testing
