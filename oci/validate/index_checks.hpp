// Rules about an index and what its entries lead to.
#pragma once

#include "oci/platform.hpp"
#include "oci/validate/content_kind.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/loose.hpp"

#include <optional>
#include <span>
#include <vector>

namespace wasm_oci {

// What is known of a manifest once it was looked at.
struct ManifestFacts {
  ContentKind kind = ContentKind::unknown;
  std::optional<Digest> config = std::nullopt;
  // nullopt: no image's config, or it was not read. Names are cut where no platform has as long ones.
  std::optional<Platform> config_platform = std::nullopt;
  bool has_diff_ids = true;                     // true also where the config was not read
  std::optional<Digest> layers = std::nullopt;  // of the digests of its layers
  std::uint64_t read = 0;                       // bytes of it and its config
};

// An entry, and what it leads to: nullptr where that was not looked at.
struct EntryFacts {
  LooseDescriptor entry;
  const ManifestFacts* manifest = nullptr;
};

struct IndexMarks {
  bool is_docker_list = false;
  bool is_pinned = false;  // the location names it by its digest
};

// Each entry for itself, and what they are together.
void check_entries(std::span<const EntryFacts> entries, const IndexMarks& index, const Place& place,
                   Findings& findings);

}  // namespace wasm_oci
