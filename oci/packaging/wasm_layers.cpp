#include "oci/packaging/wasm_layers.hpp"

#include "oci/digest.hpp"
#include "oci/media_type.hpp"

namespace wasm_oci {
namespace {

// As runwasi's oci-tar-builder has it: containerd knows an image by its config's digest, and without diff_ids two
// images with the same command would have the same config.
constexpr std::string_view kLayersLabel = "containerd.runwasi.layers";

}  // namespace

PackedImage pack_wasm_layers(const WasmLayersContent& content, LocalStore& store) {
  ImageConfig config{.created = content.created,
                     .platform = {.os = content.os, .architecture = "wasm"},
                     .env = content.env,
                     .entrypoint = content.entrypoint,
                     .cmd = content.cmd,
                     .labels = content.labels};
  config.labels.insert_or_assign(std::string(kLayersLabel), digest_of(content.module.digest.str()).hex());
  Descriptor layer = content.module;
  layer.media_type = media_type::kWasmComponentLayer;
  layer.annotations = {{std::string(annotation::kTitle), content.title}};
  return pack_manifest({.media_type = std::string(media_type::kOciManifest),
                        .config = store.add(media_type::kOciConfig, serialize(config)),
                        .layers = {std::move(layer)},
                        .annotations = content.annotations});
}

}  // namespace wasm_oci
