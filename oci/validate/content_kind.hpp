// What a manifest is, told by the types in it and by the entry that leads to it, and for which clients that is meant.
#pragma once

#include "oci/validate/loose.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wasm_oci {

// By which rules a manifest is judged.
enum class ContentKind : std::uint8_t {
  unknown,  // an artifact of whatever kind: only its digests and sizes are judged
  index,
  attestation,
  image,
  wasm_layers,
  envoy,
  artifact,  // the CNCF's
  spin,
  solo,
  wasm_to_oci,
};

// Whether BuildKit's annotation on the entry says so.
bool is_attestation(const LooseDescriptor& entry);
// Whether the manifest is one by its own content: in-toto statements and nothing else.
bool is_attestation(const LooseManifest& manifest);
// Whether the platform is that of what is no image.
bool is_unknown_platform(const LooseDescriptor& entry);

// `entry`: that of the index which leads there; nullptr for a root.
ContentKind kind_of(const LooseManifest& manifest, const LooseDescriptor* entry);

// Images as container engines know them, Envoy's included: their layers are files, or Wasm.
bool is_image(ContentKind kind);

// For whom content of these kinds is meant, as --for names them, in the order of the clients' table; an image: docker,
// containerd, podman. These, too, where nothing is meant for anybody.
std::vector<std::string_view> clients_meant(std::span<const ContentKind> kinds);

}  // namespace wasm_oci
