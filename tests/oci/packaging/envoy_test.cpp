#include "oci/packaging/envoy.hpp"

#include "oci/layer/layer_writer.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using testing::core_module;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PackageInput;

std::string plugin() { return core_module({"proxy_abi_version_0_2_1"}); }

// A layer with one file, as --add makes it.
ImageLayer layer_of(MemoryStore& store, const std::string& path) {
  std::vector<LayerFile> files;
  files.push_back({.path = path, .size = 4, .content = std::make_unique<StringSource>("text")});
  return {.layer = write_layer(store, std::move(files)), .created_by = "ADD /" + path};
}

// As Istio reads it: an image of OCI's types with no platform of its own, whose last layer is gzipped and holds
// plugin.wasm. Solo's specification adds the annotation.
TEST(Envoy, IsAnImageWithThePluginAndNothingToStart) {
  MemoryStore store;
  PackageInput input(plugin());
  input.package.labels = {{"a", "1"}};
  input.package.annotations = {{"org.opencontainers.image.title", "app.wasm"}};
  const PackedImage packed = input.pack(Packaging::envoy, store);
  const Manifest manifest = parse_manifest(packed.manifest_bytes, media_type::kOciManifest);
  const std::string config = store.load(packed.config, NodeKind::blob);
  const ImageConfig parsed = parse_image_config(config);
  ASSERT_EQ(parsed.diff_ids.size(), 1U);
  EXPECT_EQ(config,
            R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasi","config":{"Labels":{"a":"1"}},)"
            R"("rootfs":{"type":"layers","diff_ids":[")" +
                parsed.diff_ids.front().str() +
                R"("]},"history":[{"created":"1970-01-01T00:00:00Z",)"
                R"("created_by":"COPY app.wasm /plugin.wasm # wasm-oci"}]})");
  EXPECT_EQ(manifest.config.media_type, "application/vnd.oci.image.config.v1+json");
  EXPECT_EQ(manifest.annotations,
            (Annotations{{"org.opencontainers.image.title", "app.wasm"}, {"module.wasm.image/variant", "compat"}}));
  ASSERT_EQ(manifest.layers.size(), 1U);
  EXPECT_EQ(manifest.layers.front().media_type, "application/vnd.oci.image.layer.v1.tar+gzip");

  const ImageFiles files = find_files(store, manifest, parsed.diff_ids);
  ASSERT_EQ(files.modules.size(), 1U);
  EXPECT_EQ(files.modules.front().path, "plugin.wasm");
  EXPECT_EQ(files.modules.front().digest, digest_of(plugin()));
  EXPECT_EQ(files.others.front().count, 0U);
}

TEST(Envoy, ThePluginIsTheLastLayerWhateverTheEntrypointSays) {
  MemoryStore store;
  PackageInput input(plugin());
  input.package.files = {layer_of(store, "data.txt")};
  input.package.entrypoint = {"/app.wasm"};
  const Manifest manifest = parse_manifest(input.pack(Packaging::envoy, store).manifest_bytes);
  ASSERT_EQ(manifest.layers.size(), 2U);
  EXPECT_EQ(manifest.layers.front(), input.package.files.front().layer.descriptor);
  const std::vector<FoundModule> modules = find_modules(store, manifest);
  ASSERT_EQ(modules.size(), 1U);
  EXPECT_EQ(modules.front().path, "plugin.wasm");
  EXPECT_EQ(modules.front().layer.digest, manifest.layers.back().digest);
}

TEST(Envoy, IsForAnyPlatformThatIsAskedFor) {
  const PackageInput input(plugin());
  EXPECT_EQ(format(kEnvoyPackager.platform(std::nullopt, input.description())), "wasi/wasm");
  EXPECT_EQ(format(kEnvoyPackager.platform(parse_platform("linux/amd64"), input.description())), "linux/amd64");
}

