#include "oci/clients/client.hpp"

#include "oci/base64.hpp"
#include "oci/digest.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <utility>

namespace wasm_oci {
namespace {

// Of indexes that are kept, in bytes of their texts.
constexpr std::size_t kMostIndexes = std::size_t{64} * 1024 * 1024;

// Without what may take megabytes.
Descriptor bare(const Descriptor& entry) {
  return {.media_type = entry.media_type, .digest = entry.digest, .size = entry.size, .platform = entry.platform};
}

PassedOver pass_over(const Descriptor& entry, std::string reason) {
  return {.entry = bare(entry), .reason = std::move(reason)};
}

void choose_below(const Client& client, Indexes& indexes, const Descriptor& root, int depth, Choice& choice) {
  if (!media_type::is_index(root.media_type)) {
    choice.taken = root;
    return;
  }
  const std::shared_ptr<const Index> held = indexes.get(root);
  const Index& index = *held;
  choice.index = bare(root);
  if (client.pick == nullptr || depth == kMaxIndexDepth) {
    for (const Descriptor& entry : index.manifests) {
      choice.passed_over.push_back(pass_over(entry, "is in an index, which is not read"));
    }
    return;
  }
  Picked picked =
      client.pick(indexes.store(), index, client.asks == Asks::this_machine ? best_host_platform() : choice.asked);
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    if (picked.entry != i) {
      choice.passed_over.push_back(pass_over(index.manifests[i], std::move(picked.passed_over[i])));
    }
  }
  choice.reason = std::move(picked.reason);
  if (picked.entry) {
    choose_below(client, indexes, index.manifests[*picked.entry], depth + 1, choice);
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

// Of what is fetched beside it: containerd asks for what it does not know as a manifest where registries have blobs
// (core/remotes/docker/fetcher.go).
std::optional<std::string> why_others_are_not_fetched(const Client& client, const Choice& choice) {
  if (client.fetches == Fetches::what_it_takes) {
    return std::nullopt;
  }
  const std::vector<Platform> platforms = platforms_run_by(choice.asked);
  for (const PassedOver& other : choice.passed_over) {
    const Descriptor& entry = other.entry;
    const bool is_fetched = client.fetches == Fetches::all || !entry.platform || rank_of(entry, platforms);
    if (is_fetched && media_type::is_docker_schema1(entry.media_type)) {
      return "\"" + entry.media_type + " not supported\"";
    }
    if (is_fetched && !media_type::is_manifest(entry.media_type)) {
      return "\"could not fetch content descriptor " + entry.digest.str() + " (" + excerpt(entry.media_type) +
             ") from remote: not found\"";
    }
  }
  return std::nullopt;
}

// Empty where they are, as far as they were looked at.
std::string why_layers_are_not_taken(const Client& client, const Taken& taken) {
  if (client.copies || (client.unpacks_as_containerd && !taken.has_files())) {
    return {};
  }
  return !taken.unreadable.empty() ? taken.unreadable : client.minds_diff_ids ? taken.other_diff_ids : std::string();
}

}  // namespace

Outlook foresee(const Client& client, const Choice& choice, const Taken& taken, const Wish& wish) {
  if (const auto why = choice.index ? why_not_fetched(client, taken) : std::nullopt) {
    return refuse(*why);
  }
  if (const auto why = why_others_are_not_fetched(client, choice)) {
    return refuse(*why);
  }
  if (const std::string why = why_layers_are_not_taken(client, taken); !why.empty()) {
    return {.next = "it fails on what it takes: " + why, .command = {}};
  }
  if (const auto why = client.unpacks_as_containerd ? why_containerd_does_not_unpack(taken) : std::nullopt) {
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

std::shared_ptr<const Index> Indexes::get(const Descriptor& descriptor) {
  std::shared_ptr<const Index>& kept = kept_[{descriptor.digest, descriptor.size, descriptor.media_type}];
  if (!kept) {
    const std::string text = store_.load(descriptor, NodeKind::manifest);
    auto index = std::make_shared<Index>(parse_index(text, descriptor.media_type, SchemaVersion::any));
    index->media_type = descriptor.media_type;
    forget_what_nobody_picks_by(*index);
    size_ += text.size();
    if (size_ > kMostIndexes) {
      kept_.clear();
      size_ = 0;
      return index;
    }
    kept = std::move(index);
  }
  return kept;
}

Choice choose(const Client& client, Store& store, const Descriptor& root, const Platform& wanted) {
  Indexes indexes(store);
  return choose(client, indexes, root, wanted);
}

Choice choose(const Client& client, Indexes& indexes, const Descriptor& root, const Platform& wanted) {
  Choice choice{.asked = asked_by(client, wanted)};
  choose_below(client, indexes, root, 0, choice);
  return choice;
}

}  // namespace wasm_oci
