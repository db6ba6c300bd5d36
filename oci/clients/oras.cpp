// oras-go, internal/platform/platform.go (Match, SelectManifest): as go-containerregistry, but an entry without a
// platform is for nothing; of a manifest alone the config is asked, where a platform is.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <string>
#include <string_view>

namespace wasm_oci {

Picked pick_as_oras(Store& store, const Index& index, const Platform& asked) {
  Index named = index;
  for (Descriptor& entry : named.manifests) {
    if (!entry.platform) {
      entry.platform = Platform{};
    }
  }
  Picked picked = pick_as_go_containerregistry(store, named, asked);
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    if (!index.manifests[i].platform) {
      picked.passed_over[i] = what_it_is_for(index.manifests[i]);
    }
  }
  return picked;
}

namespace {

constexpr std::string_view kPulled = "its layers become files, by their titles; nothing is run";

bool is_config_of_its_kind(const Taken& taken) {
  const bool is_docker = taken.descriptor.media_type == media_type::kDockerManifest;
  return taken.manifest.config.media_type == (is_docker ? media_type::kDockerConfig : media_type::kOciConfig);
}

}  // namespace

Outlook foresee_oras(const Taken& taken, const Wish& wish) {
  if (!wish.is_alone) {
    return {.works = true,
            .next = std::string(kPulled),
            .command = "oras pull --platform " + format(wish.asked) + " " + wish.name};
  }
  const std::string pull = "oras pull " + wish.name;
  if (!taken.config || !is_config_of_its_kind(taken)) {
    return {.works = true,
            .next = std::string(kPulled) +
                    "; with --platform oras fails: \"fail to recognize platform from unknown config " +
                    excerpt(taken.manifest.config.media_type) + "\"",
            .command = pull};
  }
  if (!is_for_platform(taken.config->platform, wish.asked)) {
    Outlook outlook = refuse("\"platform in manifest does not match target platform\"");
    outlook.next += "; without --platform its layers become files";
    outlook.command = pull;
    return outlook;
  }
  return {.works = true, .next = std::string(kPulled), .command = pull};
}

}  // namespace wasm_oci
