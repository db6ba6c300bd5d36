#include "oci/index/entry.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/image_platforms.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace wasm_oci {
namespace {

// Why programs that read this packaging do not find it behind an index (rust's oci-client and runwasi read the manifest
// that a tag names); nullopt for those that are found.
std::optional<std::string> why_not_found(Packaging packaging) {
  switch (packaging) {
    case Packaging::artifact:
      return "a Wasm artifact, which wkg, wash and Spin read by the tag that names it, and never behind an index";
    case Packaging::wasm_layers:
      return "an image of Wasm layers, which runwasi reads by the tag that names it, and never behind an index";
    default:
      return std::nullopt;
  }
}

void require_findable(const Manifest& manifest, bool force) {
  const std::optional<Packaging> packaging = packaging_of(manifest);
  if (const auto reason = packaging ? why_not_found(*packaging) : std::nullopt; reason && !force) {
    throw UsageError(*reason, "package it as an image: wasm-oci copy SOURCE DST --as image; --force takes it as it is");
  }
  if (!packaging && !media_type::is_image_config(manifest.config.media_type) && !force) {
    throw UsageError("no image: its config is of the type " + excerpt(manifest.config.media_type));
  }
}

std::optional<Platform> normalized(std::optional<Platform> platform) {
  return platform ? std::optional(normalize(*std::move(platform))) : std::nullopt;
}

std::optional<Platform> platform_of_config(Store& store, const Descriptor& config) {
  try {
    const Platform platform = parse_image_config(store.load(config, NodeKind::blob)).platform;
    return platform.os.empty() ? std::nullopt : std::optional(platform);
  } catch (const ContentError&) {
    if (media_type::is_image_config(config.media_type)) {
      throw;
    }
    return std::nullopt;  // what another packaging calls its config need be no JSON
  }
}

}  // namespace

std::vector<IndexEntry> entries_of(Store& store, std::string_view bytes, std::string_view media_type) {
  const std::vector<Descriptor> descriptors = parse_index(bytes, media_type).manifests;
  const Document document = Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
  std::vector<IndexEntry> entries;
  entries.reserve(descriptors.size());
  if (const std::optional<JsonValue> manifests = document.root().find("manifests")) {
    for (const JsonValue element : *manifests) {
      const Descriptor& descriptor = descriptors.at(element.position());
      entries.push_back({.descriptor = descriptor,
                         .platform = normalized(platform_of_entry(store, descriptor)),
                         .json = std::string(element.text()),
                         .store = &store});
    }
  }
  return entries;
}

bool is_for_one_of(const IndexEntry& entry, std::span<const Platform> platforms) {
  return entry.platform && std::ranges::any_of(platforms, [&](const Platform& platform) {
           return same_platform(*entry.platform, platform);
         });
}

std::set<Digest> with_attestations(std::span<const Descriptor> entries, std::set<Digest> roots) {
  std::multimap<Digest, Digest> attestations;  // by what they are about
  for (const Descriptor& entry : entries) {
    if (const std::optional<Digest> attested = attested_image(entry)) {
      attestations.emplace(*attested, entry.digest);
    }
  }
  std::vector<Digest> open(roots.begin(), roots.end());
  while (!open.empty()) {
    const auto [begin, end] = attestations.equal_range(open.back());
    open.pop_back();
    for (auto attestation = begin; attestation != end; ++attestation) {
      if (roots.insert(attestation->second).second) {
        open.push_back(attestation->second);
      }
    }
  }
  return roots;
}

std::vector<bool> kept_for(std::span<const IndexEntry> entries, std::span<const Platform> platforms) {
  std::vector<Descriptor> descriptors;
  std::set<Digest> images;
  for (const IndexEntry& entry : entries) {
    descriptors.push_back(entry.descriptor);
    if (is_for_one_of(entry, platforms)) {
      images.insert(entry.descriptor.digest);
    }
  }
  const std::set<Digest> attestable = with_attestations(descriptors, std::move(images));
  std::vector<bool> kept;
  kept.reserve(entries.size());
  for (const IndexEntry& entry : entries) {
    const std::optional<Digest> attested = attested_image(entry.descriptor);
    kept.push_back(attested ? attestable.contains(*attested) : is_for_one_of(entry, platforms));
  }
  return kept;
}

NewEntry entry_for_image(Store& store, const Descriptor& image, const EntryRequest& request) {
  if (!media_type::is_image_manifest(image.media_type)) {
    throw UsageError("no image: its type is " + excerpt(image.media_type));
  }
  const Manifest manifest = parse_manifest(store.load(image, NodeKind::manifest), image.media_type);
  require_findable(manifest, request.force);
  const std::optional<Platform> own = platform_of_config(store, manifest.config);
  if (!own && !request.platform) {
    throw UsageError("its config does not say what platform it is for", "say it: SOURCE,platform=wasi/wasm");
  }
  std::vector<std::string> notes;
  if (own && request.platform && !same_platform(*own, *request.platform)) {
    notes.push_back("its config says " + excerpt(format(*own)) +
                    ", and runtimes go by that: wasm-oci copy SOURCE DST " + "--set-platform " +
                    format(*request.platform) + " labels it as a whole");
  }
  const Descriptor descriptor{.media_type = image.media_type,
                              .digest = image.digest,
                              .size = image.size,
                              .platform = request.platform ? request.platform : own,
                              .artifact_type = manifest.artifact_type};
  return {.entry = {.descriptor = descriptor,
                    .platform = normalized(descriptor.platform),
                    .json = to_json(descriptor),
                    .store = &store},
          .notes = std::move(notes)};
}

}  // namespace wasm_oci
