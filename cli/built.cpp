#include "cli/built.hpp"

#include "cli/output.hpp"
#include "oci/error.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace wasm_oci::cli {

namespace {

void require_no_index(const BuildRequest& request) {
  for (const AnnotationRequest& annotation : request.annotations) {
    if (annotation.level != AnnotationLevel::manifest) {
      throw UsageError("--annotation " + format(annotation) + ": one image has no index",
                       "annotate its manifest: manifest:KEY=VALUE");
    }
  }
}

// An annotation that nothing takes would be lost.
void require_platforms_of_annotations(const BuildRequest& request, const std::vector<Platform>& platforms) {
  for (const AnnotationRequest& annotation : request.annotations) {
    if (!annotation.platform) {
      continue;
    }
    const Platform& wanted = *annotation.platform;
    if (std::ranges::none_of(platforms, [&](const Platform& built) { return same_platform(wanted, built); })) {
      throw UsageError("--annotation " + format(annotation) + ": nothing is built for that platform");
    }
  }
}

// What is said of entries without a platform is said of those that are built here, and not of others in the index.
std::vector<AnnotationRequest> annotations_of_index(const BuildRequest& request,
                                                    const std::vector<Platform>& platforms) {
  std::vector<AnnotationRequest> annotations;
  for (const AnnotationRequest& annotation : request.annotations) {
    if (annotation.level == AnnotationLevel::manifest) {
      continue;
    }
    if (annotation.platform || annotation.level != AnnotationLevel::manifest_descriptor) {
      annotations.push_back(annotation);
      continue;
    }
    for (const Platform& platform : platforms) {
      annotations.push_back(annotation);
      annotations.back().platform = platform;
    }
  }
  return annotations;
}

}  // namespace

Built build_all(const Context& context, const BuildRequest& request, LocalStore& stage, bool to_append) {
  const std::vector<BuiltImage> images = build_images(request, stage, context.stop);
  std::set<std::string> notes;
  const PackedImage& first = images.front().image;
  Built built{.root = first.manifest,
              .bytes = first.manifest_bytes,
              .config = first.config,
              .wasm = first.manifest,
              .wasm_bytes = first.manifest_bytes,
              .platforms = {}};
  for (const BuiltImage& image : images) {
    built.platforms.push_back(image.platform);
    notes.insert(image.notes.begin(), image.notes.end());
  }
  for (const std::string& note : notes) {
    print_note(context, note);
  }
  require_platforms_of_annotations(request, built.platforms);
  if (images.size() == 1 && !to_append) {
    require_no_index(request);
    return built;
  }
  for (const BuiltImage& image : images) {
    const Descriptor manifest = stage.add(image.image.manifest.media_type, image.image.manifest_bytes);
    built.sources.push_back({.part = {.name = format(image.platform), .store = &stage, .root = manifest},
                             .entries = {entry_for_image(stage, manifest, {.force = request.force}).entry}});
  }
  built.annotations = annotations_of_index(request, built.platforms);
  if (!to_append) {
    MadeIndex index =
        compose_index({.sources = built.sources, .annotations = built.annotations, .force = request.force}, nullptr);
    built.root = std::move(index.root);
    built.bytes = std::move(index.bytes);
    built.config.reset();
  }
  return built;
}

}  // namespace wasm_oci::cli
