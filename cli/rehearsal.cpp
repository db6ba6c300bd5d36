#include "cli/rehearsal.hpp"

#include "cli/move_image.hpp"
#include "oci/error.hpp"
#include "oci/store/joined_store.hpp"

#include <utility>

namespace wasm_oci::cli {

namespace {

std::optional<SourceImage> what_is_there(Locations& locations, const Location& location) {
  try {
    return locations.find(location);
  } catch (const NotFoundError&) {
    return std::nullopt;
  }
}

// The names under which something may be already.
std::vector<Location> places_of(const Location& location, std::span<const RootName> names) {
  if (named_digest(location) || std::holds_alternative<ArchiveLocation>(location)) {
    return {};
  }
  const auto* const layout = std::get_if<LayoutLocation>(&location);
  if (layout == nullptr || layout->name) {
    return {location};
  }
  std::vector<Location> places;
  for (const RootName& name : names) {
    LayoutLocation named = *layout;
    named.name = name.ref_name;
    places.emplace_back(std::move(named));
  }
  return places;
}

}  // namespace

std::optional<SourceImage> rehearse(Locations& locations, const Location& location, const Descriptor& root,
                                    std::vector<Store*> stores, const Rehearsal& rehearsal) {
  require_named_digest(location, root);
  if (rehearsal.no_clobber && replaces_file(location)) {
    refuse_to_replace(format(location));
  }
  std::optional<SourceImage> first;
  std::vector<std::optional<Descriptor>> before;
  for (const Location& place : places_of(location, rehearsal.names)) {
    std::optional<SourceImage> there = what_is_there(locations, place);
    if (there && rehearsal.no_clobber) {
      refuse_move(format(place), there->root, root);
    }
    before.push_back(there ? std::optional(there->root) : rehearsal.before);
    if (!first) {
      first = std::move(there);
    }
  }
  if (before.empty()) {
    before.push_back(rehearsal.before);
  }
  if (!rehearsal.gate.is_open()) {
    if (first) {
      stores.push_back(first->store.get());
    }
    JoinedStore joined(std::move(stores));
    require_gate_of_all(rehearsal.gate, joined, root, before);
  }
  return first;
}

}  // namespace wasm_oci::cli
