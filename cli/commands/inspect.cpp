#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/inspection.hpp"
#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/media_type.hpp"

#include <array>
#include <string>

namespace wasm_oci::cli {

namespace {

void print(const Context& context, const Inspection& inspection) {
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) { write(json, inspection); });
  } else {
    print_text(context, as_text(inspection));
  }
}

// A .wasm file, which is no image. False for a manifest in a file.
bool inspect_file(const Parsed& parsed, const Context& context, const std::string& path) {
  FileSource file(open_file(path), path);
  if (parsed.flag("raw")) {
    context.display.aside([&] { copy(file, context.out); });
    return true;
  }
  std::array<std::byte, 1> first{};
  if (file.read(first) == 1 && first.front() == std::byte{'{'}) {
    return false;
  }
  if (parsed.flag("config")) {
    throw UsageError(path + " is a module and has no config");
  }
  print(context, inspect_module(path));
  return true;
}

void inspect_source(const Parsed& parsed, const Context& context, const SourceImage& source) {
  if (parsed.flag("raw")) {
    print_text(context, source.store->load(source.root, NodeKind::manifest));
    return;
  }
  if (!parsed.flag("config")) {
    print(context, inspect_image(*source.store, source.root, source.name));
    return;
  }
  if (!media_type::is_image_manifest(source.root.media_type)) {
    throw UsageError(source.name + " is an index and has no config", "take one of its images: --platform wasi/wasm");
  }
  const Manifest manifest = parse_manifest(source.store->load(source.root, NodeKind::manifest), source.root.media_type);
  print_text(context, source.store->load(manifest.config, NodeKind::blob));
}

ExitCode run(const Parsed& parsed, Context& context) {
  const Location location = parse_location(parsed.arguments().front());
  if (parsed.flag("raw") && parsed.flag("config")) {
    throw UsageError("--raw prints the manifest and --config the config: choose one");
  }
  const auto* const file = std::get_if<FileLocation>(&location);
  if (file != nullptr && inspect_file(parsed, context, file->path)) {
    return ExitCode::ok;
  }
  const std::array named = {location};
  Locations locations(context, named, false);
  SourceImage source = locations.find(location);
  return naming(source.name, [&] {
    if (const std::optional<std::string> platform = parsed.value("platform")) {
      source.root = require_platform(*source.store, source.root, parse_platform(*platform), source.name);
    }
    inspect_source(parsed, context, source);
    return ExitCode::ok;
  });
}

constexpr std::array<Example, 4> kExamples = {
    {{"An image or index in a registry", "wasm-oci inspect me/app:1.0"},
     {"The exact bytes of its manifest", "wasm-oci inspect --raw me/app:1.0 | sha256sum"},
     {"What was built", "wasm-oci inspect local:me/app:1.0 --format json"},
     {"A module on disk", "wasm-oci inspect ./app.wasm"}}};
constexpr std::array kArguments = {Argument{.name = "LOCATION", .completion = Completion::location}};
constexpr std::array kOptions = {Option{.name = "config", .help = "Print the bytes of the image's config"}, kPlatform,
                                 Option{.name = "raw", .help = "Print the bytes of the manifest or index"}};

}  // namespace

constexpr Command kInspectCommand{
    .name = "inspect",
    .summary = "Show what an image, an index or a module is",
    .details =
        "Of images for Wasm the layers are read, for the modules in them. Packagings of other "
        "ecosystems are told by their types.",
    .examples = kExamples,
    .arguments = kArguments,
    .options = kOptions,
    .group = Group::everyday,
    .run = run};

}  // namespace wasm_oci::cli
