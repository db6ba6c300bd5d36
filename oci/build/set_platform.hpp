// Another label for the same content: what `wasm-oci copy --set-platform` does for images that were built without
// saying that they are for Wasm.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <string>
#include <vector>

namespace wasm_oci {

struct Relabelled {
  Descriptor root;
  std::string bytes;               // of `root`, in no store yet
  std::vector<std::string> notes;  // lines for people
};

// Makes the image `root`, which `store` holds with all below it, one for `platform`: in its config and, where `root` is
// an index, in the entry that leads to it. That is its only image, or else its only one for Wasm. A version and
// features of an operating system go with the old platform. Every other byte of the documents stays what it is, and so
// do the layers. Attestations of the image, and of these, speak of the one that it was; they are left out unless that
// is there still.
//
// Throws UsageError for what has no config of an image, where an entry would have to be chosen, for a platform that the
// packaging cannot have, and, unless `force`, where `platform` is one of Wasm and the image starts no module, or one
// that is nothing to start.
Relabelled set_platform(LocalStore& store, const Descriptor& root, const Platform& platform, bool force);

}  // namespace wasm_oci
