// go-containerregistry, pkg/v1/remote/index.go (childByPlatform): the first entry for the platform, names compared as
// they are written; what is asked for without a variant matches any; an entry without a platform is for linux/amd64.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"

#include <algorithm>

namespace wasm_oci {

bool is_for_platform(const Platform& given, const Platform& asked) {
  const auto is_given = [&](const std::string& feature) {
    return std::ranges::find(given.os_features, feature) != given.os_features.end();
  };
  return given.os == asked.os && given.architecture == asked.architecture &&
         (asked.variant.empty() || given.variant == asked.variant) &&
         (asked.os_version.empty() || given.os_version == asked.os_version) &&
         std::ranges::all_of(asked.os_features, is_given);
}

Picked pick_as_go_containerregistry(Store& /*store*/, const Index& index, const Platform& asked) {
  return pick_first(index, [&](const Descriptor& entry) {
    return is_for_platform(entry.platform.value_or(Platform{.os = "linux", .architecture = "amd64"}), asked);
  });
}

std::string go_containerregistry_finds_nothing(const Wish& wish, const Descriptor& /*index*/) {
  return "no child with platform " + format(wish.asked) + " in index " + wish.name;
}

Outlook foresee_crane(const Taken& /*taken*/, const Wish& wish) {
  return {.works = true,
          .next = "it is fetched; nothing is run",
          .command = "crane pull --platform " + format(wish.asked) + " " + wish.name + " image.tar"};
}

}  // namespace wasm_oci
