#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/extract.hpp"
#include "cli/move_image.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"

#include <array>
#include <string>

namespace wasm_oci::cli {

namespace {

ExitCode pull_to_store(Context& context, Locations& locations, const SourceImage& source, const Descriptor& root) {
  Target target{.store = locations.local_for_writing(), .name = source.name};
  if (source.reference) {
    target.name = source.reference->str();
    if (source.reference->tag) {
      target.names.push_back(full_name(*source.reference));
    }
  }
  Results results(context);
  results.add(move_image(context, *source.store, root, target, {.missing_child = MissingChild::keep}));
  return results.finish();
}

ExitCode run(const Parsed& parsed, Context& context) {
  const Location location = parse_location(parsed.arguments().front());
  const std::optional<std::string> output = parsed.value("output");
  const std::optional<std::string> module = parsed.value("module");
  if (module && !output) {
    throw UsageError("--module says which module -o writes",
                     "wasm-oci pull " + parsed.arguments().front() + " -o FILE.wasm --module " + *module);
  }
  if (output && output->empty()) {
    throw UsageError("--output names no file", "write -o FILE.wasm, -o FOLDER/ or -o -");
  }
  if (output && *output == "-" && context.options.format == Format::json) {
    throw UsageError("--format json cannot be printed where the module goes", "write the module to a file");
  }
  const std::array named = {location};
  Locations locations(context, named, false);
  SourceImage source = locations.find(location);
  std::optional<Platform> platform;
  if (const std::optional<std::string> text = parsed.value("platform")) {
    platform = parse_platform(*text);
  }
  return naming(source.name, [&] {
    if (output) {
      extract_modules(context, source, {.output = *output, .module = module, .platform = platform});
      return ExitCode::ok;
    }
    const Descriptor root =
        platform ? require_platform(*source.store, source.root, *platform, source.name) : source.root;
    return pull_to_store(context, locations, source, root);
  });
}

constexpr std::array<Example, 3> kExamples = {
    {{"Into the local store", "wasm-oci pull me/app:1.0"},
     {"The module itself", "wasm-oci pull me/app:1.0 -o app.wasm"},
     {"All modules of an archive that docker save wrote", "wasm-oci pull docker-archive:app.tar -o modules/"}}};
constexpr std::array kArguments = {Argument{.name = "LOCATION", .completion = Completion::location}};
constexpr std::array kOptions = {
    Option{.name = "module",
           .value = "NAME",
           .help = "Which module, by its path in the image or its file name",
           .takes = Takes::one},
    Option{.name = "output",
           .short_name = 'o',
           .value = "PATH",
           .help = "Write the module there: a file, a folder/ for all modules, - for standard output",
           .takes = Takes::one,
           .completion = Completion::file},
    kPlatform};

}  // namespace

constexpr Command kPullCommand{
    .name = "pull",
    .summary = "Pull an image into the local store, or the module out of it",
    .details =
        "Without -o the whole image is stored locally under its name. With -o the module is "
        "written after its digest was verified; of an index the entry for wasi/wasm is taken, "
        "then wasip1/wasm, then the only one for Wasm. Besides images it knows the artifacts of wkg "
        "and wash, runwasi's layers, Spin applications, and Solo's and wasm-to-oci's forms.",
    .examples = kExamples,
    .arguments = kArguments,
    .options = kOptions,
    .group = Group::everyday,
    .run = run};

}  // namespace wasm_oci::cli
