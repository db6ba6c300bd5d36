#include "oci/image_platforms.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

namespace wasm_oci {

namespace {

constexpr std::string_view kReferenceType = "vnd.docker.reference.type";

Platform without_details(Platform platform) {
  platform.os_version.clear();
  platform.os_features.clear();
  return normalize(std::move(platform));
}

// The same for an entry of an index, which may be listed without being there.
std::optional<Platform> platform_of_entry(Store& store, const Descriptor& entry) {
  try {
    return platform_of(store, entry);
  } catch (const NotFoundError&) {
    return std::nullopt;
  }
}

}  // namespace

bool is_attestation(const Descriptor& entry) {
  return entry.annotations.contains(std::string(kReferenceType)) ||
         (entry.platform && entry.platform->os == "unknown" && entry.platform->architecture == "unknown");
}

std::optional<Platform> platform_of(Store& store, const Descriptor& manifest) {
  if (manifest.platform) {
    return manifest.platform;
  }
  if (!media_type::is_image_manifest(manifest.media_type)) {
    return std::nullopt;
  }
  const Manifest parsed = parse_manifest(store.load(manifest, NodeKind::manifest), manifest.media_type);
  if (!media_type::is_image_config(parsed.config.media_type)) {
    return std::nullopt;
  }
  const ImageConfig config = parse_image_config(store.load(parsed.config, NodeKind::blob));
  return config.platform.os.empty() ? std::nullopt : std::optional(config.platform);
}

std::vector<Platform> platforms_of(Store& store, const Descriptor& root) {
  std::vector<Platform> platforms;
  if (!media_type::is_index(root.media_type)) {
    if (const std::optional<Platform> platform = platform_of(store, root)) {
      platforms.push_back(*platform);
    }
    return platforms;
  }
  for (const Descriptor& entry : parse_index(store.load(root, NodeKind::manifest), root.media_type).manifests) {
    if (is_attestation(entry)) {
      continue;
    }
    if (const std::optional<Platform> platform = platform_of_entry(store, entry)) {
      platforms.push_back(*platform);
    }
  }
  return platforms;
}

std::optional<Descriptor> find_platform(Store& store, const Descriptor& root, const Platform& platform) {
  const auto is_it = [&](const std::optional<Platform>& found) {
    return found && without_details(*found) == without_details(platform);
  };
  if (!media_type::is_index(root.media_type)) {
    return is_it(platform_of(store, root)) ? std::optional(root) : std::nullopt;
  }
  for (const Descriptor& entry : parse_index(store.load(root, NodeKind::manifest), root.media_type).manifests) {
    if (!is_attestation(entry) && is_it(platform_of_entry(store, entry))) {
      return entry;
    }
  }
  return std::nullopt;
}

}  // namespace wasm_oci
