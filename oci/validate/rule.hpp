// The catalogue of what validation checks. A rule is data: what has to hold, why, whom it matters to, and what mends
// it. `explain RULE` and docs/rules print it; findings name it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wasm_oci {

enum class Severity : std::uint8_t {
  none,     // it does not matter to that client
  info,     // worth knowing
  warning,  // some clients, or some uses, break
  error     // the client always breaks
};

// "error", "warning", "info", "none".
std::string_view to_string(Severity severity);

// How severe a rule is for some clients.
struct SeverityFor {
  std::string_view clients;  // as --for names them, joined by commas
  Severity severity;
};

struct Rule {
  std::string_view id;                        // "IDX005"; never changes, and is never used again
  std::string_view name;                      // "platform-missing"
  Severity severity;                          // for whom nothing else is said
  std::span<const SeverityFor> clients = {};  // where that differs
  std::string_view checks;                    // what has to hold
  std::string_view why;                       // what happens where it does not
  std::string_view fix;
};

// A family after the other, each in the order of its ids: documents and layouts (DOC), what is chosen (SEL), indexes
// (IDX), manifests (MAN), configs and files (CFG), surroundings (ENV).
std::span<const Rule* const> all_rules();
// By its id, in any case, or its name; nullptr for none.
const Rule* find_rule(std::string_view id_or_name);
// Whether `text` is spelled as ids are, in any case and perhaps with a hyphen: the letters of a family, digits and at
// most one letter ("idx005", "IDX018b", "idx5", "IDX-005"). An image that is called so has to be named in full.
bool is_like_rule_id(std::string_view text);

// Whether it is about surroundings, which no content breaks: a hint, and never a finding.
bool is_hint(const Rule& rule);
// The severity for one client, by its name in --for.
Severity severity_for(const Rule& rule, std::string_view client);

// The rule as a page of Markdown: docs/rules/ID.md.
std::string page_of(const Rule& rule);

// The families, for all_rules().
std::span<const Rule> document_rules();
std::span<const Rule> index_rules();
std::span<const Rule> manifest_rules();
std::span<const Rule> config_rules();
std::span<const Rule> environment_rules();

}  // namespace wasm_oci
