// What a client takes of an index when it is asked for a platform, and how the families of clients choose. Each family
// follows its own rules, in a file of its own.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/manifest.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <optional>

namespace wasm_oci {

// Both return the entry of the index whose manifests `store` holds; nullopt: they take none.

// containerd, and whatever chooses with its packages: Docker with the containerd store, BuildKit, Kubernetes.
std::optional<Descriptor> choose_as_containerd(Store& store, const Index& index, const Platform& wanted);
// podman, skopeo, buildah and CRI-O.
std::optional<Descriptor> choose_as_podman(const Index& index, const Platform& wanted);

}  // namespace wasm_oci
