// A manifest with its config and its layers: what can be told only from the bytes of these.
#pragma once

#include "oci/platform.hpp"
#include "oci/store/store.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/index_checks.hpp"
#include "oci/validate/layer_facts.hpp"
#include "oci/validate/loose.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace wasm_oci {

using LookAtLayer =
    std::function<std::shared_ptr<const LayerFacts>(const Descriptor& layer, const LayerRequest& request)>;

// `said`: the platform that an entry says; of it that counts alone, and whether it is for Wasm. `for_istio`: whether
// Istio takes it. Completes `facts`, whose kind becomes envoy where the files are those of a plugin. Throws what is no
// matter of content.
void check_content(Store& store, const LooseManifest& manifest, const std::optional<Platform>& said, bool for_istio,
                   const LookAtLayer& look, const Place& place, ManifestFacts& facts, Findings& findings);

}  // namespace wasm_oci
