#include "oci/packaging/image.hpp"

#include "oci/media_type.hpp"

namespace wasm_oci {

PackedImage pack_manifest(const Manifest& manifest) {
  std::string bytes = serialize(manifest);
  const Descriptor descriptor = describe(manifest.media_type, bytes);
  return {.manifest = descriptor, .manifest_bytes = std::move(bytes), .config = manifest.config};
}

PackedImage pack_image(const ImageContent& content, LocalStore& store) {
  ImageConfig config{.created = content.created,
                     .platform = content.platform,
                     .user = content.user,
                     .env = content.env,
                     .entrypoint = content.entrypoint,
                     .cmd = content.cmd,
                     .workdir = content.workdir,
                     .labels = content.labels};
  std::vector<Descriptor> layers;
  for (const ImageLayer& image_layer : content.layers) {
    config.diff_ids.push_back(image_layer.layer.diff_id);
    config.history.push_back({.created = content.created, .created_by = image_layer.created_by});
    layers.push_back(image_layer.layer.descriptor);
  }
  return pack_manifest({.media_type = std::string(media_type::kOciManifest),
                        .config = store.add(media_type::kOciConfig, serialize(config)),
                        .layers = std::move(layers),
                        .annotations = content.annotations});
}

}  // namespace wasm_oci
