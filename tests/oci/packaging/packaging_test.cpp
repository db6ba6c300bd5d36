#include "oci/packaging/packaging.hpp"

#include "oci/media_type.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

std::optional<Packaging> told_by(std::string_view config, const std::vector<std::string_view>& layers) {
  const auto of_type = [](std::string_view type) {
    return Descriptor{.media_type = std::string(type), .digest = digest_of(type), .size = type.size()};
  };
  Manifest manifest{.media_type = std::string(media_type::kOciManifest), .config = of_type(config)};
  for (const std::string_view layer : layers) {
    manifest.layers.push_back(of_type(layer));
  }
  return packaging_of(manifest);
}

TEST(Packaging, AnImageHasTarLayers) {
  EXPECT_EQ(told_by(media_type::kOciConfig, {media_type::kOciLayerGzip, media_type::kOciLayer}), Packaging::image);
  EXPECT_EQ(told_by(media_type::kDockerConfig, {media_type::kDockerLayerGzip}), Packaging::image);
  EXPECT_EQ(told_by(media_type::kOciConfig, {media_type::kOciLayerGzip, media_type::kWasm}), std::nullopt);
  EXPECT_EQ(told_by(media_type::kOciConfig, {}), std::nullopt);
}

TEST(Packaging, EachEcosystemIsKnownByItsTypes) {
  EXPECT_EQ(told_by("application/vnd.wasm.config.v0+json", {"application/wasm"}), Packaging::artifact);
  EXPECT_EQ(told_by(media_type::kOciConfig, {"application/wasm"}), Packaging::wasm_layers);
  EXPECT_EQ(told_by(media_type::kOciConfig, {"application/vnd.bytecodealliance.wasm.component.layer.v0+wasm"}),
            Packaging::wasm_layers);
  EXPECT_EQ(told_by("application/vnd.wasm.config.v1+json", {"application/vnd.wasm.content.layer.v1+wasm"}),
            Packaging::wasm_to_oci);
  EXPECT_EQ(told_by("application/vnd.oci.image.config.v1+json", {"application/vnd.module.wasm.config.v1+json",
                                                                 "application/vnd.module.wasm.content.layer.v1+wasm"}),
            Packaging::solo);
  EXPECT_EQ(told_by(media_type::kOciConfig,
                    {"application/vnd.wasm.content.layer.v1+wasm", "application/vnd.wasm.content.layer.v1+data",
                     "application/vnd.fermyon.spin.application.v1+config"}),
            Packaging::spin);
}

TEST(Packaging, WhatIsUnknownStaysSo) {
  EXPECT_EQ(
      told_by("application/vnd.cncf.helm.config.v1+json", {"application/vnd.cncf.helm.chart.content.v1.tar+gzip"}),
      std::nullopt);
  EXPECT_EQ(told_by(media_type::kOciEmpty, {"application/wasm"}), std::nullopt);
}

TEST(Packaging, IsNamedAsAsTakesItWhereItIsWritten) {
  for (const Packaging packaging : {Packaging::image, Packaging::artifact, Packaging::wasm_layers, Packaging::envoy}) {
    EXPECT_EQ(parse_packaging(to_string(packaging)), packaging);
  }
  EXPECT_EQ(parse_packaging("wasm-layers"), Packaging::wasm_layers);
  EXPECT_EQ(parse_packaging("runwasi"), Packaging::wasm_layers);
  EXPECT_EQ(parse_packaging("istio"), Packaging::envoy);
}

TEST(Packaging, WhatIsOnlyReadIsNoKindOfAs) {
  for (const Packaging packaging : {Packaging::spin, Packaging::solo, Packaging::wasm_to_oci}) {
    EXPECT_NE(to_string(packaging), "");
    EXPECT_EQ(parse_packaging(to_string(packaging)), std::nullopt);
  }
  for (const std::string_view word : {"", "Image", "image ", "images", "wasm_layers", "docker"}) {
    EXPECT_EQ(parse_packaging(word), std::nullopt) << word;
  }
}

TEST(Packaging, TheTypesThatOneAloneHasComeFirst) {
  EXPECT_EQ(told_by(media_type::kWasmConfig, {media_type::kWasm, media_type::kSpinApplication}), Packaging::spin);
  EXPECT_EQ(told_by(media_type::kDockerConfig, {media_type::kSoloContentLayer}), Packaging::solo);
  EXPECT_EQ(told_by(media_type::kWasmConfig, {}), Packaging::artifact);
}

}  // namespace
}  // namespace wasm_oci
