#include "oci/build/set_platform.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/image_platforms.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"
#include "tests/support/tar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using testing::core_module;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tar;
using testing::PackageInput;
using testing::TarMember;

const Platform kWasi = {.os = "wasi", .architecture = "wasm"};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// A document as nobody's program writes it, with members that nothing here knows.
std::string odd_config(const std::string& platform) {
  return "\n{ \"future\" : [1, 2.50],\t" + platform +
         R"(, "config":{"Entrypoint":["/app.wasm"]},"rootfs" : { } })"
         "\r\n";
}

std::string odd_manifest(const Descriptor& config, const Descriptor& layer, const std::string& extra = {}) {
  return "{\t\"schemaVersion\":2 ,\n\"config\":{ \"digest\":\"" + config.digest.str() + R"(", "mediaType" : ")" +
         config.media_type + R"(","size": )" + std::to_string(config.size) + extra +
         R"(, "future":null}, "layers":[{"mediaType":")" + layer.media_type + R"(","digest":")" + layer.digest.str() +
         R"(","size":)" + std::to_string(layer.size) + R"(}],"annotations" : {} , "future" : 1e3 })";
}

struct Image {
  Descriptor root;
  std::string bytes;
  Descriptor config;
  std::string config_bytes;
};

// An image with a config of these members of a platform, and a layer of these files.
Image add_image(MemoryStore& store, const std::string& platform,
                const std::vector<TarMember>& files = {{"app.wasm", core_module({"_start"})}},
                const std::string& extra = {}) {
  Image image{.root = describe("", ""), .bytes = {}, .config = describe("", ""), .config_bytes = odd_config(platform)};
  image.config = store.add(media_type::kOciConfig, image.config_bytes);
  image.bytes = odd_manifest(image.config, store.add(media_type::kOciLayer, make_tar(files)), extra);
  image.root = store.add(media_type::kOciManifest, image.bytes);
  return image;
}

const std::string kAmd64 = R"("os":"linux",  "architecture" :"amd64")";

// The config that the manifest leads to.
std::string config_of(MemoryStore& store, const std::string& manifest) {
  return store.load(parse_manifest(manifest).config, NodeKind::blob);
}

template <class E>
E error_of(MemoryStore& store, const Descriptor& root, const Platform& platform = kWasi) {
  try {
    set_platform(store, root, platform, false);
  } catch (const E& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return E("no error");
}

TEST(SetPlatform, KeepsEveryOtherByteOfConfigAndManifest) {
  MemoryStore store;
  const Image image = add_image(store, kAmd64);
  const Relabelled relabelled = set_platform(store, image.root, kWasi, false);
  const std::string config = odd_config(R"("os":"wasi",  "architecture" :"wasm")");
  EXPECT_EQ(config_of(store, relabelled.bytes), config);
  std::string expected = replaced(image.bytes, image.config.digest.str(), digest_of(config).str());
  expected = replaced(expected, "\"size\": " + std::to_string(image.config.size),
                      "\"size\": " + std::to_string(config.size()));
  EXPECT_EQ(relabelled.bytes, expected);
  EXPECT_EQ(relabelled.root, describe(media_type::kOciManifest, expected));
  EXPECT_THAT(relabelled.notes, IsEmpty());
  EXPECT_FALSE(store.contains(relabelled.root, NodeKind::manifest));
}

TEST(SetPlatform, TakesFinerMarksOfTheOldPlatformOutAndPutsTheNewOnesIn) {
  const auto relabelled = [](const std::string& platform, const Platform& to) {
    MemoryStore store;
    return config_of(store, set_platform(store, add_image(store, platform).root, to, false).bytes);
  };
  EXPECT_EQ(relabelled(kAmd64 + R"(,"os.version":"10","variant":"v2", "os.features":["a"])", kWasi),
            odd_config(R"("os":"wasi",  "architecture" :"wasm")"));
  EXPECT_EQ(relabelled(kAmd64 + R"(, "variant":"v2")", parse_platform("wasip2/wasm/v1")),
            odd_config(R"("os":"wasip2",  "architecture" :"wasm", "variant":"v1")"));
  const ImageConfig added = parse_image_config(relabelled(kAmd64, parse_platform("wasip2/wasm/v1")));
  EXPECT_EQ(format(added.platform), "wasip2/wasm/v1");
  EXPECT_EQ(parse_image_config(relabelled(R"("author":"me")", kWasi)).platform, kWasi);
}

TEST(SetPlatform, DataOfTheOldConfigGoes) {
  MemoryStore store;
  const Image image = add_image(store, kAmd64, {{"app.wasm", core_module()}}, R"(,"data":"e30=")");
  const std::string bytes = set_platform(store, image.root, kWasi, false).bytes;
  EXPECT_EQ(parse_manifest(bytes).config.data, "");
  EXPECT_THAT(bytes, HasSubstr(R"("future":null)"));
}

TEST(SetPlatform, TheSamePlatformIsTheSameImage) {
  MemoryStore store;
  const Image image = add_image(store, R"("os":"wasi","architecture":"wasm")");
  EXPECT_EQ(set_platform(store, image.root, kWasi, false).root, image.root);
}

// ---- Indexes ----

std::string entry(const Descriptor& manifest, const std::string& rest) {
  return R"({ "mediaType":")" + manifest.media_type + R"(", "digest":")" + manifest.digest.str() + R"(", "size": )" +
         std::to_string(manifest.size) + rest + " }";
}

std::string attestation(const Descriptor& of, const std::string& name) {
  return entry(describe(media_type::kOciManifest, name),
               R"(,"platform":{"os":"unknown","architecture":"unknown"},"annotations":{"vnd.docker.reference.type":)"
               R"("attestation-manifest","vnd.docker.reference.digest":")" +
                   of.digest.str() + R"("})");
}

