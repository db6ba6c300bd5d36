// The `artifact` packaging: the CNCF's Wasm OCI artifact, one layer that is the module itself and a config that says
// what the module is. Read by wkg, wash, Spin (as a dependency) and runwasi; never by Docker, and not behind an index.
#pragma once

#include "oci/packaging/package.hpp"

namespace wasm_oci {

extern const Packager kArtifactPackager;

}  // namespace wasm_oci
