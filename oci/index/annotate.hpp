// Annotations of all levels of an index in one run: of the index, of its entries, and of the manifests behind them,
// whose digests change with them.
#pragma once

#include "oci/annotations.hpp"
#include "oci/index/entry.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace wasm_oci {

struct AnnotatedIndex {
  std::string bytes;
  std::vector<IndexEntry> entries = {};
  std::map<Digest, std::string> manifests = {};  // that were annotated: their bytes, which no store holds
  std::vector<std::string> notes = {};           // lines for people
};

// Sets what `requests` ask for in the index `bytes`, whose entries are `entries`. Everything that they do not name
// stays, byte for byte. What attests a manifest that changes, and that no other entry leads to, is left out: it speaks
// of another. Throws NotFoundError for a platform that no entry is for, UsageError for a level that an index does not
// have (index-descriptor), ContentError where the index or a manifest would be larger than registries promise to take.
AnnotatedIndex annotate_index(std::string bytes, std::span<const IndexEntry> entries,
                              std::span<const AnnotationRequest> requests);

}  // namespace wasm_oci
