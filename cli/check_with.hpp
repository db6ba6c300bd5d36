// Asks installed programs which image they take, and whether that is what `explain` says of them.
#pragma once

#include "cli/choices.hpp"
#include "cli/other_clients.hpp"
#include "oci/descriptor.hpp"
#include "oci/error.hpp"
#include "oci/location.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wasm_oci::cli {

// One that --check-with names.
struct CheckingProgram {
  const AskableClient* askable;
  OtherClient found;
  std::optional<Error> not_asked = {};  // why not; nullopt: it is asked
  AskedClient client;                   // what it is compared with
};

struct CheckedLocation {
  const Location& location;
  std::string local_store;  // its folder, where the location is in it
};

// Looks for those of askable_clients() that are named, in PATH and at their daemons. `context` must outlive the result.
std::vector<CheckingProgram> find_programs(const Context& context, const std::vector<std::string>& names,
                                           const CheckedLocation& location);

// Why it cannot be asked about what is there; nullopt: it reads such locations.
std::optional<Error> why_not_read(const AskableClient& askable, const CheckedLocation& location);

// Tells which of them are not asked. Throws where none is: then nothing is checked.
void require_one_to_ask(const Context& context, const std::vector<CheckingProgram>& programs);

struct CheckedImage {
  Store& store;
  const Descriptor& root;
  CheckedLocation location;
  bool plain_http = false;  // the registry was spoken to without TLS
};

// Asks each program once for each platform, and writes what came of it to what is told of its client there.
void check_with(const std::vector<CheckingProgram>& programs, const CheckedImage& image, ChoiceGroups& groups);

// Whether a program did otherwise.
bool has_disagreement(const ChoiceGroups& groups);

}  // namespace wasm_oci::cli
