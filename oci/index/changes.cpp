#include "oci/index/changes.hpp"

#include "oci/image_platforms.hpp"
#include "oci/json/document.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace wasm_oci {
namespace {

// Without white space and with one spelling of strings: what was moved into another index was laid out anew.
std::string meaning(const std::string& json) {
  const Document document = Document::parse(json, {.max_bytes = kMaxManifestSize});
  JsonWriter writer;
  writer.value(document.root());
  return std::move(writer).take();
}

bool says_the_same(const IndexEntry& a, const IndexEntry& b) {
  return a.json == b.json || meaning(a.json) == meaning(b.json);
}

// Pairs the entries of two indexes: first those that lead to the same for the same platform, then those that lead to
// the same; one digest may have several entries.
class Comparison {
 public:
  Comparison(std::span<const IndexEntry> before, std::span<const IndexEntry> after)
      : before_(before), after_(after), paired_(after.size()), is_paired_(before.size()) {
    pair_by([](const IndexEntry& entry) { return std::pair(entry.descriptor.digest, entry.platform); });
    pair_by([](const IndexEntry& entry) { return entry.descriptor.digest; });
    for (std::size_t i = 0; i < before_.size(); ++i) {
      const std::optional<Platform>& platform = before_[i].platform;
      if (!is_paired_[i] && platform) {
        replaceable_.emplace(*platform, i);
      }
    }
  }

  IndexChanges changes() && {
    for (std::size_t i = 0; i < after_.size(); ++i) {
      look_at_new(after_[i], paired_[i]);
    }
    for (std::size_t i = 0; i < before_.size(); ++i) {
      if (is_paired_[i]) {
        continue;
      }
      if (is_attestation(before_[i].descriptor)) {
        ++changes_.attestations_removed;
      } else {
        changes_.removed.push_back({.digest = before_[i].descriptor.digest, .platform = before_[i].platform});
      }
    }
    return std::move(changes_);
  }

 private:
  // Those that have no pair yet, by what `key` says of an entry; of equals the first with the first.
  template <typename Key>
  void pair_by(const Key& key) {
    std::map<std::invoke_result_t<Key, const IndexEntry&>, std::deque<std::size_t>> free;
    for (std::size_t i = 0; i < before_.size(); ++i) {
      if (!is_paired_[i]) {
        free[key(before_[i])].push_back(i);
      }
    }
    for (std::size_t i = 0; i < after_.size(); ++i) {
      const auto found = paired_[i] ? free.end() : free.find(key(after_[i]));
      if (found != free.end() && !found->second.empty()) {
        paired_[i] = found->second.front();
        is_paired_[found->second.front()] = true;
        found->second.pop_front();
      }
    }
  }

  void look_at_new(const IndexEntry& entry, std::optional<std::size_t> old) {
    if (is_attestation(entry.descriptor)) {
      ++(old ? changes_.attestations_kept : changes_.attestations_added);
      return;
    }
    ChangedEntry changed{.digest = entry.descriptor.digest, .platform = entry.platform};
    if (old) {
      (says_the_same(before_[*old], entry) ? changes_.unchanged : changes_.changed).push_back(std::move(changed));
      return;
    }
    const auto replaced = entry.platform ? replaceable_.find(*entry.platform) : replaceable_.end();
    if (replaced == replaceable_.end()) {
      changes_.added.push_back(std::move(changed));
      return;
    }
    changed.previous = before_[replaced->second].descriptor.digest;
    is_paired_[replaced->second] = true;
    replaceable_.erase(replaced);
    changes_.replaced.push_back(std::move(changed));
  }

  std::span<const IndexEntry> before_;
  std::span<const IndexEntry> after_;
  std::vector<std::optional<std::size_t>> paired_;  // what each entry of after_ was in before_
  std::vector<bool> is_paired_;                     // of before_
  std::multimap<Platform, std::size_t> replaceable_;
  IndexChanges changes_;
};

}  // namespace

IndexChanges compare_indexes(std::span<const IndexEntry> before, std::span<const IndexEntry> after) {
  return Comparison(before, after).changes();
}

}  // namespace wasm_oci
