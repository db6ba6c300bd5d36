// oras-go, internal/platform (MatchPlatform): as go-containerregistry, but an entry without a platform is for nothing.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"

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

Outlook foresee_oras(const Taken& /*taken*/, const Wish& wish) {
  return {.works = true,
          .next = "its layers become files, by their titles; nothing is run",
          .command = "oras pull --platform " + format(wish.asked) + " " + wish.name};
}

}  // namespace wasm_oci
