#include "cli/commands/commands.hpp"
#include "cli/local_images.hpp"
#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "cli/table.hpp"
#include "oci/text.hpp"

#include <array>
#include <string>
#include <vector>

namespace wasm_oci::cli {

namespace {

void print_as_json(const Context& context, const std::vector<LocalImage>& images) {
  print_json(context, [&](JsonWriter& json) {
    json.begin_array();
    for (const LocalImage& image : images) {
      json.begin_object()
          .member("name", image.name)
          .member("digest", image.root.digest.str())
          .member("platforms", image.platforms)
          .member("size", image.size)
          .member("created", image.created)
          .end_object();
    }
    json.end_array();
  });
}

std::string joined(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) {
    result += (result.empty() ? "" : ",") + text;
  }
  return result;
}

// "sha256:" and twelve digits are enough to tell images apart, as docker shows them.
std::string short_digest(const Digest& digest) { return digest.hex().substr(0, 12); }

ExitCode run(const Parsed& /*parsed*/, Context& context) {
  Locations locations(context, {}, false);
  const std::vector<LocalImage> images = list_local_images(*locations.local_for_reading());
  if (context.options.format == Format::json) {
    print_as_json(context, images);
    return ExitCode::ok;
  }
  if (context.options.quiet) {
    for (const LocalImage& image : images) {
      print_line(context, image.root.digest.str());
    }
    return ExitCode::ok;
  }
  Table table({"NAME", "DIGEST", "PLATFORMS", "CREATED", "SIZE"});
  for (const LocalImage& image : images) {
    table.add({image.name.empty() ? "<none>" : image.name, short_digest(image.root.digest), joined(image.platforms),
               image.created, human_size(image.size)});
  }
  print_text(context, table.text());
  return ExitCode::ok;
}

constexpr std::array<Example, 2> kExamples = {
    {{"What is in the local store", "wasm-oci images"}, {"For programs", "wasm-oci images --format json"}}};

}  // namespace

constexpr Command kImagesCommand{.name = "images",
                                 .summary = "List the images in the local store",
                                 .examples = kExamples,
                                 .group = Group::everyday,
                                 .run = run};

}  // namespace wasm_oci::cli
