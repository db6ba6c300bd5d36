#include "oci/packaging/artifact.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using testing::component;
using testing::core_module;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PackageInput;

// Field by field as the specification has it, and as wkg 0.16 reads it: one layer of exactly this type, mediaType in
// the manifest, no artifactType.
TEST(Artifact, HasTheBytesOfTheSpecification) {
  MemoryStore store;
  const PackageInput input(core_module());
  const PackedImage packed = input.pack(Packaging::artifact, store);
  const std::string config = store.load(packed.config, NodeKind::blob);
  const std::string digest = digest_of(core_module()).str();
  EXPECT_EQ(config, R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip1","layerDigests":[")" +
                        digest + R"("]})");
  EXPECT_EQ(packed.manifest_bytes, R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
                                   R"("config":{"mediaType":"application/vnd.wasm.config.v0+json","digest":")" +
                                       digest_of(config).str() + R"(","size":)" + std::to_string(config.size()) +
                                       R"(},"layers":[{"mediaType":"application/wasm","digest":")" + digest +
                                       R"(","size":8,"annotations":{"org.opencontainers.image.title":"app.wasm"}}]})");
  EXPECT_EQ(packed.manifest, describe(media_type::kOciManifest, packed.manifest_bytes));
  EXPECT_EQ(packaging_of(parse_manifest(packed.manifest_bytes)), Packaging::artifact);
}

TEST(Artifact, SaysWhatAComponentNeedsAndOffers) {
  MemoryStore store;
  PackageInput input(component({"wasi:io/error@0.2.6"}, {"wasi:cli/run@0.2.6"}));
  input.package.annotations = {{"org.opencontainers.image.version", "1.0.0"}};
  const PackedImage packed = input.pack(Packaging::artifact, store);
  const WasmConfig config = parse_wasm_config(store.load(packed.config, NodeKind::blob));
  EXPECT_EQ(config.os, "wasip2");
  EXPECT_EQ(config.component, (WasmWorld{.exports = {"wasi:cli/run@0.2.6"}, .imports = {"wasi:io/error@0.2.6"}}));
  EXPECT_EQ(parse_manifest(packed.manifest_bytes).annotations, input.package.annotations);
}

TEST(Artifact, IsForThePlatformThatFollowsFromTheModule) {
  const auto platform_of = [](const std::string& module, const std::optional<Platform>& asked) {
    return format(kArtifactPackager.platform(asked, PackageInput(module).description()));
  };
  EXPECT_EQ(platform_of(core_module(), std::nullopt), "wasip1/wasm");
  EXPECT_EQ(platform_of(core_module(), parse_platform("wasip1/wasm")), "wasip1/wasm");
  EXPECT_EQ(platform_of(component(), std::nullopt), "wasip2/wasm");
  EXPECT_THROW(platform_of(component(), parse_platform("wasip1/wasm")), UsageError);
  EXPECT_THROW(platform_of(core_module(), parse_platform("wasi/wasm")), UsageError);
}

TEST(Artifact, HoldsEveryKindOfModule) {
  EXPECT_THAT(PackageInput(core_module()).judge(Packaging::artifact), IsEmpty());
  const std::vector<Objection> objections =
      PackageInput(core_module({"proxy_abi_version_0_2_1"})).judge(Packaging::artifact);
  ASSERT_EQ(objections.size(), 1U);
  EXPECT_FALSE(objections.front().refuses);
  EXPECT_THAT(objections.front().message, HasSubstr("--as envoy"));
}

}  // namespace
}  // namespace wasm_oci