std::string index_of(const std::vector<std::string>& entries) {
  std::string list;
  for (const std::string& one : entries) {
    list += (list.empty() ? "\n  " : ",\n  ") + one;
  }
  return R"({ "future":0.10,"manifests":[)" + list + "\n" + R"(],"schemaVersion" : 2})" + "\n";
}

const std::string kLinuxEntry = R"(,"platform":{"os":"linux","architecture":"amd64","variant":"v2","os.version":"1"})";
const std::string kWasiEntry = R"(,"platform":{"architecture":"wasm","os":"wasi"})";
const std::string kOddRest = R"(,"annotations":{"a":"1"},"future":[ ])";

TEST(SetPlatform, ChangesTheEntryAndKeepsEveryOtherByteOfTheIndex) {
  MemoryStore store;
  const Image image = add_image(store, kAmd64);
  // Neither is held by the store: what is not changed need not be read.
  const Descriptor referrer = describe("application/vnd.example+json", "referrer");
  const std::string other = attestation(describe(media_type::kOciManifest, "other image"), "kept");
  const std::string bytes = index_of({entry(referrer, kOddRest), entry(image.root, kLinuxEntry + kOddRest), other});
  const Relabelled relabelled = set_platform(store, store.add(media_type::kOciIndex, bytes), kWasi, false);
  const Relabelled alone = set_platform(store, image.root, kWasi, false);
  EXPECT_EQ(relabelled.bytes, index_of({entry(referrer, kOddRest), entry(alone.root, kWasiEntry + kOddRest), other}));
  EXPECT_EQ(relabelled.root, describe(media_type::kOciIndex, relabelled.bytes));
  EXPECT_THAT(relabelled.notes, IsEmpty());
  EXPECT_EQ(store.load(alone.root, NodeKind::manifest), alone.bytes) << "the image is in the store, the index is not";
  EXPECT_FALSE(store.contains(relabelled.root, NodeKind::manifest));
}

TEST(SetPlatform, AnEntryWithoutPlatformGetsOneAndLosesItsData) {
  MemoryStore store;
  const Image image = add_image(store, kAmd64);
  const Descriptor root =
      store.add(media_type::kDockerManifestList, index_of({entry(image.root, R"(,"data":"e30=")")}));
  const Relabelled relabelled = set_platform(store, root, parse_platform("wasip2/wasm/v1"), false);
  const Index index = parse_index(relabelled.bytes);
  ASSERT_EQ(index.manifests.size(), 1U);
  EXPECT_EQ(index.manifests[0].platform, parse_platform("wasip2/wasm/v1"));
  EXPECT_EQ(index.manifests[0].data, "");
  EXPECT_EQ(relabelled.root.media_type, media_type::kDockerManifestList);
}

