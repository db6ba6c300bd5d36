// The one way in which images move: push, pull, copy and build --push are this function between different stores.
#pragma once

#include "oci/progress.hpp"
#include "oci/store/store.hpp"

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
  // Those of a root that the source does not hold: an index that was made of its entries.
  std::optional<std::string> root_bytes = std::nullopt;
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

}  // namespace wasm_oci
