// regclient, types/platform/compare.go (Compatible, Better): of the entries that a machine for the platform can run,
// the best variant, of equals the first; for an OS that it does not know, as wasi, versions and features have to be
// equal.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace wasm_oci {
namespace {

// "v8" and "8" are 8; what is no number is 0.
int version_of(std::string_view variant) {
  if (variant.starts_with('v')) {
    variant.remove_prefix(1);
  }
  int version = 0;
  const auto [parsed, error] = std::from_chars(variant.begin(), variant.end(), version);
  return error == std::errc() && parsed == variant.end() ? version : 0;
}

bool is_known(std::string_view os) {
  static constexpr std::array<std::string_view, 2> kKnown = {"linux", "freebsd"};
  return std::ranges::find(kKnown, os) != kKnown.end();
}

bool is_compatible(const Platform& asked, const Platform& entry) {
  const int can = version_of(asked.variant);
  const int needs = version_of(entry.variant);
  const bool variant_fits =
      can >= needs || (can == 1 && entry.variant.empty()) || (asked.variant.empty() && needs == 1);
  return asked.os == entry.os && asked.architecture == entry.architecture && variant_fits &&
         (is_known(asked.os) || (asked.os_version == entry.os_version && asked.os_features == entry.os_features));
}

// Whether `entry` is a better answer than `other`; both are compatible.
bool is_better(const Platform& asked, const Platform& entry, const Platform& other) {
  if (entry.variant == other.variant || other.variant == asked.variant) {
    return false;
  }
  return entry.variant == asked.variant || version_of(entry.variant) > version_of(other.variant);
}

}  // namespace

Picked pick_as_regclient(Store& /*store*/, const Index& index, const Platform& wanted) {
  const Platform asked = normalize(wanted);
  Picked picked(index);
  Platform best;
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& entry = index.manifests[i];
    picked.passed_over[i] = what_it_is_for(entry);
    if (!entry.platform) {
      continue;
    }
    const Platform own = normalize(*entry.platform);
    if (!is_compatible(asked, own)) {
      continue;
    }
    if (!picked.entry || is_better(asked, own, best)) {
      best = own;
      picked.entry = i;
    } else {
      picked.passed_over[i] = "comes after one that is as near to what is asked for, or nearer";
    }
  }
  if (picked.entry) {
    picked.passed_over[*picked.entry].clear();
  }
  return picked;
}

Outlook foresee_regctl(const Taken& /*taken*/, const Wish& wish) {
  return {.works = true,
          .next = "it is fetched; nothing is run",
          .command = "regctl manifest get --platform " + format(wish.asked) + " " + wish.name};
}

}  // namespace wasm_oci
