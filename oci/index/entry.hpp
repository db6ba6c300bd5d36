// The entries of an index, with what has to be known of them to put them together anew.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct IndexEntry {
  Descriptor descriptor;
  // What it is for, normalised: as the entry says, else as the config of its image does. nullopt: an attestation, or
  // what has no platform.
  std::optional<Platform> platform;
  std::string json;  // the descriptor, as its index has it
  Store* store;      // that holds what it leads to
};

// The entries of the index with these bytes, of which `store` holds what they lead to, in their order. Reads manifests
// and configs of entries that do not say their platform. Throws ContentError.
std::vector<IndexEntry> entries_of(Store& store, std::string_view bytes, std::string_view media_type);

// Whether it is for one of these platforms.
bool is_for_one_of(const IndexEntry& entry, std::span<const Platform> platforms);
// `roots`, the attestations among `entries` that are about them, those that are about these, and so on. Each entry is
// looked at once, so cycles end.
std::set<Digest> with_attestations(std::span<const Descriptor> entries, std::set<Digest> roots);
// Which of the entries stay where only those for these platforms do, and what attests them.
std::vector<bool> kept_for(std::span<const IndexEntry> entries, std::span<const Platform> platforms);

struct EntryRequest {
  std::optional<Platform> platform = std::nullopt;  // nullopt: what the config says
  bool force = false;                               // what nothing finds in an index, too
};

struct NewEntry {
  IndexEntry entry;
  std::vector<std::string> notes = {};  // lines for people
};

// An entry for the image `image`, a manifest. Throws UsageError for what is no image, for an image without a platform,
// and, unless `force`, for packagings that their readers do not find in an index.
NewEntry entry_for_image(Store& store, const Descriptor& image, const EntryRequest& request);

}  // namespace wasm_oci
