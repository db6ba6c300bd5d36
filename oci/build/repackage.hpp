// From one packaging to another: what `wasm-oci copy --as` does.
#pragma once

#include "oci/build/build_image.hpp"

namespace wasm_oci {

struct RepackageRequest {
  Packaging as;
  std::optional<Platform> platform = std::nullopt;  // nullopt: that of the source, where it is one of Wasm
  bool lossy = false;                               // leaves out what the packaging has no place for
  bool force = false;                               // packs what its readers cannot use
};

// Packs the module of the manifest `root`, which `store` holds with all below it, another way, beside it. The module's
// bytes stay what they are, and layers that need no change are used again. nullopt where `root` has this packaging
// already.
//
// Throws UsageError, with a list, where the packaging has no place for what the source says; else as read_package() and
// build_image() do.
std::optional<BuiltImage> repackage(LocalStore& store, const Descriptor& root, const RepackageRequest& request,
                                    std::stop_token stop = {});

}  // namespace wasm_oci
