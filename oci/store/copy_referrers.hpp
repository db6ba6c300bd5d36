// Takes what refers to an image along: signatures, attestations, SBOMs, and what refers to those.
#pragma once

#include "oci/store/copy_graph.hpp"

#include <span>
#include <string>
#include <vector>

namespace wasm_oci {

// Whether what is tied to a manifest by a tag (tagged_referrers()) goes along, under the same tag. It says what it is
// tied to only where names are tags: in the repositories of registries.
enum class TaggedReferrers { skip, copy };

struct CopiedReferrer {
  Descriptor descriptor;  // as describe_referrer() has it
  Digest subject;
  std::string tag = {};  // that ties it to the subject; empty where it says so itself
};

struct CopiedReferrers {
  std::vector<CopiedReferrer> copied;  // a subject precedes what refers to it
  std::vector<Descriptor> missing;     // as in CopyReport, and what is listed and not there
  std::vector<CopiedReferrer> left;    // whose tag names something else at the target, which stays
};

// Copies all that refers to one of `subjects` in `from` to `to`, directly or by way of others, each by its digest as
// copy_graph() does with the same options. The subjects themselves are not copied. Throws ContentError where something
// is listed that does not refer to its subject, and for more than kMaxReferrers, kMaxReferrersSize or 16 steps away
// (T-08).
CopiedReferrers copy_referrers(Store& from, std::span<const Digest> subjects, WritableStore& to, TaggedReferrers tagged,
                               const CopyOptions& options = {});

}  // namespace wasm_oci
