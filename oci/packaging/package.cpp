#include "oci/packaging/package.hpp"

#include "oci/error.hpp"
#include "oci/packaging/artifact.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/image.hpp"
#include "oci/packaging/module_name.hpp"
#include "oci/packaging/wasm_layers.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace wasm_oci {
namespace {

// What docker, buildx and buildah put into every image, and a module has no use for.
constexpr std::string_view kDefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool says(const Package& package, PackagePart part) {
  switch (part) {
    case PackagePart::name: {
      // A packaging without names has the title to keep it in, unless that says something else.
      Annotations annotations = package.annotations;
      annotations.try_emplace(std::string(annotation::kTitle), package.title);
      return module_name(annotations) != package.title;
    }
    case PackagePart::entrypoint:
      return start_of(package) != start_of({.title = package.title, .platform = {}, .created = {}});
    case PackagePart::cmd:
      return !package.cmd.empty();
    case PackagePart::env:
      return std::ranges::any_of(package.env, [](const std::string& variable) { return variable != kDefaultPath; });
    case PackagePart::labels:
      return !package.labels.empty();
    case PackagePart::workdir:
      return package.workdir != "/" && !package.workdir.empty();
    case PackagePart::user:
      return !package.user.empty();
    case PackagePart::files:
      return !package.files.empty();
  }
  return false;
}

}  // namespace

std::vector<std::string> start_of(const Package& package) {
  return package.entrypoint.empty() ? std::vector{"/" + package.title} : package.entrypoint;
}

std::string_view to_string(PackagePart part) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "the file name", "the entrypoint",      "arguments", "environment variables",
      "labels",        "a working directory", "a user",    "other files"};
  return kNames.at(static_cast<std::size_t>(part));
}

std::vector<std::string> weigh(std::vector<Objection> objections, bool force) {
  std::vector<std::string> notes;
  for (Objection& objection : objections) {
    if (objection.refuses && !force) {
      throw UsageError(std::move(objection.message),
                       (objection.hint.empty() ? "" : objection.hint + "; ") + "--force packs it all the same");
    }
    notes.push_back(std::move(objection.message));
  }
  return notes;
}

const Packager& packager_of(Packaging packaging) {
  switch (packaging) {
    case Packaging::image:
      return kImagePackager;
    case Packaging::artifact:
      return kArtifactPackager;
    case Packaging::wasm_layers:
      return kWasmLayersPackager;
    case Packaging::envoy:
      return kEnvoyPackager;
    case Packaging::spin:
    case Packaging::solo:
    case Packaging::wasm_to_oci:
      break;
  }
  throw std::logic_error("a packaging that is only read");
}

std::vector<PackagePart> parts_without_place(const Package& package, Packaging packaging) {
  std::vector<PackagePart> parts;
  std::ranges::copy_if(packager_of(packaging).lacks, std::back_inserter(parts),
                       [&](PackagePart part) { return says(package, part); });
  return parts;
}

PackedImage pack_manifest(const Manifest& manifest) {
  std::string bytes = serialize(manifest);
  const Descriptor descriptor = describe(manifest.media_type, bytes);
  return {.manifest = descriptor, .manifest_bytes = std::move(bytes), .config = manifest.config};
}

Descriptor raw_layer(const Package& package, PackageModule module, std::string_view media_type, LocalStore& store) {
  const auto store_it = [&] {
    const std::unique_ptr<Ingest> ingest = store.ingest();
    copy(*module.content, *ingest);
    return ingest->commit(media_type);
  };
  Descriptor layer = module.blob ? *module.blob : store_it();
  layer.media_type = media_type;
  layer.annotations = {{std::string(annotation::kTitle), package.title}};
  return layer;
}

}  // namespace wasm_oci
