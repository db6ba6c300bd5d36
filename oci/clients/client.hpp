// The clients that --for lists: what each asks for, and what it takes of an image or an index.
#pragma once

#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"
#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace wasm_oci {

// Which platform a client asks for.
enum class Asks {
  what_it_is_told,  // a flag of it says so
  its_machine,      // that of the machine, which runs Linux; where Wasm is wanted, this one's architecture
  this_machine,     // nobody says one, and it runs here
  always_linux_amd64
};

// Which entries of an index a client fetches, though it takes one.
enum class Fetches { what_it_takes, what_may_be_for_the_platform, all };

// What one client does, in the versions up to one and for one action.
struct Client {
  std::string_view name;            // in --for
  std::string_view title;           // in sentences
  std::string_view until = {};      // the last line of versions that does so: "2.2"; empty: the newest do
  std::string_view since = {};      // the first version that does so, where older ones are listed, too
  std::string_view action = "run";  // what somebody does with it
  Asks asks = Asks::what_it_is_told;
  Picked (*pick)(Store& store, const Index& index, const Platform& asked) = nullptr;  // null: it takes no index
  std::string (*finds_nothing)(const Wish& wish, const Descriptor& index) = wasm_oci::finds_nothing;
  std::string_view takes_alone = "a manifest alone is taken whatever it is for";  // why what is in no index is taken
  std::optional<std::string> (*refuses)(const Digest& digest) = nullptr;  // null: it takes manifests by any digest
  bool minds_size = true;      // whether a manifest has to have the size that its entry says
  bool takes_data = false;     // whether the `data` of an entry takes the place of the manifest, if it has its size
  bool copies = false;         // nothing is unpacked, and layers may be whatever they are
  bool minds_diff_ids = true;  // whether layers have to be what the config says they are uncompressed
  Fetches fetches = Fetches::what_it_takes;
  // A layer of a type that says tar alone is not decompressed, and what is no layer of files is not looked at.
  bool unpacks_as_containerd = false;
  Outlook (*foresee)(const Taken& taken, const Wish& wish) = nullptr;
  Outlook (*foresee_nothing)(const Wish& wish) = nullptr;  // where it takes nothing; null: there is nothing to do then
};

// The newest known versions, each with what it is mostly used for.
std::span<const Client> all_clients();
// What they do otherwise in older versions, of each the newer ones first, and for other actions.
std::span<const Client> other_behaviours();
// The title of `client`, where all versions down to those of `oldest` do the same, and still older ones do not:
// "containerd 2.0 to 2.2".
std::string title_of(const Client& client, const Client& oldest);
// By NAME or NAME@VERSION; NAME may be another that it is known by (k8s), VERSION any that is_within() understands, and
// the versions of kubernetes are those of containerd. Throws UsageError for what is neither, and for a version of a
// client that is not known to differ by version.
const Client& find_client(std::string_view text);
// Those for whom images are built where nobody says otherwise: Docker, containerd, podman.
std::vector<const Client*> usual_clients();

// What `client` asks for where a user wants `wanted`.
Platform asked_by(const Client& client, const Platform& wanted);

struct PassedOver {
  Descriptor entry;  // its type, digest, size and platform: it is one of thousands, and each client passes over others
  std::string reason;

  bool operator==(const PassedOver&) const = default;
};

struct Choice {
  Platform asked;
  std::optional<Descriptor> index = std::nullopt;  // the last one that was looked into
  std::optional<Descriptor> taken = std::nullopt;  // a manifest, never an index
  std::string reason = {};                         // why it, of the index; empty: it is the first or the nearest
  std::vector<PassedOver> passed_over = {};

  bool operator==(const Choice&) const = default;
};

// The indexes of a store that are walked through for several clients and platforms, each read once.
class Indexes {
 public:
  explicit Indexes(Store& store) : store_(store) {}

  // As far as clients pick by it. Throws ContentError where it is broken.
  std::shared_ptr<const Index> get(const Descriptor& descriptor);
  Store& store() const { return store_; }

 private:
  Store& store_;
  std::map<std::tuple<Digest, std::uint64_t, std::string>, std::shared_ptr<const Index>> kept_;
  std::size_t size_ = 0;  // of their texts
};

// What it takes below `root`, whose manifests `store` holds: a manifest alone whatever it is for; of an index in an
// index what the same rules pick there. Throws ContentError where an index is broken.
Choice choose(const Client& client, Indexes& indexes, const Descriptor& root, const Platform& wanted);
Choice choose(const Client& client, Store& store, const Descriptor& root, const Platform& wanted);

// What becomes of what it has taken; `taken` is what `choice` says.
Outlook foresee(const Client& client, const Choice& choice, const Taken& taken, const Wish& wish);

}  // namespace wasm_oci
