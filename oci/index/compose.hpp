// An index put together: of an index that is there or of nothing, of sources, and of what is asked for besides.
#pragma once

#include "oci/annotations.hpp"
#include "oci/descriptor.hpp"
#include "oci/digest.hpp"
#include "oci/index/entry.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace wasm_oci {

// An image or index in a store, which must outlive what is made of it.
struct IndexPart {
  std::string name;  // as messages call it
  Store* store;
  Descriptor root;
};

struct IndexSource {
  IndexPart part;
  std::vector<IndexEntry> entries;  // that it brings
  bool joinable = false;            // an index whose own text may be begun with
};

struct Composition {
  std::vector<IndexSource> sources = {};
  std::vector<Platform> only = {};  // of the sources; none: all. Their `entries` are chosen already
  std::vector<std::variant<Platform, Digest>> removed = {};
  bool attestations = true;
  std::vector<AnnotationRequest> annotations = {};
  bool force = false;  // takes in what nothing finds in an index
};

struct MadeIndex {
  Descriptor root;
  std::string bytes;
  std::vector<IndexEntry> before;  // the entries of what it was made of
  std::vector<IndexEntry> entries;
  std::map<Digest, std::string> manifests;  // that were changed: no store holds them
  std::vector<std::string> notes;           // lines for people
};

// What becomes of `base`; nullptr: a new index. A first source that is joinable is then what the others join, so that
// by itself it stays what it is. `again`: what is to be removed may be gone already.
//
// Throws UsageError where nothing would be left, and where `base` is an image that no second one joins; NotFoundError
// for a platform or digest that is not there; ContentError for an index that is larger than registries take.
MadeIndex compose_index(const Composition& composition, const IndexPart* base, bool again = false);

}  // namespace wasm_oci
