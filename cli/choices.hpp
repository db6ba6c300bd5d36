// What `explain` tells, as text and JSON.
#pragma once

#include "cli/context.hpp"
#include "oci/clients/explain.hpp"
#include "oci/digest.hpp"
#include "oci/json/writer.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

// What an installed program did when it was asked for the same.
struct Checked {
  std::string program;
  std::string version;              // empty: it is not known
  std::string as = {};              // whose rules it is compared with, where these are not the newest: "docker@20.10"
  std::optional<bool> agrees = {};  // nullopt: it was not asked, or failed; `said` is why
  std::optional<Digest> took = {};  // nullopt: nothing, or that is not known
  std::string said = {};            // its words; not escaped
  bool was_asked = false;
};

struct ToldClient {
  AskedClient asked;
  std::string title = {};  // as Explanation has it; empty: that of the client
  Outlook outlook;
  std::size_t place = 0;  // in what was told
  std::optional<Checked> checked = {};
};

// Clients that take the same for the same reasons, each with what it does then: what the choices of a large index say
// of its entries is held once for all of them.
struct ChoiceGroup {
  Platform wanted;
  Choice choice;
  std::string reason;
  std::vector<ToldClient> clients = {};
};

using ChoiceGroups = std::vector<ChoiceGroup>;

void add(ChoiceGroups& groups, const Explanation& explanation);

// What it is called in sentences and tables.
std::string_view title_of(const ToldClient& told);

// Lines for people: a group at a time, those for a platform under `heading` and its name.
void print_choices(const Context& context, const ChoiceGroups& groups, std::string_view heading = "For ");
// An array: a client, a platform and an action at a time.
void write_choices(JsonWriter& json, const ChoiceGroups& groups);

}  // namespace wasm_oci::cli
