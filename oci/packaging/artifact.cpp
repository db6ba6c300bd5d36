#include "oci/packaging/artifact.hpp"

#include "oci/media_type.hpp"

namespace wasm_oci {

PackedImage pack_artifact(const ArtifactContent& content, LocalStore& store) {
  const WasmConfig config{.created = content.created,
                          .author = content.author,
                          .os = content.os,
                          .layers = {content.module.digest},
                          .component = content.component};
  Descriptor layer = content.module;
  layer.media_type = media_type::kWasm;
  layer.annotations = {{std::string(annotation::kTitle), content.title}};
  // No artifactType: the specification has none, and the config's type says it all.
  return pack_manifest({.media_type = std::string(media_type::kOciManifest),
                        .config = store.add(media_type::kWasmConfig, serialize(config)),
                        .layers = {std::move(layer)},
                        .annotations = content.annotations});
}

}  // namespace wasm_oci
