// regclient, types/platform/compare.go (Compatible, Better): of the entries that a machine for the platform can run,
// the best variant, of equals the newest version of the OS, then the first. Windows and macOS run Linux, too, in a
// virtual machine, and prefer their own; Windows minds the first three numbers of its version, where it is asked for by
// one. For an OS that it does not know, as wasi, versions and features have to be equal.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <ranges>
#include <string_view>
#include <system_error>
#include <vector>

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

// "10.0.20348" of "10.0.20348.1".
std::string_view release_of(std::string_view os_version) {
  constexpr int kNumbers = 3;
  std::size_t end = 0;
  for (int i = 0; i < kNumbers; ++i) {
    end = os_version.find('.', i == 0 ? 0 : end + 1);
    if (end == std::string_view::npos) {
      return os_version;
    }
  }
  return os_version.substr(0, end);
}

bool has_os_for(const Platform& asked, const Platform& entry) {
  if (asked.os == "linux" || asked.os == "freebsd") {
    return entry.os == asked.os;
  }
  if (asked.os == "windows") {
    return entry.os == "linux" ||
           (entry.os == asked.os &&
            (asked.os_version.empty() || release_of(asked.os_version) == release_of(entry.os_version)));
  }
  if (asked.os == "darwin") {
    return entry.os == "linux" || entry.os == asked.os;
  }
  return entry.os == asked.os && asked.os_version == entry.os_version && asked.os_features == entry.os_features;
}

bool is_compatible(const Platform& asked, const Platform& entry) {
  const int can = version_of(asked.variant);
  const int needs = version_of(entry.variant);
  const bool variant_fits =
      can >= needs || (can == 1 && entry.variant.empty()) || (asked.variant.empty() && needs == 1);
  return asked.architecture == entry.architecture && variant_fits && has_os_for(asked, entry);
}

// Whether the numbers of `version` come after those of `other`; what is no number comes before all.
bool is_newer(std::string_view version, std::string_view other) {
  const auto numbers = [](std::string_view text) {
    std::vector<int> found;
    for (const auto part : std::views::split(text, '.')) {
      const std::string_view digits(part.begin(), part.end());
      int number = 0;
      const auto [parsed, error] = std::from_chars(digits.begin(), digits.end(), number);
      found.push_back(error == std::errc() && parsed == digits.end() ? number : -1);
    }
    return found;
  };
  return std::ranges::lexicographical_compare(numbers(other), numbers(version));
}

// Whether `entry` is a better answer than `other`; both are compatible.
bool is_better(const Platform& asked, const Platform& entry, const Platform& other) {
  if (entry.os != other.os) {
    return entry.os == asked.os;
  }
  if (entry.variant != other.variant) {
    if (entry.variant == asked.variant || other.variant == asked.variant) {
      return entry.variant == asked.variant;
    }
    if (version_of(entry.variant) != version_of(other.variant)) {
      return version_of(entry.variant) > version_of(other.variant);
    }
  }
  if (entry.os_version == other.os_version || other.os_version == asked.os_version) {
    return false;
  }
  return entry.os_version == asked.os_version || is_newer(entry.os_version, other.os_version);
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
