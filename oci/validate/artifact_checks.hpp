// Rules about the config of the CNCF's Wasm OCI artifact, and what it says of the module.
#pragma once

#include "oci/json/document.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/layer_facts.hpp"
#include "oci/validate/loose.hpp"

namespace wasm_oci {

// `layer`: the artifact's one layer; nullptr where it has none, or several, or it is not what it should be.
void check_artifact_config(const JsonValue& config, const LooseManifest& manifest, const LayerFacts* layer,
                           const Place& place, Findings& findings);

}  // namespace wasm_oci
