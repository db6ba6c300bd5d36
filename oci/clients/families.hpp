// How families of clients pick an entry of an index. Each follows its own rules, in a file of its own that names its
// source; which clients belong to a family is said in client.cpp.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/manifest.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// By which containers/image prefers what is compressed with zstd.
inline constexpr std::string_view kZstdAnnotation = "io.github.containers.compression.zstd";

// What is picked of an index, and why the rest is not.
struct Picked {
  std::optional<std::size_t> entry = std::nullopt;  // its place in the index; nullopt: nothing
  std::vector<std::string> passed_over;             // a reason for each entry; empty for the one that is picked
  std::string reason = {};                          // why that is picked; empty: it is the first or the nearest

  explicit Picked(const Index& index) : passed_over(index.manifests.size()) {}
};

// All take the index, whose manifests `store` holds, and the platform that is asked for. Content that the store does
// not hold is as if it said nothing; content that is broken throws ContentError.

// Where an older version of a family does otherwise, a function of its own is named after the last one that did.

// containerd and whatever chooses with its packages: Docker with the containerd store, BuildKit, Kubernetes.
Picked pick_as_containerd(Store& store, const Index& index, const Platform& asked);
Picked pick_as_containerd_2_2(Store& store, const Index& index, const Platform& asked);
// Docker's older store, of graph drivers.
Picked pick_as_docker_classic(Store& store, const Index& index, const Platform& asked);
Picked pick_as_docker_20_10(Store& store, const Index& index, const Platform& asked);
// containers/image: skopeo, CRI-O; and podman, which asks it for something else.
Picked pick_as_containers_image(Store& store, const Index& index, const Platform& asked);
Picked pick_as_containers_image_5_25(Store& store, const Index& index, const Platform& asked);
Picked pick_as_podman(Store& store, const Index& index, const Platform& asked);
Picked pick_as_podman_4_5(Store& store, const Index& index, const Platform& asked);
// go-containerregistry: crane, Istio, Envoy Gateway.
Picked pick_as_go_containerregistry(Store& store, const Index& index, const Platform& asked);
// regclient: regctl.
Picked pick_as_regclient(Store& store, const Index& index, const Platform& asked);
// oras-go: oras.
Picked pick_as_oras(Store& store, const Index& index, const Platform& asked);
// oci-client, the Rust crate: wkg, wash, Spin.
Picked pick_as_oci_client(Store& store, const Index& index, const Platform& asked);

// Takes out of an index what none of these picks looks at, and what may take its megabytes: all annotations of entries
// but the one that containers/image goes by, and those of the index.
void forget_what_nobody_picks_by(Index& index);

// What families have in common.

// What runs on machines for `asked` by containerd/platforms (platformVector), the nearest first. For Wasm nothing
// stands in.
std::vector<Platform> platforms_run_by(const Platform& asked);
// The place of the first of `platforms` that the entry's is the same as, normalised; nullopt: none, or no platform.
std::optional<std::size_t> rank_of(const Descriptor& entry, const std::vector<Platform>& platforms);
// go-containerregistry and oras-go: names are compared as they are written, and what is asked for without a variant or
// a version matches any.
bool is_for_platform(const Platform& given, const Platform& asked);
// "is for linux/amd64", "names no platform".
std::string what_it_is_for(const Descriptor& entry);
// Picks the first entry that `fits`; the rest is passed over for what it is for, or because one came before it.
template <typename Fits>
Picked pick_first(const Index& index, const Fits& fits) {
  Picked picked(index);
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& entry = index.manifests[i];
    if (!fits(entry)) {
      picked.passed_over[i] = what_it_is_for(entry);
    } else if (picked.entry) {
      picked.passed_over[i] = "comes after the one that is taken";
    } else {
      picked.entry = i;
    }
  }
  return picked;
}

}  // namespace wasm_oci
