// Rules about the blobs of a manifest: whether they are what is said of them.
#pragma once

#include "oci/validate/config_checks.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/layer_facts.hpp"
#include "oci/validate/loose.hpp"

#include <memory>
#include <span>

namespace wasm_oci {

// A blob against its descriptor: there, size, digest. What is wrong is found at `path` of the document `place`.
void check_blob(const LooseDescriptor& descriptor, const LayerFacts& facts, const Place& place, Findings& findings);

// A layer against its type: compression, form, names of files. `is_files`: whether it belongs to an image.
void check_layer(const LooseDescriptor& layer, const LayerFacts& facts, const Place& place, Findings& findings);

// The layers of an image against its config. `facts` has one for each layer; null for those that were not looked at.
void check_diff_ids(const LooseManifest& manifest, std::span<const std::shared_ptr<const LayerFacts>> facts,
                    const LooseConfig& config, const Place& config_place, Findings& findings);

}  // namespace wasm_oci
