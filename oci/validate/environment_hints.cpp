#include "oci/validate/environment_hints.hpp"

#include "oci/clients/outlook.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace wasm_oci {
namespace {

// Who mends these by hand begins with `docker manifest annotate`.
constexpr std::array<std::string_view, 6> kWrongPlatforms = {"IDX005", "IDX006", "IDX007",
                                                             "IDX008", "IDX009", "IDX014"};

// What its config says or, where that was not read, its entry.
std::optional<Platform> platform_of(const ReachedNode& node) {
  const std::optional<Platform>& config = node.report->facts.config_platform;
  return config ? config : node.platform;
}

bool is_image_for_wasm(const ReachedNode& node) {
  const std::optional<Platform> platform = platform_of(node);
  return is_image(node.report->facts.kind) && platform && is_wasm(*platform);
}

bool is_wasm_artifact(const ReachedNode& node) {
  const ContentKind kind = node.report->facts.kind;
  return kind == ContentKind::artifact || kind == ContentKind::spin;
}

bool has_files_for_wasm(const ReachedNode& node) {
  return is_image_for_wasm(node) && node.report->facts.kind == ContentKind::image;
}

bool needs_a_handler(const ReachedNode& node) {
  const std::optional<Platform> platform = platform_of(node);
  return has_files_for_wasm(node) && platform && !podman_knows_as_wasm(*platform);
}

bool has_wrong_platform(const ReachedNode& node) {
  return std::ranges::any_of(node.report->findings.all(), [](const Finding& finding) {
    return std::ranges::find(kWrongPlatforms, finding.rule->id) != kWrongPlatforms.end();
  });
}

// Whom a note is for, and the content that it is about.
struct Note {
  std::string_view rule;
  std::string_view client;
  bool (*is_about)(std::span<const ReachedNode> nodes);
};

template <auto kPredicate>
bool any(std::span<const ReachedNode> nodes) {
  return std::ranges::any_of(nodes, kPredicate);
}

bool is_artifact_behind_an_index(std::span<const ReachedNode> nodes) {
  return !nodes.empty() && nodes.front().report->facts.kind == ContentKind::index && any<is_wasm_artifact>(nodes);
}

bool has_wasm_and_wrong_platform(std::span<const ReachedNode> nodes) {
  return any<is_image_for_wasm>(nodes) && any<has_wrong_platform>(nodes);
}

constexpr std::array kNotes = {
    Note{.rule = "ENV001", .client = "docker", .is_about = any<has_files_for_wasm>},
    Note{.rule = "ENV004", .client = "docker", .is_about = has_wasm_and_wrong_platform},
    Note{.rule = "ENV006", .client = "containerd", .is_about = any<is_image_for_wasm>},
    Note{.rule = "ENV002", .client = "kubernetes", .is_about = any<is_image_for_wasm>},
    Note{.rule = "ENV003", .client = "podman", .is_about = any<needs_a_handler>},
    Note{.rule = "ENV005", .client = "wkg", .is_about = is_artifact_behind_an_index},
    Note{.rule = "ENV005", .client = "wash", .is_about = is_artifact_behind_an_index},
    Note{.rule = "ENV005", .client = "spin", .is_about = is_artifact_behind_an_index},
};

}  // namespace

std::vector<Hint> hints_for(std::span<const ReachedNode> nodes, std::span<const std::string_view> clients) {
  std::vector<Hint> hints;
  for (const std::string_view client : clients) {
    for (const Note& note : kNotes) {
      if (note.client == client && note.is_about(nodes)) {
        hints.push_back({.rule = find_rule(note.rule), .client = client});
      }
    }
  }
  return hints;
}

}  // namespace wasm_oci
