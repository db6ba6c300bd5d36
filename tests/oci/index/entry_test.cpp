#include "oci/index/entry.hpp"

#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Descriptor add_manifest(MemoryStore& store, std::string_view config_type, std::string_view config,
                        std::string_view layer_type = media_type::kOciLayer) {
  return store.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                                .config = store.add(config_type, config),
                                                                .layers = {store.add(layer_type, "layer")}}));
}

Descriptor add_image(MemoryStore& store, std::string_view config) {
  return add_manifest(store, media_type::kOciConfig, config);
}

std::string refusal(MemoryStore& store, const Descriptor& image, const EntryRequest& request = {}) {
  try {
    entry_for_image(store, image, request);
  } catch (const UsageError& error) {
    return error.message();
  }
  return "none";
}

TEST(EntryForImage, SaysThePlatformOfTheConfig) {
  MemoryStore store;
  const Descriptor image = add_image(store, R"({"architecture":"arm","os":"linux","variant":"v7"})");
  const NewEntry made = entry_for_image(store, image, {});
  EXPECT_EQ(made.entry.json, R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
                                 image.digest.str() + R"(","size":)" + std::to_string(image.size) +
                                 R"(,"platform":{"architecture":"arm","os":"linux","variant":"v7"}})");
  EXPECT_EQ(made.entry.platform, parse_platform("linux/arm/v7"));
  EXPECT_EQ(made.entry.store, &store);
  EXPECT_THAT(made.notes, IsEmpty());
}

TEST(EntryForImage, SaysAnotherPlatformWhereThatIsAskedForAndTellsWhatTheConfigSays) {
  MemoryStore store;
  const Descriptor image = add_image(store, R"({"architecture":"amd64","os":"linux"})");
  const NewEntry made = entry_for_image(store, image, {.platform = parse_platform("wasi/wasm")});
  EXPECT_EQ(made.entry.descriptor.platform, parse_platform("wasi/wasm"));
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("its config says linux/amd64")));
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("--set-platform wasi/wasm")));
  EXPECT_THAT(entry_for_image(store, image, {.platform = parse_platform("linux/x86_64")}).notes, IsEmpty());
}

TEST(EntryForImage, RefusesWhatIsNoImage) {
  MemoryStore store;
  EXPECT_THAT(refusal(store, add_manifest(store, "application/vnd.cncf.helm.config.v1+json", "{}")),
              HasSubstr("no image: its config is of the type application/vnd.cncf.helm.config.v1+json"));
  EXPECT_THAT(refusal(store, store.add("application/x-something", "{}")), HasSubstr("no image"));
  EXPECT_THAT(refusal(store, add_image(store, "{}")), HasSubstr("does not say what platform"));
}

TEST(EntryForImage, RefusesPackagingsThatNobodyFindsInAnIndexUnlessForced) {
  MemoryStore store;
  const Descriptor artifact = add_manifest(
      store, media_type::kWasmConfig, R"({"architecture":"wasm","os":"wasip1","layerDigests":[]})", media_type::kWasm);
  EXPECT_THAT(refusal(store, artifact), HasSubstr("a Wasm artifact"));
  EXPECT_EQ(entry_for_image(store, artifact, {.force = true}).entry.platform, parse_platform("wasip1/wasm"));
  const Descriptor layers = add_manifest(store, media_type::kOciConfig, R"({"architecture":"wasm","os":"wasi"})",
                                         "application/vnd.bytecodealliance.wasm.component.layer.v0+wasm");
  EXPECT_THAT(refusal(store, layers), HasSubstr("an image of Wasm layers"));
  EXPECT_EQ(refusal(store, layers, {.force = true}), "none");
}

TEST(EntriesOf, KeepsTheTextOfEachEntry) {
  MemoryStore store;
  const Descriptor image = add_image(store, R"({"architecture":"wasm","os":"wasi"})");
  const std::string json = R"({ "digest":")" + image.digest.str() + R"(", "size":)" + std::to_string(image.size) +
                           R"(, "mediaType":"application/vnd.oci.image.manifest.v1+json", "x": 1e2 })";
  const std::vector<IndexEntry> entries = entries_of(store, R"({"schemaVersion":2,"manifests":[)" + json + "]}", "");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries.front().json, json);
  EXPECT_EQ(entries.front().platform, parse_platform("wasi/wasm"));
}

TEST(EntriesOf, NamesPlatformsAsTheyAreCompared) {
  MemoryStore store;
  const std::vector<IndexEntry> entries =
      entries_of(store,
                 R"({"schemaVersion":2,"manifests":[{"mediaType":"x","digest":")" + digest_of("a").str() +
                     R"(","size":1,"platform":{"os":"Linux","architecture":"aarch64","variant":"v8"}}]})",
                 "");
  EXPECT_EQ(entries.front().platform, parse_platform("linux/arm64"));
}

}  // namespace
}  // namespace wasm_oci
