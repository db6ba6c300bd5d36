// The media types that this program writes or understands: OCI's (image-spec media-types.md) and Docker's older ones
// (distribution's image manifest version 2, schema 2). Anything else is carried along as an opaque string.
#pragma once

#include <optional>
#include <string_view>

namespace wasm_oci::media_type {

inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciEmpty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kOciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kOciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kDockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";
inline constexpr std::string_view kDockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

// Schema 1 manifests, which are refused.
inline constexpr std::string_view kDockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
inline constexpr std::string_view kDockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

// Wasm outside of tar layers, as several ecosystems spell it (docs of each: oci/packaging/packaging.hpp).
inline constexpr std::string_view kWasm = "application/wasm";
inline constexpr std::string_view kWasmConfig = "application/vnd.wasm.config.v0+json";
inline constexpr std::string_view kWasmToOciConfig = "application/vnd.wasm.config.v1+json";
inline constexpr std::string_view kWasmContentLayer = "application/vnd.wasm.content.layer.v1+wasm";
inline constexpr std::string_view kWasmComponentLayer = "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm";
inline constexpr std::string_view kSoloContentLayer = "application/vnd.module.wasm.content.layer.v1+wasm";
inline constexpr std::string_view kSpinApplication = "application/vnd.fermyon.spin.application.v1+config";

inline constexpr std::string_view kOctetStream = "application/octet-stream";

bool is_image_manifest(std::string_view media_type);  // OCI manifest or Docker schema 2
bool is_index(std::string_view media_type);           // OCI index or Docker manifest list
bool is_manifest(std::string_view media_type);        // either
bool is_image_config(std::string_view media_type);    // OCI or Docker
bool is_docker_schema1(std::string_view media_type);
// A layer that registries need not hold, because its licence forbids distribution (image-spec layer.md,
// "Non-Distributable Layers").
bool is_foreign_layer(std::string_view media_type);
bool is_wasm_layer(std::string_view media_type);  // a blob that is a Wasm binary as it is

bool is_plugin_document(std::string_view media_type);  // what Higress puts beside a plugin: its description, an icon

enum class Compression { none, gzip, zstd };

// How a tar layer of this type is compressed; nullopt for what is no tar layer. Foreign (non-distributable) layer types
// count as tar layers.
std::optional<Compression> layer_compression(std::string_view media_type);
// The OCI layer type with that compression.
std::string_view layer_type(Compression compression);

}  // namespace wasm_oci::media_type
