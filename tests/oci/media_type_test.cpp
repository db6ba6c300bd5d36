#include "oci/media_type.hpp"

#include <gtest/gtest.h>

namespace wasm_oci::media_type {
namespace {

TEST(MediaType, ManifestsAndIndexesOfBothFamiliesAreKnown) {
  for (const std::string_view type : {kOciManifest, kDockerManifest}) {
    EXPECT_TRUE(is_image_manifest(type) && is_manifest(type) && !is_index(type)) << type;
  }
  for (const std::string_view type : {kOciIndex, kDockerManifestList}) {
    EXPECT_TRUE(is_index(type) && is_manifest(type) && !is_image_manifest(type)) << type;
  }
  for (const std::string_view type : {kDockerSchema1, kDockerSchema1Signed}) {
    EXPECT_TRUE(is_docker_schema1(type) && !is_manifest(type)) << type;
  }
  for (const std::string_view type : {std::string_view(), kOciConfig, kOciLayerGzip, kOctetStream}) {
    EXPECT_FALSE(is_manifest(type) || is_docker_schema1(type)) << type;
  }
}

TEST(MediaType, ComparesWholeAndCaseSensitively) {
  EXPECT_FALSE(is_image_manifest("application/vnd.oci.image.manifest.v1+json; charset=utf-8"));
  EXPECT_FALSE(is_image_manifest("application/vnd.OCI.image.manifest.v1+json"));
  EXPECT_FALSE(is_image_manifest("application/vnd.oci.image.manifest.v1+jso"));
}

TEST(MediaType, ImageConfigsAreThoseOfOciAndDocker) {
  EXPECT_TRUE(is_image_config(kOciConfig));
  EXPECT_TRUE(is_image_config(kDockerConfig));
  EXPECT_FALSE(is_image_config("application/vnd.wasm.config.v0+json"));
}

TEST(MediaType, LayersTellTheirCompression) {
  EXPECT_EQ(layer_compression("application/vnd.oci.image.layer.v1.tar"), Compression::none);
  EXPECT_EQ(layer_compression("application/vnd.oci.image.layer.v1.tar+gzip"), Compression::gzip);
  EXPECT_EQ(layer_compression("application/vnd.oci.image.layer.v1.tar+zstd"), Compression::zstd);
  EXPECT_EQ(layer_compression("application/vnd.docker.image.rootfs.diff.tar"), Compression::none);
  EXPECT_EQ(layer_compression("application/vnd.docker.image.rootfs.diff.tar.gzip"), Compression::gzip);
  EXPECT_EQ(layer_compression("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), Compression::gzip);
  EXPECT_EQ(layer_compression("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"), Compression::zstd);
  EXPECT_EQ(layer_compression("application/wasm"), std::nullopt);
  EXPECT_EQ(layer_compression("application/vnd.oci.image.layer.v1.tar+bzip2"), std::nullopt);
}

TEST(MediaType, ALayerTypeHasTheCompressionItWasMadeFor) {
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    EXPECT_EQ(layer_compression(layer_type(compression)), compression);
  }
}

}  // namespace
}  // namespace wasm_oci::media_type
