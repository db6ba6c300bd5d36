// Kubernetes with containerd: nodes pull for their own platform whatever shall run, and by the platform of the config
// it is decided what is unpacked, and when.
#include "oci/clients/outlook.hpp"

#include <string>
#include <string_view>

namespace wasm_oci {
namespace {

std::string pod(const std::string& image, bool is_wasm) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\nspec:\n" +
         std::string(is_wasm ? "  runtimeClassName: wasmtime\n" : "") +
         "  containers:\n    - name: app\n      image: " + image;
}

// What becomes of files for another platform than the node's.
struct Unpacking {
  bool works;
  std::string_view how;  // behind what runs them
};

// Since 2.3.0 (commit 871d58ca8) neither the pull nor the making of a container unpacks them.
constexpr Unpacking kNever = {
    .works = false,
    .how =
        "; with containerd 2.3 and later that fails with \"parent snapshot … does not exist: not found\" unless "
        "use_local_image_pull = true below [plugins.\"io.containerd.cri.v1.images\"]"};
constexpr Unpacking kAlways = {.works = true, .how = "; containerd 2.3 no longer unpacks it by itself"};

// A module whatever it lies in.
Outlook foresee_wasm(const Taken& taken, const Wish& wish, const Unpacking& unpacking) {
  const std::string image = wish.repository + "@" + taken.descriptor.digest.str();
  const bool is_artifact = taken.packaging == Packaging::artifact;
  const std::optional<std::string> why = !is_artifact               ? why_nothing_starts(taken)
                                         : taken.unreadable.empty() ? std::nullopt
                                                                    : std::optional(taken.unreadable);
  if (why) {
    return {.next = "it cannot be run: " + *why, .command = {}};
  }
  if (is_artifact) {
    return {.works = true,
            .next = "runwasi's shims run its module, where the pod has a command and a RuntimeClass",
            .command = pod(image, true) + "\n      command: [\"module.wasm\"]"};
  }
  if (taken.packaging == Packaging::wasm_layers) {
    return {.works = true, .next = "runwasi's shims run its Wasm layer", .command = pod(image, true)};
  }
  return {.works = unpacking.works,
          .next = "the shim of the RuntimeClass runs " + shown_start(taken) + std::string(unpacking.how),
          .command = pod(image, true)};
}

Outlook foresee(const Taken& taken, const Wish& wish, const Unpacking& unpacking) {
  if (const auto why = why_layers_do_not_match(taken, Counted::as_they_come)) {
    return refuse(*why);
  }
  if (taken.is_wasm() || taken.packaging == Packaging::artifact) {
    return foresee_wasm(taken, wish, unpacking);
  }
  if (is_wasm(wish.wanted) && wish.wasm) {
    return {.next = "nodes pull for their own platform, and run this; to run the image for " + format(wish.wanted) +
                    " name its digest" + std::string(unpacking.works ? "" : unpacking.how),
            .command = pod(wish.repository + "@" + wish.wasm->str(), true)};
  }
  const std::optional<std::string> why = why_nothing_starts(taken);
  const std::string other = is_wasm(wish.wanted) ? "; that is no image for " + format(wish.wanted) : "";
  return {.works = !why,
          .next = why ? "it cannot be run: " + *why : "it is unpacked and run" + other,
          .command = pod(wish.name, false)};
}

Outlook foresee_nothing(const Wish& wish, const Unpacking& unpacking) {
  if (!is_wasm(wish.wanted) || !wish.wasm) {
    return {};
  }
  return {.next = "to run the image for " + format(wish.wanted) + " name its digest" +
                  std::string(unpacking.works ? "" : unpacking.how),
          .command = pod(wish.repository + "@" + wish.wasm->str(), true)};
}

}  // namespace

Outlook foresee_kubernetes(const Taken& taken, const Wish& wish) { return foresee(taken, wish, kNever); }
Outlook foresee_kubernetes_2_2(const Taken& taken, const Wish& wish) { return foresee(taken, wish, kAlways); }

Outlook foresee_kubernetes_nothing(const Wish& wish) { return foresee_nothing(wish, kNever); }
Outlook foresee_kubernetes_2_2_nothing(const Wish& wish) { return foresee_nothing(wish, kAlways); }

}  // namespace wasm_oci
