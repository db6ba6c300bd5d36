#include "oci/index/changes.hpp"

#include "oci/image_platforms.hpp"
#include "oci/json/document.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
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

class Comparison {
 public:
  Comparison(std::span<const IndexEntry> before, std::span<const IndexEntry> after) {
    for (const IndexEntry& entry : before) {
      before_.emplace(entry.descriptor.digest, &entry);
    }
    for (const IndexEntry& entry : after) {
      after_.insert(entry.descriptor.digest);
    }
    for (const IndexEntry& entry : before) {
      if (entry.platform && !after_.contains(entry.descriptor.digest)) {
        replaceable_.emplace(*entry.platform, entry.descriptor.digest);
      }
    }
  }

  void look_at_new(const IndexEntry& entry) {
    const auto old = before_.find(entry.descriptor.digest);
    if (is_attestation(entry.descriptor)) {
      ++(old == before_.end() ? changes_.attestations_added : changes_.attestations_kept);
      return;
    }
    ChangedEntry changed{.digest = entry.descriptor.digest, .platform = entry.platform};
    if (old != before_.end()) {
      (says_the_same(*old->second, entry) ? changes_.unchanged : changes_.changed).push_back(std::move(changed));
      return;
    }
    const auto replaced = entry.platform ? replaceable_.find(*entry.platform) : replaceable_.end();
    if (replaced == replaceable_.end()) {
      changes_.added.push_back(std::move(changed));
      return;
    }
    changed.previous = replaced->second;
    replaced_.insert(replaced->second);
    replaceable_.erase(replaced);
    changes_.replaced.push_back(std::move(changed));
  }

  void look_at_old(const IndexEntry& entry) {
    const Digest& digest = entry.descriptor.digest;
    if (after_.contains(digest)) {
      return;
    }
    if (is_attestation(entry.descriptor)) {
      ++changes_.attestations_removed;
    } else if (!replaced_.contains(digest)) {
      changes_.removed.push_back({.digest = digest, .platform = entry.platform});
    }
  }

  IndexChanges take() && { return std::move(changes_); }

 private:
  std::map<Digest, const IndexEntry*> before_;
  std::set<Digest> after_;
  std::multimap<Platform, Digest> replaceable_;
  std::set<Digest> replaced_;
  IndexChanges changes_;
};

}  // namespace

IndexChanges compare_indexes(std::span<const IndexEntry> before, std::span<const IndexEntry> after) {
  Comparison comparison(before, after);
  std::ranges::for_each(after, [&](const IndexEntry& entry) { comparison.look_at_new(entry); });
  std::ranges::for_each(before, [&](const IndexEntry& entry) { comparison.look_at_old(entry); });
  return std::move(comparison).take();
}

}  // namespace wasm_oci
