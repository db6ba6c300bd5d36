#include "cli/local_images.hpp"

#include "cli/move_image.hpp"
#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <set>

namespace wasm_oci::cli {

namespace {

constexpr unsigned kMaxDepth = 16;

struct Walk {
  LayoutStore& store;
  LocalImage& image;
  std::set<Digest> seen = {};

  void visit(const Descriptor& descriptor, NodeKind kind, unsigned depth) {
    if (depth > kMaxDepth || !seen.insert(descriptor.digest).second) {
      return;
    }
    image.size += descriptor.size;
    if (kind == NodeKind::blob) {
      if (image.created.empty() && media_type::is_image_config(descriptor.media_type)) {
        image.created = parse_image_config(store.load(descriptor, kind)).created;
      }
      return;
    }
    for (const Edge& edge : required_children(descriptor, store.load(descriptor, kind))) {
      visit(edge.target, edge.kind, depth + 1);
    }
  }
};

}  // namespace

std::vector<LocalImage> list_local_images(LayoutStore& store) {
  std::vector<LocalImage> images;
  for (const Descriptor& entry : store.entries()) {
    LocalImage& image = images.emplace_back(LocalImage{.name = {}, .root = entry, .platforms = {}, .created = {}});
    const auto name = entry.annotations.find(std::string(annotation::kRefName));
    if (name != entry.annotations.end()) {
      image.name = name->second;
    }
    try {
      Walk{.store = store, .image = image}.visit(entry, NodeKind::manifest, 0);
      image.platforms = platform_names(store, entry);
    } catch (const Error&) {
      continue;  // a sparse index, or damage that the command which needs the content reports
    }
  }
  return images;
}

}  // namespace wasm_oci::cli
