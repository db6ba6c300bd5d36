// Which platforms an image in a store is for.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/manifest.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <vector>

namespace wasm_oci {

// BuildKit hangs provenance and SBOMs beside images as entries for "unknown/unknown".
bool is_attestation(const Descriptor& entry);

// The manifest that an attestation says it is about; nullopt for all other entries.
std::optional<Digest> attested_image(const Descriptor& entry);

// What an entry or a bare manifest is for: the platform of its descriptor, else that of its config. nullopt for what
// has no platform, as most artifacts.
std::optional<Platform> platform_of(Store& store, const Descriptor& manifest);

// The same for an entry of an index: nullopt also for attestations, and where only a manifest could say it that the
// store does not hold.
std::optional<Platform> platform_of_entry(Store& store, const Descriptor& entry);

// The platforms of the images below `root`, in the order of the index.
std::vector<Platform> platforms_of(Store& store, const Descriptor& root);
std::vector<Platform> platforms_of(Store& store, const Index& index);

// The manifest for exactly this platform: an entry of the index, or `root` itself. nullopt where there is none.
std::optional<Descriptor> find_platform(Store& store, const Descriptor& root, const Platform& platform);

}  // namespace wasm_oci
