// Asks installed programs which image they take, and whether that is what `explain` says of them.
#pragma once

#include "cli/choices.hpp"
#include "cli/other_clients.hpp"
#include "oci/descriptor.hpp"
#include "oci/location.hpp"
#include "oci/store/store.hpp"

#include <string>
#include <vector>

namespace wasm_oci::cli {

// One that --check-with names.
struct CheckingProgram {
  const AskableClient* askable;
  OtherClient found;
  std::string not_asked = {};  // why not; empty: it is asked
  AskedClient client;          // what it is compared with
};

// Looks for those of askable_clients() that are named, in PATH and at their daemons. `context` must outlive the result.
std::vector<CheckingProgram> find_programs(const Context& context, const std::vector<std::string>& names);

struct CheckedImage {
  Store& store;
  const Descriptor& root;
  const Location& location;
  std::string local_store;  // its folder, where the location is in it
  bool plain_http = false;  // the registry was spoken to without TLS
};

// Asks each program once for each platform, and writes what came of it to what is told of its client there.
void check_with(const std::vector<CheckingProgram>& programs, const CheckedImage& image, ChoiceGroups& groups);

// Whether a program did otherwise.
bool has_disagreement(const ChoiceGroups& groups);

}  // namespace wasm_oci::cli
