#include "cli/index_report.hpp"

#include "cli/output.hpp"
#include "oci/platform.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci::cli {

namespace {

struct Kind {
  std::string_view word;
  std::vector<ChangedEntry> IndexChanges::* entries;
};
constexpr std::array<Kind, 5> kKinds = {{{.word = "unchanged", .entries = &IndexChanges::unchanged},
                                         {.word = "added", .entries = &IndexChanges::added},
                                         {.word = "replaced", .entries = &IndexChanges::replaced},
                                         {.word = "changed", .entries = &IndexChanges::changed},
                                         {.word = "removed", .entries = &IndexChanges::removed}}};

struct Count {
  std::string_view word;
  std::size_t IndexChanges::* number;
};
constexpr std::array<Count, 3> kCounts = {{{.word = "kept", .number = &IndexChanges::attestations_kept},
                                           {.word = "added", .number = &IndexChanges::attestations_added},
                                           {.word = "removed", .number = &IndexChanges::attestations_removed}}};

// As an index from outside says it, it may be of any length.
std::string platform_of(const ChangedEntry& entry) {
  return entry.platform ? excerpt(format_all(*entry.platform), 60) : "-";
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

void print_changes(const Context& context, const IndexChanges& changes) {
  constexpr std::size_t kWordWidth = 11;
  std::size_t width = 0;
  for (const Kind& kind : kKinds) {
    for (const ChangedEntry& entry : changes.*kind.entries) {
      width = std::max(width, platform_of(entry).size() + 2);
    }
  }
  for (const Kind& kind : kKinds) {
    for (const ChangedEntry& entry : changes.*kind.entries) {
      print_note(context, "  " + padded(std::string(kind.word), kWordWidth) + padded(platform_of(entry), width) +
                              (entry.previous ? entry.previous->str() + " -> " : "") + entry.digest.str());
    }
  }
  std::string attestations;
  for (const Count& count : kCounts) {
    if (changes.*count.number > 0) {
      attestations +=
          (attestations.empty() ? "" : ", ") + std::to_string(changes.*count.number) + " " + std::string(count.word);
    }
  }
  if (!attestations.empty()) {
    print_note(context, "  attestations: " + attestations);
  }
}

void write(JsonWriter& json, const IndexChanges& changes) {
  json.begin_object();
  for (const Kind& kind : kKinds) {
    json.key(kind.word).begin_array();
    for (const ChangedEntry& entry : changes.*kind.entries) {
      json.begin_object();
      if (entry.platform) {
        json.member("platform", format(*entry.platform));
      }
      json.member("digest", entry.digest.str());
      if (entry.previous) {
        json.member("previousDigest", entry.previous->str());
      }
      json.end_object();
    }
    json.end_array();
  }
  json.key("attestations").begin_object();
  for (const Count& count : kCounts) {
    json.member(count.word, changes.*count.number);
  }
  json.end_object().end_object();
}

}  // namespace wasm_oci::cli
