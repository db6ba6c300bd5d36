// containerd, core/images/image.go (Manifest) and containerd/platforms (Only, platformVector): of the entries that are
// for the platform, or for one that its machines run as well, the nearest; an entry without a platform comes last, and
// its config is asked, but only that of the first.
#include "oci/clients/choice.hpp"
#include "oci/image_platforms.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

// What its machines run, the nearest first. For Wasm nothing stands in.
std::vector<Platform> platforms_run(const Platform& wanted) {
  static constexpr std::array<std::string_view, 4> kAmd64 = {"v4", "v3", "v2", "v1"};
  static constexpr std::array<std::string_view, 4> kArm = {"v8", "v7", "v6", "v5"};
  std::vector<Platform> platforms = {normalize(wanted)};
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

bool matches(const Platform& wanted, const Platform& entry) {
  return entry.os == wanted.os && entry.architecture == wanted.architecture && entry.variant == wanted.variant;
}

}  // namespace

std::optional<Descriptor> choose_as_containerd(Store& store, const Index& index, const Platform& wanted) {
  for (const Platform& platform : platforms_run(wanted)) {
    for (const Descriptor& entry : index.manifests) {
      if (entry.platform && matches(platform, normalize(*entry.platform))) {
        return entry;
      }
    }
  }
  const auto nameless =
      std::ranges::find_if(index.manifests, [](const Descriptor& entry) { return !entry.platform.has_value(); });
  if (nameless == index.manifests.end()) {
    return std::nullopt;
  }
  const std::optional<Platform> own = platform_of_entry(store, *nameless);
  const auto runs = [&](const Platform& platform) { return own && matches(platform, normalize(*own)); };
  return std::ranges::any_of(platforms_run(wanted), runs) ? std::optional(*nameless) : std::nullopt;
}

}  // namespace wasm_oci
