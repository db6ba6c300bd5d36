// What manifests and configs say that a Package has no member for, as messages name it: nothing of it comes along when
// a module is packaged another way.
//
// History, the time of each layer and what a builder notes of itself are no loss: they tell how the old package came to
// be.
#pragma once

#include "oci/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// Of the config of an image. Throws as parse_image_config() does.
std::vector<std::string> unheld_of_image_config(std::string_view bytes);

// Of the config of an artifact.
std::vector<std::string> unheld_of_wasm_config(std::string_view bytes);

// Of a manifest whose module lies in the layer of this digest.
std::vector<std::string> unheld_of_manifest(const Manifest& manifest, const Digest& module_layer);

}  // namespace wasm_oci
