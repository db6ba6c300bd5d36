#include "oci/clients/families.hpp"

#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string_view>

namespace wasm_oci {
namespace {

void add_older(std::vector<Platform>& platforms, const Platform& platform, std::span<const std::string_view> variants) {
  for (const std::string_view variant : variants) {
    platforms.push_back(
        normalize({.os = platform.os, .architecture = platform.architecture, .variant = std::string(variant)}));
  }
}

std::span<const std::string_view> older_than(std::string_view variant, std::span<const std::string_view> newest_first) {
  const auto found = std::ranges::find(newest_first, variant);
  return found == newest_first.end() ? std::span<const std::string_view>()
                                     : std::span(std::next(found), newest_first.end());
}

}  // namespace

void forget_what_nobody_picks_by(Index& index) {
  index.annotations.clear();
  for (Descriptor& entry : index.manifests) {
    std::erase_if(entry.annotations, [](const auto& annotation) { return annotation.first != kZstdAnnotation; });
  }
}

std::vector<Platform> platforms_run_by(const Platform& asked) {
  static constexpr std::array<std::string_view, 4> kAmd64 = {"v4", "v3", "v2", "v1"};
  static constexpr std::array<std::string_view, 4> kArm = {"v8", "v7", "v6", "v5"};
  std::vector<Platform> platforms = {normalize(asked)};
  const Platform exact = platforms.front();
  if (exact.architecture == "amd64") {
    add_older(platforms, exact, older_than(exact.variant, kAmd64));
    platforms.push_back({.os = exact.os, .architecture = "386"});
  } else if (exact.architecture == "arm") {
    add_older(platforms, exact, older_than(exact.variant, kArm));
  } else if (exact.architecture == "arm64") {
    add_older(platforms, {.os = exact.os, .architecture = "arm"}, kArm);
  }
  return platforms;
}

std::optional<std::size_t> rank_of(const Descriptor& entry, const std::vector<Platform>& platforms) {
  if (!entry.platform) {
    return std::nullopt;
  }
  const Platform own = normalize(*entry.platform);
  const auto found = std::ranges::find_if(platforms, [&](const Platform& platform) {
    return own.os == platform.os && own.architecture == platform.architecture && own.variant == platform.variant;
  });
  return found == platforms.end() ? std::nullopt
                                  : std::optional(static_cast<std::size_t>(std::distance(platforms.begin(), found)));
}

std::string what_it_is_for(const Descriptor& entry) {
  return entry.platform ? "is for " + excerpt(format(*entry.platform)) : "names no platform";
}

}  // namespace wasm_oci
