// What installed clients take of an image when they are asked for a platform, manifest by manifest.
#pragma once

#include "oci/platform.hpp"
#include "tests/interop/peers.hpp"
#include "tests/support/wasm_oci.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wasm_oci::testing {

// An image that a client could take: the digests of its manifest and of its config.
struct Candidate {
  std::string manifest;
  std::string config;
};
using Candidates = std::vector<Candidate>;

struct Took {
  std::optional<std::string> digest = std::nullopt;  // of the manifest that it took; nullopt: none
  std::string error = {};                            // what it said where it failed, also with what it had taken
};

// `source` is in the words of skopeo and podman ("docker://REF"); the registry has no TLS.
Took taken_by_skopeo(const WasmOci& user, const std::string& source, const Platform& platform);
// Podman tells an image by its config; where several candidates have the same, it forgets all images and pulls again.
Took taken_by_podman(const WasmOci& user, const std::string& source, const Platform& platform,
                     const Candidates& candidates);
// Into the namespace `name` of containerd, which was not there before; `flags` are of `ctr images pull`.
Took taken_by_containerd(const Containerd& containerd, const std::string& reference, const Platform& platform,
                         const Candidates& candidates, const std::string& name,
                         const std::vector<std::string>& flags = {});
// What its namespace `name` has of the candidates: of several that which is unpacked.
std::optional<std::string> held_by_containerd(const Containerd& containerd, const std::string& name,
                                              const Candidates& candidates);
// By the daemon that DOCKER_HOST of `user` names, with its classic store, which tells an image by its config: this is
// the digest. Nothing of it stays, since what is there already is taken whatever it is for.
Took taken_by_docker(const WasmOci& user, const std::string& reference, const Platform& platform);

}  // namespace wasm_oci::testing
