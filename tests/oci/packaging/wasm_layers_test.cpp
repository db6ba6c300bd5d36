#include "oci/packaging/wasm_layers.hpp"

#include "oci/media_type.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/store/memory_store.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

PackedImage pack(MemoryStore& store, const std::string& rest) {
  return pack_wasm_layers({.module = store.add(media_type::kOctetStream, std::string("\0asm\1\0\0\0", 8) + rest),
                           .title = "app.wasm",
                           .os = "wasip1",
                           .created = "1970-01-01T00:00:00Z",
                           .entrypoint = {"/app.wasm"}},
                          store);
}

// As runwasi reads it: an image's config for architecture wasm, a layer of a type that it takes for a module.
TEST(WasmLayers, IsAnImageWhoseLayerIsTheModule) {
  MemoryStore store;
  const PackedImage packed = pack(store, "");
  const Manifest manifest = parse_manifest(packed.manifest_bytes);
  EXPECT_EQ(packaging_of(manifest), Packaging::wasm_layers);
  EXPECT_EQ(manifest.config.media_type, media_type::kOciConfig);
  ASSERT_EQ(manifest.layers.size(), 1U);
  EXPECT_EQ(manifest.layers.front().media_type, "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm");
  EXPECT_EQ(store.load(packed.config, NodeKind::blob),
            R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip1",)"
            R"("config":{"Entrypoint":["/app.wasm"],"Labels":{"containerd.runwasi.layers":")" +
                digest_of(manifest.layers.front().digest.str()).hex() +
                R"("}},"rootfs":{"type":"layers","diff_ids":[]}})");
}

TEST(WasmLayers, TwoModulesAreTwoConfigs) {
  MemoryStore store;
  EXPECT_NE(pack(store, "1").config.digest, pack(store, "2").config.digest);
}

}  // namespace
}  // namespace wasm_oci