TEST(SetPlatform, LeavesOutTheAttestationsOfTheImageAsItWas) {
  MemoryStore store;
  const Image image = add_image(store, kAmd64);
  const std::string other = attestation(describe(media_type::kOciManifest, "other image"), "kept");
  const std::string bytes =
      index_of({attestation(image.root, "a"), entry(image.root, kLinuxEntry), other, attestation(image.root, "b")});
  const Relabelled relabelled = set_platform(store, store.add(media_type::kOciIndex, bytes), kWasi, false);
  const Relabelled alone = set_platform(store, image.root, kWasi, false);
  EXPECT_EQ(relabelled.bytes, index_of({entry(alone.root, kWasiEntry), other}));
  EXPECT_THAT(relabelled.notes, ElementsAre(HasSubstr("2 attestations of " + image.root.digest.str() + " left out")));
}

// An entry may lack the platform that its image has had all along.
TEST(SetPlatform, KeepsTheAttestationsOfAnImageThatStaysWhatItIs) {
  MemoryStore store;
  const Image image = add_image(store, R"("os":"wasi","architecture":"wasm")");
  const std::string proof = attestation(image.root, "proof");
  const Relabelled relabelled = set_platform(
      store, store.add(media_type::kOciIndex, index_of({entry(image.root, kLinuxEntry), proof})), kWasi, false);
  EXPECT_EQ(relabelled.bytes, index_of({entry(image.root, kWasiEntry), proof}));
  EXPECT_THAT(relabelled.notes, IsEmpty());
}

TEST(SetPlatform, OfSeveralImagesTheOnlyOneForWasmIsMeant) {
  MemoryStore store;
  const Image linux_image = add_image(store, kAmd64, {{"sh", "#!"}});
  const Image wasm_image = add_image(store, R"("os":"wasi","architecture":"wasm32")");
  const Descriptor root =
      store.add(media_type::kOciIndex, index_of({entry(linux_image.root, kLinuxEntry), entry(wasm_image.root, "")}));
  const Index index = parse_index(set_platform(store, root, kWasi, false).bytes);
  EXPECT_EQ(index.manifests[0].digest, linux_image.root.digest);
  EXPECT_NE(index.manifests[1].digest, wasm_image.root.digest);
  EXPECT_EQ(index.manifests[1].platform, kWasi);
}

TEST(SetPlatform, ChoosesNoneOfSeveral) {
  MemoryStore store;
  const Image one = add_image(store, kAmd64);
  const Image two = add_image(store, R"("os":"wasi","architecture":"wasm")");
  const Image three = add_image(store, R"("os":"wasip1","architecture":"wasm")");
  const auto message = [&](const std::vector<std::string>& entries) {
    return error_of<UsageError>(store, store.add(media_type::kOciIndex, index_of(entries))).message();
  };
  EXPECT_EQ(message({entry(one.root, kLinuxEntry), entry(two.root, ""), entry(three.root, "")}),
            "this index has 3 images, 2 of them for Wasm");
  EXPECT_EQ(message({entry(one.root, kLinuxEntry), entry(one.root, kLinuxEntry)}),
            "this index has 2 images, 0 of them for Wasm");
  EXPECT_EQ(message({attestation(one.root, "a")}), "this index has 0 images, 0 of them for Wasm");
}

// ---- What is refused ----

TEST(SetPlatform, WhatHasNoConfigOfAnImageHasNoPlatformToSet) {
  MemoryStore store;
  const PackedImage artifact = PackageInput(core_module()).pack(Packaging::artifact, store);
  const auto error = error_of<UsageError>(store, store.add(artifact.manifest.media_type, artifact.manifest_bytes));
  EXPECT_THAT(error.message(), HasSubstr("follows from the module"));
  EXPECT_THAT(error.hint(), HasSubstr("--as image --set-platform wasi/wasm"));
}

TEST(SetPlatform, AnImageWithoutModuleIsForWasmOnlyByForce) {
  MemoryStore store;
  const Image image = add_image(store, kAmd64, {{"sh", "#!"}});
  const auto error = error_of<UsageError>(store, image.root);
  EXPECT_EQ(error.message(), "it holds no Wasm module, so it is no image for wasi/wasm");
  EXPECT_THAT(error.hint(), HasSubstr("--force"));
  EXPECT_EQ(parse_image_config(config_of(store, set_platform(store, image.root, kWasi, true).bytes)).platform, kWasi);
}

