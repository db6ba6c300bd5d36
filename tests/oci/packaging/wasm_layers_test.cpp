#include "oci/packaging/wasm_layers.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using testing::core_module;
using testing::PackageInput;

// As runwasi reads it: an image's config for architecture wasm, a layer of a type that it takes for a module.
TEST(WasmLayers, IsAnImageWhoseLayerIsTheModule) {
  MemoryStore store;
  const PackedImage packed = PackageInput(core_module()).pack(Packaging::wasm_layers, store);
  const Manifest manifest = parse_manifest(packed.manifest_bytes);
  EXPECT_EQ(packaging_of(manifest), Packaging::wasm_layers);
  EXPECT_EQ(manifest.config.media_type, media_type::kOciConfig);
  ASSERT_EQ(manifest.layers.size(), 1U);
  EXPECT_EQ(manifest.layers.front().media_type, "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm");
  EXPECT_EQ(store.load(packed.config, NodeKind::blob),
            R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasi",)"
            R"("config":{"Entrypoint":["/app.wasm"],"Labels":{"containerd.runwasi.layers":")" +
                digest_of(manifest.layers.front().digest.hex()).hex() +
                R"("}},"rootfs":{"type":"layers","diff_ids":[]}})");
}

TEST(WasmLayers, TwoModulesAreTwoConfigs) {
  MemoryStore store;
  EXPECT_NE(PackageInput(core_module({"a"})).pack(Packaging::wasm_layers, store).config.digest,
            PackageInput(core_module({"b"})).pack(Packaging::wasm_layers, store).config.digest);
}

TEST(WasmLayers, AreForTheArchitectureWasmAlone) {
  const PackageInput input(core_module());
  const auto platform_of = [&](const std::string& asked) {
    return format(kWasmLayersPackager.platform(parse_platform(asked), input.description()));
  };
  EXPECT_EQ(platform_of("wasip1/wasm"), "wasip1/wasm");
  EXPECT_THROW(platform_of("wasi/wasm32"), UsageError);
  EXPECT_THROW(platform_of("linux/amd64"), UsageError);
}

}  // namespace
}  // namespace wasm_oci
