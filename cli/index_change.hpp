// What `index create`, `add`, `remove` and `annotate` have in common: an index is put together, checked, and brought to
// where a tag shall name it.
#pragma once

#include "cli/context.hpp"
#include "cli/index_sources.hpp"
#include "cli/output.hpp"
#include "oci/annotations.hpp"
#include "oci/clients/gate.hpp"
#include "oci/digest.hpp"
#include "oci/location.hpp"
#include "oci/platform.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wasm_oci::cli {

struct IndexRequest {
  std::optional<Location> base = std::nullopt;  // the index that is edited; nullopt: a new one
  std::vector<SourceSpec> sources = {};
  std::vector<IndexSource> prepared = {};  // sources that are in hand, behind those
  SourceOptions source_options = {};
  std::vector<std::variant<Platform, Digest>> removed = {};
  std::vector<AnnotationRequest> annotations = {};

  std::vector<Location> targets = {};
  bool by_digest = false;            // registries get it without a tag, in the repository that the target names
  std::vector<RootName> names = {};  // of targets that name themselves nothing: layouts and archives of -o
  Gate gate = {};
  bool no_clobber = false;
  bool dry_run = false;
  std::string when_absent = {};  // what to do instead where there is no base; empty: index create
};

// Edits and brings the result to all targets. All are tried; what became of each is in `results`. What somebody else
// made of the base meanwhile is kept: the edit is made anew of it, a bounded number of times (ConflictError).
void change_index(Context& context, const IndexRequest& request, Results& results);

}  // namespace wasm_oci::cli
