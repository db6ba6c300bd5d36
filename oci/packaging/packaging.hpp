// The ways in which Wasm lies in registries. Each is read by other programs than the rest.
#pragma once

#include "oci/manifest.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wasm_oci {

enum class Packaging : std::uint8_t {
  image,        // an OCI or Docker image with the module among its files: Docker, containerd, podman, Kubernetes
  artifact,     // the CNCF's Wasm OCI artifact: wkg, wash, Spin's dependencies, runwasi
  wasm_layers,  // an OCI image whose layers are Wasm binaries: runwasi's shims
  envoy,        // an image with nothing to start and plugin.wasm in its last layer: Istio, Envoy Gateway, Higress
  spin,         // a Spin application: spin, SpinKube
  solo,         // Solo's form of two layers, and wasmCloud's old one: Istio, Envoy Gateway
  wasm_to_oci,  // of wasm-to-oci and Krustlet, today Kubewarden's
};

// As inspect shows it: "image", "artifact", "wasm-layers", "envoy", "spin", "solo", "wasm-to-oci".
std::string_view to_string(Packaging packaging);

// KIND of --as: one that is written, by its name or that of a reader ("runwasi", "istio"). nullopt for other words.
std::optional<Packaging> parse_packaging(std::string_view kind);

// Told by the types of config and layers alone: names and annotations are free to say anything. nullopt for what is no
// packaging of Wasm that is known here. An image need not hold any module, and it may be Envoy's: its files tell
// (envoy.hpp). Higress's plugins with documents beside them are told by their types.
std::optional<Packaging> packaging_of(const Manifest& manifest);

}  // namespace wasm_oci
