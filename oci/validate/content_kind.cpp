#include "oci/validate/content_kind.hpp"

#include "oci/clients/client.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/packaging.hpp"

#include <algorithm>
#include <set>

namespace wasm_oci {
namespace {

constexpr std::string_view kInToto = "application/vnd.in-toto+json";

// Of a type that is known, or meant as one of theirs and misspelled.
bool has_files_or_wasm(const LooseManifest& manifest) {
  return std::ranges::any_of(manifest.layers, [](const LooseDescriptor& layer) {
    const std::string& type = layer.media_type;
    return type.starts_with("application/vnd.oci.image.") || type.starts_with("application/vnd.docker.image.") ||
           media_type::is_wasm_layer(type);
  });
}

ContentKind kind_of(Packaging packaging) {
  switch (packaging) {
    case Packaging::image:
      return ContentKind::image;
    case Packaging::artifact:
      return ContentKind::artifact;
    case Packaging::wasm_layers:
      return ContentKind::wasm_layers;
    case Packaging::envoy:
      return ContentKind::envoy;
    case Packaging::spin:
      return ContentKind::spin;
    case Packaging::solo:
      return ContentKind::solo;
    case Packaging::wasm_to_oci:
      return ContentKind::wasm_to_oci;
  }
  return ContentKind::unknown;
}

std::vector<std::string_view> clients_of(ContentKind kind) {
  switch (kind) {
    case ContentKind::image:
      return {"docker", "containerd", "podman"};
    case ContentKind::wasm_layers:
      return {"runwasi-layers"};
    case ContentKind::envoy:
    case ContentKind::solo:
      return {"istio", "envoy-gateway"};
    case ContentKind::artifact:
      return {"wkg", "wash"};
    case ContentKind::spin:
      return {"spin"};
    default:
      return {};
  }
}

}  // namespace

bool is_attestation(const LooseDescriptor& entry) {
  const auto type = entry.annotations.find("vnd.docker.reference.type");
  return type != entry.annotations.end() && type->second == "attestation-manifest";
}

bool is_attestation(const LooseManifest& manifest) {
  return !manifest.layers.empty() && std::ranges::all_of(manifest.layers, [](const LooseDescriptor& layer) {
    return layer.media_type.starts_with(kInToto);
  });
}

bool is_unknown_platform(const LooseDescriptor& entry) {
  return entry.platform && text_of(*entry.platform, "os") == "unknown" &&
         text_of(*entry.platform, "architecture") == "unknown";
}

ContentKind kind_of(const LooseManifest& manifest, const LooseDescriptor* entry) {
  if ((entry != nullptr && is_attestation(*entry)) || is_attestation(manifest)) {
    return ContentKind::attestation;
  }
  const Manifest value = as_value(manifest);
  const std::optional<Packaging> packaging = packaging_of(value);
  if (packaging == Packaging::image) {
    const auto variant = manifest.annotations.find(std::string(kVariantAnnotation));
    return variant != manifest.annotations.end() && variant->second == kVariant ? ContentKind::envoy
                                                                                : ContentKind::image;
  }
  if (packaging) {
    return kind_of(*packaging);
  }
  // Signatures, too, have an image's config, with layers that no container engine knows.
  const bool is_like_an_image =
      media_type::is_image_config(value.config.media_type) && (manifest.layers.empty() || has_files_or_wasm(manifest));
  return is_like_an_image ? ContentKind::image : ContentKind::unknown;
}

bool is_image(ContentKind kind) {
  return kind == ContentKind::image || kind == ContentKind::wasm_layers || kind == ContentKind::envoy;
}

std::vector<std::string_view> clients_meant(std::span<const ContentKind> kinds) {
  std::set<std::string_view> names;
  for (const ContentKind kind : kinds) {
    for (const std::string_view client : clients_of(kind)) {
      names.insert(client);
    }
  }
  std::vector<std::string_view> clients;
  for (const Client& client : all_clients()) {
    if (names.contains(client.name)) {
      clients.push_back(client.name);
    }
  }
  if (clients.empty()) {
    for (const Client* const client : usual_clients()) {
      clients.push_back(client->name);
    }
  }
  return clients;
}

}  // namespace wasm_oci
