// What became of an index: the difference that people and scripts look at before they trust a tag that was moved.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/index/entry.hpp"
#include "oci/platform.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace wasm_oci {

struct ChangedEntry {
  Digest digest;
  std::optional<Platform> platform;
  std::optional<Digest> previous = std::nullopt;  // of what it replaces
};

// Attestations are counted, all other entries are listed, in the order of the index that has them.
struct IndexChanges {
  std::vector<ChangedEntry> unchanged;  // lead to the same and say the same
  std::vector<ChangedEntry> added;
  std::vector<ChangedEntry> replaced;  // for a platform that another image was for
  std::vector<ChangedEntry> changed;   // lead to the same and say something else of it
  std::vector<ChangedEntry> removed;
  std::size_t attestations_kept = 0;
  std::size_t attestations_added = 0;
  std::size_t attestations_removed = 0;
};

IndexChanges compare_indexes(std::span<const IndexEntry> before, std::span<const IndexEntry> after);

}  // namespace wasm_oci
