#include "tests/support/graph.hpp"

#include "oci/media_type.hpp"

#include <limits>

namespace wasm_oci::testing {
namespace {

Descriptor add_manifest(LocalStore& store, std::string_view layer, std::optional<Descriptor> subject) {
  const std::string config =
      R"({"architecture":"wasm","os":"wasip1","config":{},"rootfs":{"type":"layers","diff_ids":[")" +
      digest_of(layer).str() + R"("]}})";
  const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                          .config = store.add(media_type::kOciConfig, config),
                          .layers = {store.add(media_type::kOciLayer, layer)},
                          .subject = std::move(subject)};
  return store.add(media_type::kOciManifest, serialize(manifest));
}

}  // namespace

Descriptor add_image(LocalStore& store, std::string_view layer) { return add_manifest(store, layer, std::nullopt); }

Descriptor add_index(LocalStore& store, std::vector<Descriptor> manifests) {
  return store.add(media_type::kOciIndex, serialize(Index{.media_type = std::string(media_type::kOciIndex),
                                                          .manifests = std::move(manifests)}));
}

Descriptor add_referrer(LocalStore& store, const Descriptor& subject, std::string_view content) {
  return add_manifest(store, content, subject);
}

void name_root(LocalStore& store, const Descriptor& root, std::vector<RootName> names) {
  store.put_root(root, store.load(root, NodeKind::manifest), names);
}

std::size_t read_graph(Store& store, const Descriptor& root) {
  std::size_t count = 1;
  for (const Edge& edge : required_children(root, store.load(root, NodeKind::manifest))) {
    if (edge.kind == NodeKind::manifest) {
      count += read_graph(store, edge.target);
    } else {
      VerifiedSource source = store.open(edge.target, edge.kind);
      read_all(source, std::numeric_limits<std::size_t>::max());
      ++count;
    }
  }
  return count;
}

}  // namespace wasm_oci::testing
