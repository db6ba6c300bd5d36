#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/move_image.hpp"
#include "cli/output.hpp"
#include "cli/parsed.hpp"
#include "oci/file.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace wasm_oci::cli {

namespace {

Digest digest_of_file(const std::string& path) {
  FileSource file(open_file(path), path);
  std::vector<std::byte> buffer(kChunkSize);
  Hasher hasher;
  while (const std::size_t count = file.read(buffer)) {
    hasher.update(std::span(buffer).first(count));
  }
  return hasher.finish();
}

ExitCode print_digest(const Parsed& parsed, const Context& context, const std::string& name, const Digest& digest) {
  if (context.options.format == Format::json) {
    print_json(context, [&](JsonWriter& json) {
      json.begin_object().member("name", name).member("digest", digest.str()).end_object();
    });
  } else {
    print_line(context, parsed.flag("full-ref") ? name + "@" + digest.str() : digest.str());
  }
  return ExitCode::ok;
}

ExitCode run(const Parsed& parsed, Context& context) {
  const Location location = parse_location(parsed.arguments().front());
  const std::array named = {location};
  Locations locations(context, named, false);
  const std::optional<std::string> platform = parsed.value("platform");
  if (const auto* const file = std::get_if<FileLocation>(&location); file != nullptr && !platform) {
    return print_digest(parsed, context, format(location), digest_of_file(file->path));
  }
  SourceImage source = locations.find(location, platform ? Look::whole : Look::digest_only);
  if (platform) {
    source.root = require_platform(*source.store, source.root, parse_platform(*platform), source.name);
  }
  return print_digest(parsed, context, source.name, source.root.digest);
}

constexpr std::array<Example, 3> kExamples = {
    {{"Of an image in a registry", "wasm-oci digest me/app:1.0"},
     {"Of the Wasm variant of an index", "wasm-oci digest me/app:1.0 --platform wasi/wasm"},
     {"To refer to exactly this image", "wasm-oci digest --full-ref local:me/app:1.0"}}};
constexpr std::array kArguments = {Argument{.name = "LOCATION", .completion = Completion::location}};
constexpr std::array kOptions = {Option{.name = "full-ref", .help = "Print NAME@DIGEST"}, kPlatform};

}  // namespace

constexpr Command kDigestCommand{.name = "digest",
                                 .summary = "Print the digest of an image",
                                 .examples = kExamples,
                                 .arguments = kArguments,
                                 .options = kOptions,
                                 .run = run};

}  // namespace wasm_oci::cli
