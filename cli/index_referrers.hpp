// Signatures, attestations and SBOMs that refer to images, where an index is made of them.
#pragma once

#include "cli/context.hpp"
#include "oci/digest.hpp"
#include "oci/store/store.hpp"

#include <map>
#include <string>
#include <vector>

namespace wasm_oci::cli {

// Copies what refers to these manifests, each in its store, to `to`; between registries what is tied to them by
// cosign's tags as well. Says what came along.
void bring_referrers(const Context& context, const std::map<Store*, std::vector<Digest>>& subjects, WritableStore& to);

// Says what in `store` refers to `before`, which no tag names any more, and so not to what does: `after`, NAME@DIGEST.
// A registry that does not tell is no reason to fail.
void tell_referrers_of_old(const Context& context, Store& store, const Digest& before, const std::string& after);

}  // namespace wasm_oci::cli
