// A smaller index: the entries for some platforms, and what attests them.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <span>
#include <string>
#include <vector>

namespace wasm_oci {

struct FilteredIndex {
  std::string bytes;
  std::vector<Platform> absent = {};  // those asked for that no entry is for
};

// What is left of the index `root` in `store` when only the entries for exactly these platforms stay, all of them where
// several are for one, and the attestations of those that stay. Every other byte of its text is kept.
FilteredIndex filter_index(Store& store, const Descriptor& root, std::span<const Platform> platforms);

}  // namespace wasm_oci