// An image whose config has this command, without platform, and a module at /app.wasm.
Descriptor add_started(MemoryStore& store, const std::string& command, const std::string& module) {
  const std::string tar = make_tar({{"app.wasm", module}});
  const Manifest manifest{
      .media_type = std::string(media_type::kOciManifest),
      .config = store.add(media_type::kOciConfig, R"({"config":{"Cmd":[")" + command +
                                                      R"("]},"rootfs":{"type":"layers","diff_ids":[")" +
                                                      digest_of(tar).str() + R"("]}})"),
      .layers = {store.add(media_type::kOciLayer, tar)}};
  return store.add(media_type::kOciManifest, serialize(manifest));
}

TEST(SetPlatform, WhatIsNoWasmToStartIsForWasmOnlyByForce) {
  MemoryStore store;
  const Descriptor shell = add_started(store, "/bin/sh", core_module({"_start"}));
  EXPECT_THAT(error_of<UsageError>(store, shell).message(), HasSubstr("starts something else than its module"));
  const Descriptor library = add_started(store, "/app.wasm", core_module({"add"}));
  EXPECT_THAT(error_of<UsageError>(store, library).message(), HasSubstr("is a library"));
  for (const Descriptor& root : {shell, library}) {
    EXPECT_NO_THROW(set_platform(store, root, kWasi, true));
  }
}

// runwasi reads Wasm layers of the architecture wasm alone.
TEST(SetPlatform, WasmLayersStayForWasm) {
  MemoryStore store;
  const PackedImage packed = PackageInput(core_module({"_start"})).pack(Packaging::wasm_layers, store);
  const Descriptor root = store.add(packed.manifest.media_type, packed.manifest_bytes);
  EXPECT_THAT(error_of<UsageError>(store, root, parse_platform("linux/amd64")).message(), HasSubstr("wasm alone"));
  EXPECT_NO_THROW(set_platform(store, root, parse_platform("wasip1/wasm"), false));
}

TEST(SetPlatform, KeepsTheAttestationsOfAnImageThatAnotherEntryLeadsTo) {
  MemoryStore store;
  const Image image = add_image(store, R"("os":"wasi","architecture":"wasm32")");
  const std::string proof = attestation(image.root, "proof");
  const std::string other = entry(image.root, kLinuxEntry);
  const std::string bytes =
      index_of({entry(image.root, R"(,"platform":{"os":"wasi","architecture":"wasm32"})"), other, proof});
  const Relabelled relabelled = set_platform(store, store.add(media_type::kOciIndex, bytes), kWasi, false);
  EXPECT_THAT(relabelled.bytes, HasSubstr(proof));
  EXPECT_THAT(relabelled.notes, IsEmpty());
}

TEST(SetPlatform, AttestationsOfAttestationsGoWithThem) {
  MemoryStore store;
  const Image image = add_image(store, kAmd64);
  const Relabelled alone = set_platform(store, image.root, kWasi, false);
  const Descriptor proof = describe(media_type::kOciManifest, "proof");
  const std::string bytes =
      index_of({attestation(proof, "of the proof"), entry(image.root, kLinuxEntry), attestation(image.root, "proof")});
  const Relabelled relabelled = set_platform(store, store.add(media_type::kOciIndex, bytes), kWasi, false);
  EXPECT_EQ(relabelled.bytes, index_of({entry(alone.root, kWasiEntry)}));
}

TEST(SetPlatform, AnyImageMayBeForAnyOtherPlatform) {
  MemoryStore store;
  const Image image = add_image(store, R"("os":"wasi","architecture":"wasm")", {{"sh", "#!"}});
  const Relabelled relabelled = set_platform(store, image.root, parse_platform("linux/arm64"), false);
  EXPECT_EQ(format(parse_image_config(config_of(store, relabelled.bytes)).platform), "linux/arm64");
}

// Readers differ in which of two members counts, so an edit of one could say two things.
TEST(SetPlatform, RefusesAConfigThatIsNoneOrAmbiguous) {
  for (const std::string config : {"[]", "1", "{", R"({"os":"linux","os":"wasi","architecture":"wasm"})",
                                   R"({"os":"linux","OS":"wasi","architecture":"wasm"})"}) {
    for (const std::string platform : {"wasi/wasm", "linux/amd64"}) {
      MemoryStore store;
      const Descriptor layer = store.add(media_type::kOciLayer, make_tar({{"app.wasm", core_module()}}));
      const Descriptor root =
          store.add(media_type::kOciManifest, odd_manifest(store.add(media_type::kOciConfig, config), layer));
      EXPECT_THROW(set_platform(store, root, parse_platform(platform), true), ContentError) << config << platform;
    }
  }
}

}  // namespace
}  // namespace wasm_oci
