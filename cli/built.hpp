// What `build` has built: an image, or an index of several.
#pragma once

#include "cli/context.hpp"
#include "oci/build/build_image.hpp"
#include "oci/index/compose.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wasm_oci::cli {

struct Built {
  Descriptor root;
  std::string bytes;                 // of `root`, in no store yet
  std::optional<Descriptor> config;  // of the only image
  Descriptor wasm;                   // the first image of the module
  std::string wasm_bytes;
  std::vector<Platform> platforms;
  // For an index that others are in already: one source for each image, and what is to be said of them there.
  std::vector<IndexSource> sources = {};
  std::vector<AnnotationRequest> annotations = {};
};

// Builds into `stage`, and says what readers may not expect. `to_append`: the images are for an index that is there, so
// `root` is only the first of them. Throws as build_images() and compose_index(), and UsageError for annotations that
// nothing takes.
Built build_all(const Context& context, const BuildRequest& request, LocalStore& stage, bool to_append);

}  // namespace wasm_oci::cli
