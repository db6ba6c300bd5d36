#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/move_image.hpp"
#include "cli/parsed.hpp"

#include <array>
#include <string>

namespace wasm_oci::cli {

namespace {

ExitCode run(const Parsed& parsed, Context& context) {
  const Location location = parse_location(parsed.arguments().front());
  const std::array named = {location};
  Locations locations(context, named, false);
  const std::optional<std::string> platform = parsed.value("platform");
  SourceImage source = locations.find(location, platform ? Look::whole : Look::digest_only);
  if (platform) {
    source.root = require_platform(*source.store, source.root, parse_platform(*platform), source.name);
  }
  const std::string digest = source.root.digest.str();
  const std::string shown = parsed.flag("full-ref") ? source.name + "@" + digest : digest;
  if (context.options.format == Format::json) {
    JsonWriter json(JsonStyle::pretty);
    json.begin_object().member("name", source.name).member("digest", digest).end_object();
    print_json(context, std::move(json));
  } else {
    print_line(context, shown);
  }
  return ExitCode::ok;
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
