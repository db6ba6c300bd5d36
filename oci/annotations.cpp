#include "oci/annotations.hpp"

#include "oci/error.hpp"
#include "oci/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci {
namespace {

struct Target {
  AnnotationLevel level;
  std::optional<Platform> platform;
};

constexpr std::array<std::pair<std::string_view, AnnotationLevel>, 4> kLevels = {{
    {"manifest", AnnotationLevel::manifest},
    {"index", AnnotationLevel::index},
    {"manifest-descriptor", AnnotationLevel::manifest_descriptor},
    {"index-descriptor", AnnotationLevel::index_descriptor},
}};

std::optional<AnnotationLevel> parse_level(std::string_view word) {
  for (const auto& [name, level] : kLevels) {
    if (name == word) {
      return level;
    }
  }
  return std::nullopt;
}

// nullopt where `word` is no level, so that the text before the colon belongs to the key.
std::optional<Target> parse_target(std::string_view word) {
  const std::size_t bracket = word.find('[');
  const std::optional<AnnotationLevel> level = parse_level(word.substr(0, bracket));
  if (!level) {
    return std::nullopt;
  }
  if (bracket == std::string_view::npos) {
    return Target{.level = *level, .platform = std::nullopt};
  }
  if (!word.ends_with(']')) {
    throw UsageError("invalid annotation prefix \"" + std::string(word) + "\"", "write manifest[wasi/wasm]:KEY=VALUE");
  }
  return Target{.level = *level, .platform = parse_platform(word.substr(bracket + 1, word.size() - bracket - 2))};
}

// The targets of "LEVEL[PLATFORM],LEVEL…"; empty where this is no prefix.
std::vector<Target> parse_prefix(std::string_view prefix) {
  std::vector<Target> targets;
  while (true) {
    const std::size_t comma = prefix.find(',');
    const std::optional<Target> target = parse_target(prefix.substr(0, comma));
    if (!target) {
      return {};
    }
    targets.push_back(*target);
    if (comma == std::string_view::npos) {
      return targets;
    }
    prefix.remove_prefix(comma + 1);
  }
}

}  // namespace

std::vector<AnnotationRequest> parse_annotation(std::string_view text, AnnotationLevel bare) {
  if (!utf8::is_valid(text)) {
    throw UsageError("the annotation " + std::string(text) + " is not UTF-8");
  }
  std::vector<Target> targets;
  std::string_view rest = text;
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon < text.find('=')) {
    const std::string_view prefix = text.substr(0, colon);
    targets = parse_prefix(prefix);
    if (!targets.empty()) {
      rest.remove_prefix(colon + 1);
    } else if (prefix.contains('[')) {  // in no key that anybody uses
      throw UsageError("invalid annotation prefix \"" + std::string(prefix) + "\"",
                       "manifest, index, manifest-descriptor or index-descriptor, then [PLATFORM]");
    }
  }
  if (targets.empty()) {
    targets.push_back({.level = bare, .platform = std::nullopt});
  }
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw UsageError("invalid annotation \"" + std::string(text) + "\"", "write KEY=VALUE, or manifest:KEY=VALUE");
  }
  std::vector<AnnotationRequest> requests;
  requests.reserve(targets.size());
  for (Target& target : targets) {
    requests.push_back({.level = target.level,
                        .platform = std::move(target.platform),
                        .key = std::string(rest.substr(0, equals)),
                        .value = std::string(rest.substr(equals + 1))});
  }
  return requests;
}

std::string format(const AnnotationRequest& request) {
  const auto* const level = std::ranges::find(kLevels, request.level, &decltype(kLevels)::value_type::second);
  std::string text(level->first);
  if (request.platform) {
    text.append("[").append(format(*request.platform)).append("]");
  }
  return text.append(":").append(request.key).append("=").append(request.value);
}

Annotations select(std::span<const AnnotationRequest> requests, AnnotationLevel level, const Platform& platform) {
  Annotations selected;
  for (const AnnotationRequest& request : requests) {
    if (request.level == level && (!request.platform || same_platform(*request.platform, platform))) {
      selected[request.key] = request.value;
    }
  }
  return selected;
}

}  // namespace wasm_oci
