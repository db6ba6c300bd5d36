// Rules about a manifest, by what its document alone says.
#pragma once

#include "oci/validate/content_kind.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/loose.hpp"

#include <string_view>

namespace wasm_oci {

// `media_type`: what the manifest is, by its own word or that of what leads to it.
void check_manifest(const LooseManifest& manifest, std::string_view media_type, ContentKind kind, const Place& place,
                    Findings& findings);

}  // namespace wasm_oci
