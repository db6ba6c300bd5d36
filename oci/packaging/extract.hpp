// Modules inside images: where they are, and their bytes. Found by content (the Wasm magic), never by name alone.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/manifest.hpp"
#include "oci/store/store.hpp"
#include "oci/stream.hpp"
#include "oci/wasm/binary.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wasm_oci {

struct FoundModule {
  std::string path;  // in the image, without a leading slash; from outside, so never a path on disk as it is
  std::uint64_t size;
  Digest digest;
  WasmKind kind;
  Descriptor layer;  // that holds it
};

// The modules that a container of this image would see, in the order of their paths: upper layers hide lower ones, and
// whiteouts remove. Reads every layer once.
//
// `diff_ids` are what the image's config says of the uncompressed layers; a layer that is something else is a
// ContentError, as it is for every container runtime. Without any nothing is checked.
std::vector<FoundModule> find_modules(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids = {});

// Writes the module's bytes. What was written is the module only once this has returned: layer and module are verified
// to their last byte.
void extract_module(Store& store, const FoundModule& module, Sink& sink);

}  // namespace wasm_oci
