#include "oci/clients/client.hpp"

#include "oci/base64.hpp"
#include "oci/digest.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <utility>

namespace wasm_oci {
namespace {

void choose_below(const Client& client, Store& store, const Descriptor& root, int depth, Choice& choice) {
  if (!media_type::is_index(root.media_type)) {
    choice.taken = root;
    return;
  }
  Index index = parse_index(store.load(root, NodeKind::manifest), root.media_type, SchemaVersion::any);
  index.media_type = root.media_type;
  choice.index = root;
  if (client.pick == nullptr || depth == kMaxIndexDepth) {
    for (const Descriptor& entry : index.manifests) {
      choice.passed_over.push_back({.entry = entry, .reason = "is in an index, which is not read"});
    }
    return;
  }
  Picked picked = client.pick(store, index, client.asks == Asks::this_machine ? best_host_platform() : choice.asked);
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    if (picked.entry != i) {
      choice.passed_over.push_back({.entry = index.manifests[i], .reason = std::move(picked.passed_over[i])});
    }
  }
  choice.reason = std::move(picked.reason);
  if (picked.entry) {
    choose_below(client, store, index.manifests[*picked.entry], depth + 1, choice);
  }
}

// Of an entry of an index, which is fetched by what the index says of it.
std::optional<std::string> why_not_fetched(const Client& client, const Taken& taken) {
  const Descriptor& entry = taken.descriptor;
  if (client.minds_size && taken.size != entry.size) {
    return "it has " + std::to_string(taken.size) + " bytes, and its entry says " + std::to_string(entry.size);
  }
  const std::string data = client.takes_data ? base64_decode(entry.data).value_or("") : "";
  if (!data.empty() && data.size() == entry.size && digest_of(data, entry.digest.algorithm()) != entry.digest) {
    return "\"unexpected commit digest " + digest_of(data, entry.digest.algorithm()).str() + ", expected " +
           entry.digest.str() + "\"";
  }
  const std::optional<std::string> words = client.refuses != nullptr ? client.refuses(entry.digest) : std::nullopt;
  return words ? std::optional("\"" + *words + "\"") : std::nullopt;
}

}  // namespace

Outlook foresee(const Client& client, const Choice& choice, const Taken& taken, const Wish& wish) {
  if (const auto why = choice.index ? why_not_fetched(client, taken) : std::nullopt) {
    return refuse(*why);
  }
  Wish own = wish;
  own.is_alone = !choice.index;
  Outlook outlook = client.foresee(taken, own);
  // What runs a native program has not done what was wanted.
  const bool is_native = taken.has_files() && !taken.is_wasm() && taken.packaging != Packaging::envoy;
  outlook.works = outlook.works && !(is_wasm(wish.wanted) && is_native);
  return outlook;
}

Platform asked_by(const Client& client, const Platform& wanted) {
  if (client.asks == Asks::always_linux_amd64) {
    return {.os = "linux", .architecture = "amd64"};
  }
  if (client.asks == Asks::this_machine) {
    return host_platform();
  }
  if (client.asks == Asks::its_machine && is_wasm(wanted)) {
    return {.os = "linux", .architecture = host_platform().architecture};
  }
  return wanted;
}

Choice choose(const Client& client, Store& store, const Descriptor& root, const Platform& wanted) {
  Choice choice{.asked = asked_by(client, wanted)};
  choose_below(client, store, root, 0, choice);
  return choice;
}

}  // namespace wasm_oci
