// What `images` says of each entry of the local store.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/store/layout_store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wasm_oci::cli {

struct LocalImage {
  std::string name;  // empty for an entry without
  Descriptor root;
  std::vector<std::string> platforms;
  std::uint64_t size = 0;  // of everything that it needs and the store holds
  std::string created;     // of its first image; empty where that does not say
};

// In the order of the store's index.json. An image of which something is missing or broken is listed with what can be
// read of it.
std::vector<LocalImage> list_local_images(LayoutStore& store);

}  // namespace wasm_oci::cli
