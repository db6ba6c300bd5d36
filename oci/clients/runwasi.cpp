// runwasi's shims with Wasm layers (containerd-shim-wasm, containerd/client.rs): they read what the image's name
// resolves to as a manifest, want the architecture wasm, and take layers of these types.
#include "oci/clients/outlook.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>

namespace wasm_oci {

std::string runwasi_finds_nothing(const Wish& /*wish*/, const Descriptor& /*index*/) {
  return "Error obtaining wasm layers for container: an index is no manifest. Will attempt to use files inside "
         "container image";
}

Outlook foresee_runwasi_layers(const Taken& taken, const Wish& wish) {
  const auto is_wasm_layer = [](const Descriptor& layer) {
    return layer.media_type == media_type::kWasm || layer.media_type == media_type::kWasmComponentLayer;
  };
  if (std::ranges::none_of(taken.manifest.layers, is_wasm_layer)) {
    return {.next = "it has no Wasm layers; the files of the image are used", .command = {}};
  }
  if (taken.config && taken.config->platform.architecture != "wasm") {
    return {.next = "\"manifest is not in WASM OCI image format\": its config says " +
                    excerpt(format(taken.config->platform)),
            .command = {}};
  }
  return {.works = true,
          .next = "the shim runs its Wasm layer",
          .command = "ctr run --rm --runtime io.containerd.wasmtime.v1 " + wish.name + " NAME"};
}

}  // namespace wasm_oci