TEST(Envoy, RefusesWhatIsLargerThanIsLoaded) {
  const PackageInput input(plugin());
  const auto judge = [&](std::uint64_t size) {
    return kEnvoyPackager.judge(input.package, {.content = nullptr, .size = size, .description = &input.description()});
  };
  EXPECT_THAT(judge(kMaxPluginSize), IsEmpty());
  const std::vector<Objection> objections = judge(kMaxPluginSize + 1);
  ASSERT_EQ(objections.size(), 1U);
  EXPECT_TRUE(objections.front().refuses);
  EXPECT_THAT(objections.front().message, HasSubstr("268 MB"));
  EXPECT_THAT(objections.front().hint, HasSubstr("--as image"));
}

TEST(Envoy, TellsThatAModuleHasNoAbiAndTakesItAllTheSame) {
  EXPECT_THAT(PackageInput(plugin()).judge(Packaging::envoy), IsEmpty());
  const std::vector<Objection> objections = PackageInput(core_module({"_start"})).judge(Packaging::envoy);
  ASSERT_EQ(objections.size(), 1U);
  EXPECT_FALSE(objections.front().refuses);
  EXPECT_THAT(objections.front().message, HasSubstr("app.wasm has no proxy-wasm ABI"));
}

// An image of a module at `path` in each of its layers, with `config`.
bool is_envoy(const std::vector<std::string>& paths, const ImageConfig& config,
              std::string_view layer_type = media_type::kOciLayerGzip) {
  Manifest manifest{.media_type = {}, .config = describe(media_type::kOciConfig, "{}")};
  std::vector<FoundModule> modules;
  for (const std::string& path : paths) {
    manifest.layers.push_back(describe(layer_type, path));
    modules.push_back({.path = path,
                       .size = 8,
                       .digest = digest_of(path),
                       .kind = WasmKind::core_module,
                       .layer = manifest.layers.back()});
  }
  const FoundModule* const found = find_plugin(manifest, config, modules);
  return found != nullptr && found->path == paths.back();
}

TEST(Envoy, IsKnownByThePluginInItsLastLayerAndByNothingToStart) {
  EXPECT_TRUE(is_envoy({"plugin.wasm"}, {.platform = {}}));
  EXPECT_TRUE(is_envoy({"app.wasm", "plugin.wasm"}, {.platform = {}}));
  EXPECT_TRUE(is_envoy({"etc/plugin.wasm"}, {.platform = {}}));  // Istio goes by the name's last part
  EXPECT_FALSE(is_envoy({"plugin.wasm", "app.wasm"}, {.platform = {}}));
  EXPECT_FALSE(is_envoy({"my-plugin.wasm"}, {.platform = {}}));
  EXPECT_FALSE(is_envoy({"plugin.wasm/app"}, {.platform = {}}));
  EXPECT_FALSE(is_envoy({"plugin.wasm"}, {.platform = {}, .entrypoint = {"/plugin.wasm"}}));
  EXPECT_FALSE(is_envoy({"plugin.wasm"}, {.platform = {}, .cmd = {"/plugin.wasm"}}));
  EXPECT_FALSE(is_envoy({}, {.platform = {}}));
}

// Their fetchers gunzip what is of these two types, and look at nothing else.
TEST(Envoy, IsGzip) {
  EXPECT_TRUE(is_envoy({"plugin.wasm"}, {.platform = {}}, media_type::kDockerLayerGzip));
  EXPECT_FALSE(is_envoy({"plugin.wasm"}, {.platform = {}}, media_type::kOciLayer));
  EXPECT_FALSE(is_envoy({"plugin.wasm"}, {.platform = {}}, media_type::kOciLayerZstd));
}

TEST(Envoy, HoldsOnePlugin) {
  Manifest manifest{.media_type = {}, .config = describe(media_type::kOciConfig, "{}")};
  manifest.layers = {describe(media_type::kOciLayerGzip, "layer")};
  const auto at = [&](const std::string& path) {
    return FoundModule{.path = path,
                       .size = 8,
                       .digest = digest_of(path),
                       .kind = WasmKind::core_module,
                       .layer = manifest.layers.back()};
  };
  EXPECT_EQ(find_plugin(manifest, {.platform = {}}, std::vector{at("a/plugin.wasm"), at("b/plugin.wasm")}), nullptr);
}

}  // namespace
}  // namespace wasm_oci
