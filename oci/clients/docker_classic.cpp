// Docker Engine with its graph drivers, daemon/internal/distribution (filterManifests, then a check of the OS): the
// entry that is nearest by containerd's comparison, one without a platform last; whatever is not for the machine's own
// OS is refused, before and after it is chosen. 20.10 takes the first entry that is for exactly the platform, of 32-bit
// Arm else any, and none that names no platform.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {

Picked pick_as_docker_classic(Store& /*store*/, const Index& index, const Platform& asked) {
  const std::vector<Platform> platforms = platforms_run_by(asked);
  Picked picked(index);
  std::size_t best = platforms.size() + 1;
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& entry = index.manifests[i];
    const std::optional<std::size_t> rank = entry.platform ? rank_of(entry, platforms) : platforms.size();
    picked.passed_over[i] = what_it_is_for(entry);
    if (rank && *rank < best) {
      best = *rank;
      picked.entry = i;
    } else if (rank) {
      picked.passed_over[i] = "comes after one that is as near to what is asked for, or nearer";
    }
  }
  if (picked.entry) {
    picked.passed_over[*picked.entry].clear();
  }
  return picked;
}

Picked pick_as_docker_20_10(Store& /*store*/, const Index& index, const Platform& asked) {
  const Platform exact = normalize(asked);
  Picked picked = pick_first(index, [&](const Descriptor& entry) { return rank_of(entry, {exact}).has_value(); });
  if (!picked.entry && exact.architecture == "arm") {
    picked = pick_first(index, [&](const Descriptor& entry) {
      return entry.platform && entry.platform->os == exact.os && entry.platform->architecture == exact.architecture;
    });
  }
  return picked;
}

std::string docker_classic_finds_nothing(const Wish& wish, const Descriptor& /*index*/) {
  return "no matching manifest for " + format(wish.asked) + " in the manifest list entries";
}

namespace {

// Of the config and of layers.
bool is_supported(std::string_view media_type) {
  return media_type.starts_with("application/vnd.oci.image.") || media_type.starts_with("application/vnd.docker.");
}

std::optional<std::string_view> unsupported_type(const Manifest& manifest) {
  if (!is_supported(manifest.config.media_type)) {
    return manifest.config.media_type;
  }
  const auto found = std::ranges::find_if_not(manifest.layers, is_supported, &Descriptor::media_type);
  return found == manifest.layers.end() ? std::nullopt : std::optional<std::string_view>(found->media_type);
}

// What the entry says counts first, of a manifest alone what is asked for; then what the config says.
bool is_for_linux(const Descriptor& taken, const ImageConfig& config, const Wish& wish) {
  const Platform said = taken.platform.value_or(wish.asked);
  return (said.os.empty() || said.os == "linux") && config.platform.os == "linux";
}

}  // namespace

Outlook foresee_docker_classic(const Taken& taken, const Wish& wish) {
  if (const std::optional<std::string_view> type = unsupported_type(taken.manifest)) {
    return refuse("\"unsupported media type " + excerpt(*type) + "\"");
  }
  if (!taken.config) {
    return refuse("its config is " + excerpt(taken.manifest.config.media_type));
  }
  if (const std::optional<std::string> why = why_config_is_not_read(taken)) {
    return refuse(*why);
  }
  if (!is_for_linux(taken.descriptor, *taken.config, wish)) {
    return refuse("\"operating system is not supported\"; Wasm needs Docker's containerd image store");
  }
  if (const std::optional<std::string> why = why_nothing_starts(taken)) {
    return {.next = "it is pulled and cannot be run: " + *why, .command = {}};
  }
  return {.works = true,
          .next = "it is unpacked and run by runc",
          .command = "docker run --rm " + platform_flag(wish) + wish.name};
}

// moby 20.10, pkg/archive (DecompressStream), does not know zstd.
Outlook foresee_docker_20_10(const Taken& taken, const Wish& wish) {
  const Outlook outlook = foresee_docker_classic(taken, wish);
  const bool has_zstd = std::ranges::any_of(taken.manifest.layers, [](const Descriptor& layer) {
    return media_type::layer_compression(layer.media_type) == Compression::zstd;
  });
  return has_zstd && !outlook.refusal ? refuse("\"archive/tar: invalid tar header\", of a layer compressed with zstd")
                                      : outlook;
}

}  // namespace wasm_oci
