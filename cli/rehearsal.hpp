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
  std::span<const RootName> names = {};             // that a layout or archive without a name gets
  std::optional<Descriptor> before = std::nullopt;  // for the gate, where the location names nothing
  bool is_copied = false;                           // from one store, which may lack some of it
};

// As much of it as shows without asking the registry that is to be written to. `stores` hold `root` and all below it.
// Throws what the run would throw where the place cannot be written, or not hold such content, or content is missing.
// Of blobs it only finds out whether they are there, where they are copied.
void rehearse_writing(Locations& locations, const Location& location, const Descriptor& root,
                      const std::vector<Store*>& stores, const Rehearsal& rehearsal);

// The same, and what `location` names until now; nullopt where it names nothing, or is an archive or a digest. Throws
// also ContentError for another digest than the location says, ConflictError, GateError.
std::optional<SourceImage> rehearse(Locations& locations, const Location& location, const Descriptor& root,
                                    std::vector<Store*> stores, const Rehearsal& rehearsal);

}  // namespace wasm_oci::cli
