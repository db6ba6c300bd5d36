// The one way in which images move: push, pull, copy and build --push are this function between different stores.
#pragma once

#include "oci/progress.hpp"
#include "oci/store/store.hpp"

#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

// An index entry whose manifest the source does not hold (a sparse index).
enum class MissingChild { refuse, keep };

struct CopyOptions {
  unsigned jobs = 4;
  MissingChild missing_child = MissingChild::refuse;
  // Manifests that no store holds yet: an index that was made of entries of others, and what was changed below it.
  std::map<Digest, std::string> in_hand = {};
  // Where the manifests are that the root names, with all below them; those that are not listed are in the source.
  // nullptr: in the target already, which is not asked again.
  std::map<Digest, Store*> children = {};
  std::stop_token stop = {};
  Progress* progress = nullptr;
};

struct CopyReport {
  std::vector<Descriptor> missing;  // index entries that were kept without their content
};

// Copies what `root` needs from `from` to `to`: all blobs, then child manifests before their parents, then the root by
// `names`. What `to` holds already is skipped with everything below it. Every digest is kept.
// Throws CancelledError when `stop` is requested; what was copied by then stays, the names are not moved.
CopyReport copy_graph(Store& from, const Descriptor& root, WritableStore& to, std::span<const RootName> names,
                      const CopyOptions& options = {});

// The same without the root: when this returns, all that it needs is there, and its names are still to be moved.
CopyReport copy_below(Store& from, const Descriptor& root, WritableStore& to, const CopyOptions& options = {});

}  // namespace wasm_oci
