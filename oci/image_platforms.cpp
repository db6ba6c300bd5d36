#include "oci/image_platforms.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

namespace wasm_oci {

namespace {

constexpr std::string_view kReferenceType = "vnd.docker.reference.type";
constexpr std::string_view kReferenceDigest = "vnd.docker.reference.digest";

}  // namespace

bool is_attestation(const Descriptor& entry) {
  return entry.annotations.contains(std::string(kReferenceType)) ||
         (entry.platform && entry.platform->os == "unknown" && entry.platform->architecture == "unknown");
}

std::optional<Digest> attested_image(const Descriptor& entry) {
  const auto digest = entry.annotations.find(std::string(kReferenceDigest));
  return is_attestation(entry) && digest != entry.annotations.end() ? Digest::parse(digest->second) : std::nullopt;
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

std::optional<Platform> platform_of_entry(Store& store, const Descriptor& entry) {
  if (is_attestation(entry)) {
    return std::nullopt;
  }
  try {
    return platform_of(store, entry);
  } catch (const NotFoundError&) {
    return std::nullopt;
  }
}

std::vector<Platform> platforms_of(Store& store, const Descriptor& root) {
  if (media_type::is_index(root.media_type)) {
    return platforms_of(store, parse_index(store.load(root, NodeKind::manifest), root.media_type));
  }
  const std::optional<Platform> platform = platform_of(store, root);
  return platform ? std::vector{*platform} : std::vector<Platform>{};
}

std::vector<Platform> platforms_of(Store& store, const Index& index) {
  std::vector<Platform> platforms;
  for (const Descriptor& entry : index.manifests) {
    if (const std::optional<Platform> platform = platform_of_entry(store, entry)) {
      platforms.push_back(*platform);
    }
  }
  return platforms;
}

std::optional<Descriptor> find_platform(Store& store, const Descriptor& root, const Platform& platform) {
  const auto is_it = [&](const std::optional<Platform>& found) { return found && same_platform(*found, platform); };
  if (!media_type::is_index(root.media_type)) {
    return is_it(platform_of(store, root)) ? std::optional(root) : std::nullopt;
  }
  for (const Descriptor& entry : parse_index(store.load(root, NodeKind::manifest), root.media_type).manifests) {
    if (is_it(platform_of_entry(store, entry))) {
      return entry;
    }
  }
  return std::nullopt;
}

}  // namespace wasm_oci
