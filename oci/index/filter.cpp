#include "oci/index/filter.hpp"

#include "oci/image_platforms.hpp"
#include "oci/json/splice.hpp"
#include "oci/manifest.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace wasm_oci {

FilteredIndex filter_index(Store& store, const Descriptor& root, std::span<const Platform> platforms) {
  const std::string text = store.load(root, NodeKind::manifest);
  const std::vector<Descriptor> entries = parse_index(text, root.media_type).manifests;
  FilteredIndex filtered{.bytes = {}, .absent = {platforms.begin(), platforms.end()}};
  std::set<std::size_t> kept;  // positions
  std::set<Digest> images;
  for (std::size_t position = 0; position < entries.size(); ++position) {
    const std::optional<Platform> platform = platform_of_entry(store, entries[position]);
    const auto is_it = [&](const Platform& wanted) { return platform && same_platform(*platform, wanted); };
    if (std::ranges::any_of(platforms, is_it)) {
      std::erase_if(filtered.absent, is_it);
      kept.insert(position);
      images.insert(entries[position].digest);
    }
  }
  for (std::size_t position = 0; position < entries.size(); ++position) {
    const std::optional<Digest> attested = attested_image(entries[position]);
    if (attested && images.contains(*attested)) {
      kept.insert(position);
    }
  }
  const Document document = Document::parse(text, {.max_bytes = kMaxManifestSize});
  const auto is_doomed = [&](const JsonValue& entry) { return !kept.contains(entry.position()); };
  const std::optional<JsonValue> manifests = document.root().find("manifests");
  filtered.bytes = manifests ? splice(text, remove_elements(*manifests, is_doomed)) : text;
  return filtered;
}

}  // namespace wasm_oci
