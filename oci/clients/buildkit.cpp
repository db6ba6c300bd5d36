// BuildKit, which takes a base image as containerd chooses it, and counts layers of any type, as containerd 1.x does.
#include "oci/clients/outlook.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {

// containerd's core/images/handlers.go (LimitManifests).
std::string buildkit_finds_nothing(const Wish& /*wish*/, const Descriptor& /*index*/) {
  return "no match for platform in manifest: not found";
}

namespace {

// frontend/dockerfile/dockerfile2llb/convert.go: nothing is fetched of it.
bool is_scratch(const ImageConfig& config) {
  return config.diff_ids.empty() && std::ranges::all_of(config.history, &HistoryEntry::empty_layer);
}

// util/pull/pull.go (getLayers), and containerd's core/diff/apply/apply.go: whatever their types, all layers are
// counted and unpacked.
std::optional<std::string> why_layers_are_not_unpacked(const ImageConfig& config,
                                                       const std::vector<Descriptor>& layers) {
  if (config.diff_ids.size() != layers.size()) {
    return "mismatched image rootfs and manifest layers";
  }
  const auto other = std::ranges::find_if_not(
      layers, [](const Descriptor& layer) { return media_type::layer_compression(layer.media_type).has_value(); });
  return other == layers.end() ? std::nullopt
                               : std::optional("failed to get stream processor for " + excerpt(other->media_type) +
                                               ": no processor for media-type");
}

}  // namespace

Outlook foresee_buildkit(const Taken& taken, const Wish& wish) {
  if (!taken.config) {  // util/imageutil/config.go
    return refuse("\"encountered unknown type " + excerpt(taken.manifest.config.media_type) +
                  "; children may not be fetched\"");
  }
  if (const std::optional<std::string> why = why_config_is_not_read(taken)) {
    return refuse(*why);
  }
  if (is_scratch(*taken.config)) {
    return {.next = "FROM takes it for an empty image: its config has no diff_ids", .command = {}};
  }
  if (const std::optional<std::string> why = why_layers_are_not_unpacked(*taken.config, taken.manifest.layers)) {
    return refuse("\"" + *why + "\"");
  }
  return {.works = true,
          .next = "FROM takes it as the base image",
          .command = "echo \"FROM " + wish.name + "\" | docker buildx build " + platform_flag(wish) + "-"};
}

}  // namespace wasm_oci
