// What validation finds: which rule is broken, where, and how. A finding says nothing of clients yet; how severe it is
// for whom is judged when all is known.
#pragma once

#include "oci/digest.hpp"
#include "oci/validate/rule.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

// In which document something is found: the manifest itself, its config or a layer. nullopt: in what could not even be
// found out.
struct Place {
  std::optional<Digest> document;

  bool operator==(const Place&) const = default;
};

struct Finding {
  const Rule* rule;
  Severity at_most;  // a mild case of a severe rule
  Place place;
  std::string path;     // in the document ("manifests[1].platform.os"), or of a file in a layer ("/app.wasm")
  std::string message;  // may quote bytes from outside, never many
  std::vector<std::string_view> only_for = {};  // clients, as --for names them; none: whomever the rule matters to

  bool operator==(const Finding&) const = default;
};

// Collects. Of one rule in one document only so many findings are kept; the last one tells how many there were.
class Findings {
 public:
  static constexpr std::size_t kMostOfOneRule = 100;

  // `rule` is an id of the catalogue.
  void add(std::string_view rule, const Place& place, std::string path, std::string message,
           Severity at_most = Severity::error);
  // For these clients alone, as severe as the rule is for them.
  void add_for(std::vector<std::string_view> clients, std::string_view rule, const Place& place, std::string path,
               std::string message, Severity at_most = Severity::error);
  // Drops what `others` has, too. Nothing is added after that.
  void drop_what_is_in(const Findings& others);
  // Whether something in this document is an error for everybody.
  bool has_error(const Place& place) const;
  std::span<const Finding> all() const { return findings_; }

 private:
  void add(Finding finding);

  struct Count {
    std::size_t found = 0;
    std::size_t last = 0;  // the position of the last one that is kept
  };

  std::vector<Finding> findings_;
  std::map<std::pair<const Rule*, std::string>, Count> counts_;  // by rule and document
};

// How severe it is for one client, by its name in --for.
Severity severity_for(const Finding& finding, std::string_view client);

// A finding as it matters to some clients.
struct Judged {
  const Finding* finding;
  Severity severity;                      // the worst of them
  std::vector<std::string_view> clients;  // to whom it matters at all, as --for names them
};

// For the clients with these names, in the order in which they were found. What matters to none of them is left out.
std::vector<Judged> judge(const Findings& findings, std::span<const std::string_view> clients);

}  // namespace wasm_oci
