// containers/image, internal/pkg/platform/platform_matcher.go and internal/manifest/oci_index.go: names are compared as
// they are written; the best variant wins, of equals one that says it is compressed with zstd, then the first; an entry
// without a platform is for whatever nothing else is for.
#include "oci/clients/families.hpp"

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

Picked pick_as_containers_image(Store& /*store*/, const Index& index, const Platform& asked) {
  const std::vector<std::string_view> variants = variants_run(asked);
  const auto rank = [&](const Descriptor& entry) -> std::optional<std::size_t> {
    if (!entry.platform) {
      return variants.size();
    }
    const auto variant = entry.platform->os == asked.os && entry.platform->architecture == asked.architecture
                             ? std::ranges::find(variants, entry.platform->variant)
                             : variants.end();
    return variant == variants.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(std::distance(variants.begin(), variant)));
  };
  Picked picked(index);
  std::size_t best = 0;
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& entry = index.manifests[i];
    const std::optional<std::size_t> own = rank(entry);
    picked.passed_over[i] = what_it_is_for(entry);
    if (!own) {
      continue;
    }
    if (!picked.entry || *own < best ||
        (*own == best && says_zstd(entry) && !says_zstd(index.manifests[*picked.entry]))) {
      best = *own;
      picked.entry = i;
    }
    picked.passed_over[i] = "is as good as another, or less so: the best variant is taken, then zstd, then the first";
  }
  if (picked.entry) {
    picked.passed_over[*picked.entry].clear();
  }
  return picked;
}

}  // namespace wasm_oci
