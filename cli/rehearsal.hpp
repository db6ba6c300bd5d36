// What writing an image would meet, found out without writing: a dry run ends as the run would.
#pragma once

#include "cli/locations.hpp"
#include "oci/clients/gate.hpp"

#include <optional>
#include <span>
#include <vector>

namespace wasm_oci::cli {

struct Rehearsal {
  const Gate& gate;
  bool no_clobber = false;
  std::span<const RootName> names = {};             // that a layout without a name gets
  std::optional<Descriptor> before = std::nullopt;  // for the gate, where the location names nothing
};

// What `location` names until now; nullopt where it names nothing, or is an archive or a digest. `stores` hold `root`
// and all below it that the gate may look at. Throws what the run would throw: ContentError for another digest than the
// location says, ConflictError, GateError.
std::optional<SourceImage> rehearse(Locations& locations, const Location& location, const Descriptor& root,
                                    std::vector<Store*> stores, const Rehearsal& rehearsal);

}  // namespace wasm_oci::cli
