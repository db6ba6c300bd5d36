// Kubernetes with containerd: nodes pull for their own platform whatever shall run, and unpack by the platform of the
// config. containerd 2.3 (commit 871d58ca8) no longer unpacks for other platforms when a container is made.
#include "oci/clients/outlook.hpp"

namespace wasm_oci {
namespace {

std::string pod(const std::string& image, bool is_wasm) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n" +
         std::string(is_wasm ? "  runtimeClassName: wasmtime\n" : "") +
         "  containers:\n    - name: app\n      image: " + image;
}

}  // namespace

Outlook foresee_kubernetes(const Taken& taken, const Wish& wish) {
  if (!taken.is_wasm() && taken.packaging != Packaging::artifact) {
    if (is_wasm(wish.wanted) && wish.wasm) {
      return {.next = "nodes pull for their own platform, and run this; to run the Wasm image name its digest",
              .command = pod(wish.repository + "@" + wish.wasm->str(), true)};
    }
    const std::optional<std::string> why = why_nothing_starts(taken);
    return {.works = !why,
            .next = why ? "it cannot be run: " + *why : "it is unpacked and run",
            .command = pod(wish.name, false)};
  }
  const std::string image = wish.repository + "@" + taken.descriptor.digest.str();
  if (taken.packaging == Packaging::artifact) {
    return {.works = true,
            .next = "runwasi's shims run its module, where the pod has a command and a RuntimeClass",
            .command = pod(image, true) + "\n      command: [\"module.wasm\"]"};
  }
  if (const std::optional<std::string> why = why_nothing_starts(taken)) {
    return {.next = "it cannot be run: " + *why, .command = {}};
  }
  if (taken.packaging == Packaging::wasm_layers) {
    return {.works = true, .next = "runwasi's shims run its Wasm layer", .command = pod(image, true)};
  }
  return {.works = true,
          .next = "the shim of the RuntimeClass runs " + shown_start(taken) +
                  "; containerd 2.3 and later fail with \"parent snapshot … does not exist: not found\" unless "
                  "use_local_image_pull = true",
          .command = pod(image, true)};
}

}  // namespace wasm_oci
