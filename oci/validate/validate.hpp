// Validation: every rule of the catalogue over what a location names and all that it leads to.
//
// Bad content is never an error here, it is what is looked for. Manifests are read as documents, so that one mistake
// does not hide the next; layers are read once, in a stream, whatever is asked of them.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"
#include "oci/validate/content_kind.hpp"
#include "oci/validate/fetch.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/index_checks.hpp"
#include "oci/validate/layer_facts.hpp"
#include "oci/validate/shared_work.hpp"

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace wasm_oci {

// What an entry of an index says.
struct NamedEntry {
  std::optional<Digest> digest;
  std::optional<Platform> platform;
};

// What was found in one manifest or index, its config and its layers included. Each is judged once for all entries that
// say the same of it.
struct NodeReport {
  ManifestFacts facts = {};
  Findings findings = {};
  bool was_read = false;                           // whether it is there, and what is meant
  std::uint64_t size = 0;                          // in bytes, where it was read
  std::vector<Problem> problems = {};              // told where a descriptor leads to it
  std::map<std::string, NamedEntry> entries = {};  // with findings, by their paths ("manifests[4]")
};

// A report as it is reached from the root.
struct ReachedNode {
  std::optional<Digest> digest;      // nullopt: it could not even be found out
  std::optional<Platform> platform;  // as the first entry that leads to it says; nullopt for the root
  std::shared_ptr<const NodeReport> report;
};

struct ValidateRequest {
  bool shallow = false;      // manifests and indexes only
  bool is_document = false;  // a document on its own: nothing of what it leads to is there
  bool is_pinned = false;    // the location names the root by its digest
};

// What validations of one store, all of them shallow or none, have in common: manifests and layers are looked at once.
// May be used by several threads at once.
class ValidationCache {
 public:
  ValidationCache();

 private:
  friend class Validating;

  // As what its entry says it is a manifest is judged: its type ("" for all that are not known), whether it attests, is
  // for Wasm, and is what Istio takes. So it is looked at a few times at most, however many entries lead to it.
  struct View {
    std::string type;
    bool attests;
    bool is_for_wasm;
    bool is_for_istio;

    auto operator<=>(const View&) const = default;
  };
  using NodeKey = std::tuple<Digest, std::optional<std::uint64_t>, View>;
  // A layer that is taken for files, whether these are kept, and whether a module is described.
  using LayerKey = std::tuple<Digest, bool, bool, bool, DigestAlgorithm>;

  SharedWork<NodeKey, NodeReport> nodes_;
  SharedWork<LayerKey, LayerFacts> layers_;
};

// The root first, then what it leads to, in the order of its entries, then what these lead to. Throws what is no matter
// of content: errors of networks, disks and credentials, cancellation.
std::vector<ReachedNode> validate(Store& store, const Descriptor& root, const ValidateRequest& request,
                                  ValidationCache& cache);

// The entry of an index in which it was found; nullopt: in none.
std::optional<NamedEntry> entry_of(const NodeReport& report, const Finding& finding);

// The kinds of all that was reached.
std::vector<ContentKind> kinds_of(const std::vector<ReachedNode>& nodes);

}  // namespace wasm_oci
