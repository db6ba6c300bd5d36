// Rules about what an image for Wasm starts: whether it is there, and can run.
#pragma once

#include "oci/validate/config_checks.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/layer_facts.hpp"

#include <span>

namespace wasm_oci {

// Of an image whose layers are files. `layers`, from the lowest to the top, all have theirs.
void check_started_file(const LooseConfig& config, std::span<const LayerFacts* const> layers, const Place& place,
                        Findings& findings);

// The plugin.wasm in a layer; nullptr where there is none.
const SeenFile* find_plugin(const LayerFacts& layer);

// Of a plugin for Envoy: what Istio and Envoy Gateway load of the last layer.
void check_plugin(const LayerFacts& last_layer, const Place& place, Findings& findings);

}  // namespace wasm_oci
