// containers/image, internal/pkg/platform/platform_matcher.go and internal/manifest/oci_index.go: names are compared as
// they are written; the best variant wins, of equals one that says it is compressed with zstd, then the first; an entry
// without a platform is for whatever nothing else is for.
#include "oci/clients/choice.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::string_view kZstd = "io.github.containers.compression.zstd";

// Those that its machines run, the best first. Only these architectures have variants that are known to stand in.
std::vector<std::string_view> variants_run(const Platform& wanted) {
  static constexpr std::array<std::string_view, 3> kArm = {"v7", "v6", "v5"};
  if (wanted.variant.empty()) {
    return wanted.architecture == "arm64" ? std::vector<std::string_view>{"", "v8"} : std::vector<std::string_view>{""};
  }
  const auto known = wanted.architecture == "arm" ? std::ranges::find(kArm, wanted.variant) : kArm.end();
  std::vector<std::string_view> variants(known, kArm.end());
  if (variants.empty()) {
    variants.push_back(wanted.variant);
  }
  variants.emplace_back();
  return variants;
}

bool says_zstd(const Descriptor& entry) {
  const auto found = entry.annotations.find(std::string(kZstd));
  return found != entry.annotations.end() && found->second == "true";
}

}  // namespace

std::optional<Descriptor> choose_as_podman(const Index& index, const Platform& wanted) {
  std::optional<Descriptor> chosen;
  const auto choose = [&](const auto& fits) {
    for (const Descriptor& entry : index.manifests) {
      if (fits(entry) && (!chosen || (says_zstd(entry) && !says_zstd(*chosen)))) {
        chosen = entry;
      }
    }
    return chosen.has_value();
  };
  for (const std::string_view variant : variants_run(wanted)) {
    if (choose([&](const Descriptor& entry) {
          return entry.platform && entry.platform->os == wanted.os &&
                 entry.platform->architecture == wanted.architecture && entry.platform->variant == variant;
        })) {
      return chosen;
    }
  }
  choose([](const Descriptor& entry) { return !entry.platform.has_value(); });
  return chosen;
}

}  // namespace wasm_oci
