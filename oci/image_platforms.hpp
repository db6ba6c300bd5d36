// Which platforms an image in a store is for.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <vector>

namespace wasm_oci {

// BuildKit hangs provenance and SBOMs beside images as entries for "unknown/unknown".
bool is_attestation(const Descriptor& entry);

// What an entry or a bare manifest is for: the platform of its descriptor, else that of its config. nullopt for what
// has no platform, as most artifacts.
std::optional<Platform> platform_of(Store& store, const Descriptor& manifest);

// The platforms of the images below `root`, in the order of the index, without attestations and entries whose platform
// only a manifest could say that the store does not hold.
std::vector<Platform> platforms_of(Store& store, const Descriptor& root);

// The manifest for exactly this platform: an entry of the index, or `root` itself. nullopt where there is none.
std::optional<Descriptor> find_platform(Store& store, const Descriptor& root, const Platform& platform);

}  // namespace wasm_oci
