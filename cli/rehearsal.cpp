#include "cli/rehearsal.hpp"

#include "cli/move_image.hpp"
#include "oci/error.hpp"
#include "oci/store/joined_store.hpp"

#include <utility>

namespace wasm_oci::cli {

namespace {

std::optional<SourceImage> what_is_there(Locations& locations, const Location& location) {
  if (named_digest(location) || std::holds_alternative<ArchiveLocation>(location)) {
    return std::nullopt;
  }
  try {
    return locations.find(location);
  } catch (const NotFoundError&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<SourceImage> rehearse(Locations& locations, const Location& location, const Descriptor& root,
                                    std::vector<Store*> stores, const Rehearsal& rehearsal) {
  require_named_digest(location, root);
  std::optional<SourceImage> there = what_is_there(locations, location);
  std::optional<Descriptor> previous = rehearsal.before;
  if (there) {
    previous = there->root;
    stores.push_back(there->store.get());
    if (rehearsal.no_clobber) {
      refuse_move(format(location), there->root, root);
    }
  }
  if (!rehearsal.gate.is_open()) {
    JoinedStore joined(std::move(stores));
    require_gate(rehearsal.gate, joined, root, previous);
  }
  return there;
}

}  // namespace wasm_oci::cli
