// The `wasm-layers` packaging: an OCI image whose one layer is the module itself. Only runwasi's shims run it, and not
// behind an index; everything else sees an image without files.
#pragma once

#include "oci/packaging/package.hpp"

#include <string_view>

namespace wasm_oci {

extern const Packager kWasmLayersPackager;

// A label that belongs to the packaging and is written anew with it. As runwasi's oci-tar-builder has it: containerd
// knows an image by its config's digest, and without diff_ids two images with the same command would have the same
// config.
inline constexpr std::string_view kLayersLabel = "containerd.runwasi.layers";

}  // namespace wasm_oci
