// Small images to move about in tests of stores.
#pragma once

#include "oci/store/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {

// An image whose one layer is `layer`; the same layer gives the same image.
Descriptor add_image(LocalStore& store, std::string_view layer);
// An index over these manifests.
Descriptor add_index(LocalStore& store, std::vector<Descriptor> manifests);
// A manifest that refers to `subject`, with `content` as its layer.
Descriptor add_referrer(LocalStore& store, const Descriptor& subject, std::string_view content);

// Makes `names` name the manifest, which the store holds.
void name_root(LocalStore& store, const Descriptor& root, std::vector<RootName> names);

// Reads everything below `root`; throws what the store throws. Returns the number of nodes that were read.
std::size_t read_graph(Store& store, const Descriptor& root);

}  // namespace wasm_oci::testing
