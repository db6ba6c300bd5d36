// The content that breaks rules, and what nearly does, in registries; and how what `explain` says of it is compared
// with what clients do.
#pragma once

#include "oci/platform.hpp"
#include "tests/interop/takers.hpp"
#include "tests/support/scripted_server.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {

struct Fixture {
  std::string name;
  std::string digest;     // of what it names
  std::string reference;  // in a registry
  Candidates candidates;
};

// Without quotes and what escapes them: logs escape them, and only newer versions of containers/image put names into
// them.
std::string plain(std::string text);

// What `explain` says that a client does.
struct Told {
  std::optional<std::string> chosen;
  std::string reason;
  std::string next;
  std::string command;

  bool is_refused() const { return !chosen || next.starts_with("it is refused") || next.starts_with("it fails"); }
  // The client's own words, as far as they are told; empty: none.
  std::string words() const;
};

class Rules : public Interop {
 protected:
  Rules();

  // Everything in the layout whose name begins as one of these; the same content once, by the first of its names.
  std::vector<Fixture> fixtures(std::span<const std::string_view> names);
  // nullopt: it says nothing of the fixture as a whole. Of an action that is not told apart the first is told.
  std::optional<Told> explained(const Fixture& fixture, const std::string& client, const Platform& platform,
                                const std::string& action = "");
  // `client` is what --for takes.
  void compare(const Fixture& fixture, const std::string& client, const Platform& platform, const Took& took,
               const std::string& action = "");

 private:
  // Gives away what the layout holds as it is: also what a registry does not take, since it looks at what it is sent.
  ScriptedServer lenient_;
};

}  // namespace wasm_oci::testing
