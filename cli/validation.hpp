// What `validate` found at a location, as all formats print it, and the finding of it.
#pragma once

#include "cli/context.hpp"
#include "cli/locations.hpp"
#include "oci/clients/client.hpp"
#include "oci/validate/environment_hints.hpp"
#include "oci/validate/validate.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

struct ReportedFinding {
  const Rule* rule;
  Severity severity;
  std::vector<std::string_view> clients;
  std::optional<Digest> digest;  // of the document
  std::string path;
  std::string message;
  std::optional<NamedEntry> entry = std::nullopt;  // of an index, that the path leads into
};

// A manifest or index with what was found in it.
struct ReportedNode {
  std::optional<Digest> digest;
  std::optional<Platform> platform;
  std::vector<ReportedFinding> findings;
};

struct LocationReport {
  std::string name;
  std::string uri = {};  // the same as a reference of RFC 3986: a file where it is one, else oci://…
  std::optional<Digest> digest = std::nullopt;  // nullopt: it could not be found out
  std::vector<std::string_view> clients = {};   // that were asked for
  std::vector<ReportedNode> nodes = {};         // those with findings, the root first
  std::vector<Hint> hints = {};                 // for clients that somebody named
  bool is_unknown = false;                      // the root is an artifact of which only digests and sizes are judged
  std::optional<Error> failure = std::nullopt;  // it could not be looked at; no matter of content
};

// The path and what is there: "manifests[4].digest (wasi/wasm, sha256:90338f12f183)".
std::string place_of(const std::string& path, const std::optional<NamedEntry>& entry);

// All of a finding in one line: "NAME (wasi/wasm): MESSAGE, at PATH. FIX"
std::string sentence_of(const LocationReport& report, const ReportedNode& node, const ReportedFinding& finding);

// A location to look at or, where everything at a place is looked at, what was found there already: names may lead
// back to something else.
struct Subject {
  Location location;  // that it is told by
  std::shared_ptr<Store> store = nullptr;
  std::optional<Descriptor> root = std::nullopt;  // in `store`
  std::optional<Error> failure = std::nullopt;    // why there is neither
};

struct ValidationRequest {
  bool shallow = false;
  std::vector<const Client*> clients = {};  // none: for whom the content is meant
  std::vector<Platform> served = {};        // of --require-platform
  std::set<const Rule*> ignored = {};
};

// Looks at locations, each on its own. May be used by several threads at once: what is reached from several locations
// of one repository or layout is looked at once.
class Validation {
 public:
  Validation(Context& context, Locations& locations, const ValidationRequest& request)
      : context_(context), locations_(locations), request_(request) {}

  // Never throws for what is found; but CancelledError.
  LocationReport look_at(const Subject& subject);

 private:
  struct Found {
    std::shared_ptr<Store> store;
    Descriptor root;
  };

  std::shared_ptr<ValidationCache> cache_of(const Location& location);
  Found find(const Subject& subject);
  void look(const Subject& subject, LocationReport& report);
  void report_nodes(const std::vector<ReachedNode>& nodes, LocationReport& report) const;

  Context& context_;
  Locations& locations_;
  const ValidationRequest& request_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<ValidationCache>> caches_;
};

// Whether something in it is as severe as that.
bool reaches(const LocationReport& report, Severity severity);

struct SeverityCounts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t infos = 0;

  void add(const LocationReport& report);
  bool any() const { return errors + warnings + infos > 0; }
  bool operator==(const SeverityCounts&) const = default;
};

// "2 errors, 1 warning"; "no findings".
std::string to_string(const SeverityCounts& counts);

}  // namespace wasm_oci::cli
