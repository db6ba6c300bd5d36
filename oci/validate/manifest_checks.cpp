#include "oci/validate/manifest_checks.hpp"

#include "oci/media_type.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/text.hpp"
#include "oci/validate/content_kind.hpp"

#include <algorithm>
#include <string>

namespace wasm_oci {
namespace {

bool is_docker_type(std::string_view type) { return type.starts_with("application/vnd.docker."); }
bool is_oci_image_type(std::string_view type) { return type.starts_with("application/vnd.oci.image."); }

class ManifestChecks {
 public:
  ManifestChecks(const LooseManifest& manifest, std::string_view media_type, ContentKind kind, const Place& place,
                 Findings& findings)
      : manifest_(manifest),
        is_docker_(media_type == media_type::kDockerManifest),
        kind_(kind),
        place_(place),
        findings_(findings) {}

  void check() {
    check_annotations();
    if (is_image(kind_)) {
      check_image();
    }
    if (kind_ == ContentKind::artifact) {
      check_artifact();
    }
    if (kind_ == ContentKind::wasm_to_oci || kind_ == ContentKind::solo) {
      add("MAN016", "config.mediaType",
          "the types are those of " + std::string(kind_ == ContentKind::solo ? "Solo" : "wasm-to-oci"));
    }
    for (const LooseDescriptor& layer : manifest_.layers) {
      check_title(layer);
    }
  }

 private:
  void add(std::string_view rule, std::string path, std::string message) {
    findings_.add(rule, place_, std::move(path), std::move(message));
  }

  void check_annotations() {
    if (is_docker_ && has_annotations(manifest_.json)) {
      add("MAN020", "annotations", "a Docker manifest has annotations");
    }
    const auto variant = manifest_.annotations.find(std::string(kVariantAnnotation));
    if (variant == manifest_.annotations.end()) {
      return;
    }
    const bool has_files =
        !manifest_.layers.empty() && media_type::layer_compression(manifest_.layers.back().media_type);
    if (variant->second != kVariant) {
      add("MAN018", "annotations",
          std::string(kVariantAnnotation) + " is " + excerpt(variant->second) + ", not compat");
    } else if (!has_files) {
      add("MAN018", "annotations", std::string(kVariantAnnotation) + " is compat, and the last layer holds no files");
    }
  }

  void check_image() {
    check_config_type();
    if (manifest_.layers.empty()) {
      add("MAN004", "layers", "the image has no layers");
    }
    for (const LooseDescriptor& layer : manifest_.layers) {
      check_layer(layer);
    }
    if (!text_of(manifest_.json, "artifactType").empty()) {
      add("MAN011", "artifactType", "an image says artifactType");
    }
    if (object_of(manifest_.json, "subject")) {
      add("MAN012", "subject", "an image has a subject");
    }
  }

  void check_config_type() {
    if (!manifest_.config) {
      return;  // DOC003
    }
    const std::string& type = manifest_.config->media_type;
    if (is_docker_ ? type == media_type::kOciConfig : type == media_type::kDockerConfig) {
      add("MAN002", "config.mediaType",
          is_docker_ ? "a Docker manifest has an OCI config" : "an OCI manifest has a Docker config");
    }
  }

  void check_layer(const LooseDescriptor& layer) {
    const std::string& type = layer.media_type;
    const std::string path = layer.json.path() + ".mediaType";
    const bool is_known = media_type::layer_compression(type).has_value();
    const bool is_wasm = media_type::is_wasm_layer(type) || media_type::is_plugin_document(type);
    if (!is_known && !is_wasm) {
      add("MAN003", path, "a layer of the type " + excerpt(type) + " is not known");
    } else if (is_docker_ ? is_oci_image_type(type) : is_docker_type(type)) {
      add("MAN003", path,
          std::string(is_docker_ ? "a Docker manifest" : "an OCI manifest") + " has a layer of the type " +
              excerpt(type));
    }
    if (is_docker_ && type == media_type::kDockerLayerZstd) {
      findings_.add_for({"podman", "skopeo", "crio"}, "MAN003", place_, path,
                        "a layer of the type " + excerpt(type) + " is not known");
    }
    if (type == media_type::kWasmContentLayer) {
      add("MAN016", path, "the type of the layer is that of wasm-to-oci");
    }
    if (media_type::layer_compression(type) == media_type::Compression::zstd) {
      add("MAN008", path, "the layer is compressed with zstd");
    }
    if (media_type::is_foreign_layer(type)) {
      add("MAN009", path, "the layer is not distributed: " + excerpt(type));
    }
  }

  void check_artifact() {
    if (manifest_.layers.size() != 1) {
      add("MAN013", "layers", "a Wasm artifact has " + std::to_string(manifest_.layers.size()) + " layers, not one");
    } else if (manifest_.layers.front().media_type != media_type::kWasm) {
      add("MAN013", "layers[0].mediaType",
          "the layer of a Wasm artifact is " + excerpt(manifest_.layers.front().media_type) + ", not application/wasm");
    }
  }

  void check_title(const LooseDescriptor& layer) {
    if (!media_type::is_wasm_layer(layer.media_type) || kind_ == ContentKind::unknown) {
      return;
    }
    const auto title = layer.annotations.find(std::string(annotation::kTitle));
    if (title == layer.annotations.end() || title->second.empty()) {
      add("MAN017", layer.json.path() + ".annotations", "the module has no title");
    }
  }

  const LooseManifest& manifest_;
  bool is_docker_;
  ContentKind kind_;
  const Place& place_;
  Findings& findings_;
};

}  // namespace

void check_manifest(const LooseManifest& manifest, std::string_view media_type, ContentKind kind, const Place& place,
                    Findings& findings) {
  ManifestChecks(manifest, media_type, kind, place, findings).check();
}

}  // namespace wasm_oci
