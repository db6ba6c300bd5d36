// Which manifests refer to another one by their `subject` (image-spec manifest.md): signatures, attestations, SBOMs.
#pragma once

#include "oci/store/store.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// What the manifest with these bytes refers to; nullopt for what is no JSON, or names no digest.
std::optional<Digest> subject_of(std::string_view bytes);

// `manifest`, whose bytes these are, as lists of referrers describe it (distribution-spec, "Listing Referrers"): with
// its own annotations and its artifactType, else its config's media type. Throws ContentError.
Descriptor describe_referrer(const Descriptor& manifest, std::string_view bytes);

// The subjects of what a store holds. Content never changes, so each manifest is read once however often is asked.
class Subjects {
 public:
  explicit Subjects(Store& store) : store_(store) {}

  // nullopt also for what the store does not hold, and for what is larger than any manifest may be.
  std::optional<Digest> of(const Descriptor& manifest);
  // Those of the manifests that refer to `subject`, each once, in their order. Throws ContentError for broken ones, and
  // for more than the bounds of Store::referrers() allow.
  std::vector<Descriptor> referrers(std::span<const Descriptor> manifests, const Digest& subject);

 private:
  Store& store_;
  std::mutex mutex_;
  std::map<Digest, std::optional<Digest>> known_;
};

// What cosign before version 3 ties to a manifest by a tag: "sha256-HEX.sig", ".att", ".sbom".
struct TaggedReferrer {
  std::string tag;
  Descriptor descriptor;
};

// What `store` has under these tags, as Store::peek() describes it.
std::vector<TaggedReferrer> tagged_referrers(Store& store, const Digest& subject);

}  // namespace wasm_oci
