// The gate before a tag moves: whether clients will find what they must find, and notice nothing that they must not
// notice.
#pragma once

#include "oci/clients/client.hpp"
#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct Gate {
  std::vector<Platform> served = {};                     // of --require-platform
  std::vector<Platform> unchanged = {};                  // of --require-unchanged
  std::vector<const Client*> clients = usual_clients();  // of --for

  bool is_open() const { return served.empty() && unchanged.empty(); }
};

// A thing that is not as it must be.
struct GateFailure {
  std::string line = {};                       // for people: the platform, the clients, and what they would do
  std::vector<std::string_view> clients = {};  // as --for names them

  bool operator==(const GateFailure&) const = default;
};

// Asks the clients, by their rules, what they would take of `after`, and of `before`, which the tag names until now. A
// platform is served where all of them take an image that is for exactly this platform, by its config too, and do not
// refuse it then. None: the tag may move. `store` holds both.
std::vector<GateFailure> check_gate(const Gate& gate, Store& store, const Descriptor& after,
                                    const std::optional<Descriptor>& before);

// The same as a GateError, which names `after`.
void require_gate(const Gate& gate, Store& store, const Descriptor& after, const std::optional<Descriptor>& before);

// Why the client cannot use the manifest `root` whatever machine it has and whatever it is told: it refuses it, or
// nothing of it starts. nullopt: it can, or `root` is an index, of which it chooses, or it cannot be read. `modules`:
// whether layers are read for what starts.
std::optional<std::string> why_unusable(const Client& client, Store& store, const Descriptor& root, Modules modules);

}  // namespace wasm_oci
