#include "cli/inspection.hpp"

#include "oci/build/build_image.hpp"
#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/packages.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using wasm_oci::testing::add_index;
using wasm_oci::testing::expect_golden;
using wasm_oci::testing::testdata;

// Uncompressed, so that nothing but the contract decides the digests.
Descriptor add_hello(MemoryStore& store, const std::string& module = "hello.wasm") {
  const PackedImage image = build_image({.module = testdata("modules/" + module).string(),
                                         .env = {"A=1"},
                                         .labels = {{"label", "value"}},
                                         .compression = Compression::none},
                                        store)
                                .image;
  store.put_root(image.manifest, image.manifest_bytes, {});
  return image.manifest;
}

Descriptor for_platform(Descriptor entry, const std::string& platform) {
  entry.platform = parse_platform(platform);
  return entry;
}

std::string as_json(const Inspection& inspection) {
  JsonWriter json(JsonStyle::pretty);
  write(json, inspection);
  return std::move(json).take();
}

Descriptor add_manifest(MemoryStore& store, const Descriptor& config, const Descriptor& layer) {
  return store.add(
      media_type::kOciManifest,
      serialize(Manifest{.media_type = std::string(media_type::kOciManifest), .config = config, .layers = {layer}}));
}

// An image and an attestation that are there, and one that is not.
Descriptor add_sparse_index(MemoryStore& store) {
  const Descriptor statement = store.add("application/vnd.in-toto+json", "{}");
  Descriptor attestation =
      add_manifest(store, store.add(media_type::kOciConfig, R"({"architecture":"unknown","os":"unknown"})"), statement);
  attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
  attestation.annotations = {{"vnd.docker.reference.type", "attestation-manifest"}};
  return add_index(store, {for_platform(add_hello(store), "wasi/wasm"),
                           for_platform(describe(media_type::kOciManifest, "absent"), "linux/arm64"), attestation});
}

TEST(Inspection, OfAnImage) {
  MemoryStore store;
  const Inspection inspection = inspect_image(store, add_hello(store), "docker.io/me/hello:1");
  expect_golden(as_json(inspection), "cli/inspect/image.json");
  expect_golden(as_text(inspection), "cli/inspect/image.txt");
}

TEST(Inspection, OfASparseIndex) {
  MemoryStore store;
  const Inspection inspection = inspect_image(store, add_sparse_index(store), "docker.io/me/hello:1");
  expect_golden(as_json(inspection), "cli/inspect/index.json");
  expect_golden(as_text(inspection), "cli/inspect/index.txt");
}

TEST(Inspection, RefusesDockersSchema1) {
  MemoryStore store;
  for (const std::string_view type : {media_type::kDockerSchema1, media_type::kDockerSchema1Signed}) {
    const Descriptor old = store.add(type, R"({"schemaVersion":1,"fsLayers":[]})");
    for (const Descriptor& root : {old, add_index(store, {old})}) {
      try {
        inspect_image(store, root, "x");
        ADD_FAILURE() << "no error for " << type;
      } catch (const ContentError& error) {
        EXPECT_THAT(error.message(), HasSubstr("schema 1 is not supported"));
        EXPECT_THAT(error.hint(), HasSubstr("pushed again"));
      }
    }
  }
}

TEST(Inspection, TellsWhatEachEntryOfAnIndexIs) {
  MemoryStore store;
  const Inspection inspection = inspect_image(store, add_sparse_index(store), "docker.io/me/hello:1");
  EXPECT_EQ(inspection.kind, "index");
  ASSERT_EQ(inspection.manifests.size(), 3U);
  const Inspection& image = inspection.manifests[0];
  EXPECT_EQ(image.kind, "image");
  EXPECT_EQ(image.packaging, "image");
  EXPECT_EQ(image.modules.size(), 1U);
  const Inspection& missing = inspection.manifests[1];
  EXPECT_EQ(missing.kind, "missing");
  EXPECT_EQ(missing.platform, "linux/arm64");
  EXPECT_EQ(missing.descriptor.digest, digest_of("absent"));
  EXPECT_THAT(missing.layers, IsEmpty());
  const Inspection& attestation = inspection.manifests[2];
  EXPECT_EQ(attestation.kind, "attestation");
  EXPECT_THAT(attestation.modules, IsEmpty());
}

TEST(Inspection, NamesEntriesByDigestBelowTheNameOfTheIndex) {
  MemoryStore store;
  const Descriptor image = add_hello(store);
  const Descriptor index = add_index(store, {image});
  for (const std::string name : {"local:docker.io/me/hello", "oci:dir"}) {
    for (const std::string& root : {name, name + "@" + index.digest.str()}) {
      EXPECT_EQ(inspect_image(store, index, root).manifests.at(0).name, name + "@" + image.digest.str());
    }
  }
}

TEST(Inspection, TellsModulesFromComponents) {
  MemoryStore store;
  const Inspection inspection = inspect_image(store, add_hello(store, "hello.component.wasm"), "x");
  ASSERT_EQ(inspection.modules.size(), 1U);
  EXPECT_EQ(inspection.modules[0].path, "/hello.component.wasm");
  EXPECT_EQ(inspection.modules[0].kind, WasmKind::component);
  EXPECT_THAT(as_json(inspection), HasSubstr(R"("kind": "component")"));
}

TEST(Inspection, DoesNotReadTheLayersOfOtherPlatforms) {
  MemoryStore store;
  const Descriptor absent = describe(media_type::kOciLayer, "absent");
  const auto image_for = [&](const std::string& platform) {
    return add_manifest(store, store.add(media_type::kOciConfig, platform), absent);
  };
  const Inspection linux_image =
      inspect_image(store, image_for(R"({"os":"linux","architecture":"amd64","config":{"Cmd":["sh"]}})"), "x");
  EXPECT_EQ(linux_image.kind, "image");
  EXPECT_EQ(linux_image.platform, "linux/amd64");
  EXPECT_THAT(linux_image.packaging, IsEmpty());
  EXPECT_THROW(inspect_image(store, image_for(R"({"os":"wasi","architecture":"wasm"})"), "x"), NotFoundError);
}

TEST(Inspection, PairsDiffIdsWithLayersOnlyWhereTheyAreAsMany) {
  MemoryStore store;
  const Descriptor layer = store.add(media_type::kOciLayer, "layer");
  const std::string head =
      R"({"os":"linux","architecture":"amd64","config":{"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":[)";
  const std::string id = "\"" + digest_of("a").str() + "\"";
  const auto diff_id = [&](const std::string& ids) {
    const Descriptor image = add_manifest(store, store.add(media_type::kOciConfig, head + ids + "]}}"), layer);
    return inspect_image(store, image, "x").layers.at(0).diff_id;
  };
  EXPECT_EQ(diff_id(id), digest_of("a"));
  EXPECT_EQ(diff_id(id + "," + id), std::nullopt);
  EXPECT_EQ(diff_id(""), std::nullopt);
}

TEST(Inspection, OfAnArtifactIsItsLayers) {
  MemoryStore store;
  const Descriptor artifact = add_manifest(store, store.add("application/vnd.example.config.v1+json", "not even JSON"),
                                           store.add("text/plain", "bytes"));
  const Inspection inspection = inspect_image(store, artifact, "x");
  EXPECT_EQ(inspection.kind, "artifact");
  EXPECT_THAT(inspection.packaging, IsEmpty());
  EXPECT_THAT(inspection.platform, IsEmpty());
  EXPECT_EQ(inspection.layers.size(), 1U);
  EXPECT_THAT(as_json(inspection), Not(HasSubstr(R"("config")")));
}

TEST(Inspection, OfAWasmArtifactHasTheModule) {
  MemoryStore store;
  const std::string module("\0asm\1\0\0\0", 8);
  const Descriptor layer = store.add("application/wasm", module);
  const auto inspect = [&](const std::string& config) {
    return inspect_image(store, add_manifest(store, store.add("application/vnd.wasm.config.v0+json", config), layer),
                         "x");
  };
  const Inspection inspection =
      inspect(R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip1","layerDigests":[]})");
  EXPECT_EQ(inspection.platform, "wasip1/wasm");
  EXPECT_EQ(inspect("not even JSON").platform, "");
  EXPECT_EQ(inspection.kind, "artifact");
  EXPECT_EQ(inspection.packaging, "artifact");
  ASSERT_EQ(inspection.modules.size(), 1U);
  EXPECT_EQ(inspection.modules.front().path, "/" + digest_of(module).hex() + ".wasm");
  EXPECT_EQ(inspection.modules.front().digest, digest_of(module));
}

TEST(Inspection, RefusesIndexesNestedWithoutEnd) {
  MemoryStore store;
  const auto nested = [&](unsigned levels) {
    Descriptor index = add_index(store, {});
    for (unsigned i = 0; i < levels; ++i) {
      index = add_index(store, {index});
    }
    return index;
  };
  EXPECT_NO_THROW(inspect_image(store, nested(7), "x"));
  EXPECT_THROW(inspect_image(store, nested(20), "x"), ContentError);
}

TEST(Inspection, CountsTheEntriesOfAllIndexesTogether) {
  MemoryStore store;
  const Descriptor index = add_index(store, std::vector<Descriptor>(100, describe("application/wasm", "bytes")));
  const auto naming_it = [&](std::size_t times) { return add_index(store, std::vector<Descriptor>(times, index)); };
  EXPECT_EQ(inspect_image(store, naming_it(99), "x").manifests.size(), 99U);  // 9,999 with its own
  EXPECT_THROW(inspect_image(store, naming_it(100), "x"), ContentError);      // 10,100
}

TEST(Inspection, TextReachesTheTerminalEscaped) {
  MemoryStore store;
  const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                          .config = store.add(media_type::kOciEmpty, "{}"),
                          .annotations = {{"k\x1b[2J", "v\nv"}}};
  const Descriptor image = store.add(media_type::kOciManifest, serialize(manifest));
  const std::string text = as_text(inspect_image(store, image, "x"));
  EXPECT_THAT(text, HasSubstr("k\\x1b[2J=v\\nv\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Inspection, OfAModuleOnDisk) {
  const std::string path = testdata("modules/hello.component.wasm").string();
  const Inspection inspection = inspect_module(path);
  EXPECT_EQ(inspection.name, path);
  EXPECT_EQ(inspection.kind, "module");
  EXPECT_EQ(inspection.descriptor.media_type, "application/wasm");
  EXPECT_EQ(inspection.descriptor.digest.hex(), "2a2eecf840a3aa158befc9881fec68a50538b5aad373e075827813e0a7f7794a");
  EXPECT_EQ(inspection.descriptor.size, 58197U);
  ASSERT_EQ(inspection.modules.size(), 1U);
  EXPECT_EQ(inspection.modules[0].path, "hello.component.wasm");
  EXPECT_EQ(inspection.modules[0].digest, inspection.descriptor.digest);
  EXPECT_EQ(inspection.modules[0].kind, WasmKind::component);
  EXPECT_THROW(inspect_module(testdata("modules/hello.c").string()), ContentError);
  EXPECT_THROW(inspect_module(testdata("modules/none.wasm").string()), NotFoundError);
}

// What is printed of a module with these bytes.
std::string text_of(const std::string& bytes) {
  const wasm_oci::testing::TempDir dir;
  wasm_oci::testing::write_file(dir / "app.wasm", bytes);
  return as_text(inspect_module((dir / "app.wasm").string()));
}

TEST(Inspection, OfAModuleTellsWhatItNeedsAndOffers) {
  Inspection inspection = inspect_module(testdata("modules/hello.component.wasm").string());
  inspection.name = "hello.component.wasm";
  expect_golden(as_json(inspection), "cli/inspect/component.json");
  expect_golden(as_text(inspection), "cli/inspect/component.txt");
  const wasm_oci::testing::TempDir dir;
  wasm_oci::testing::write_file(dir / "every-kind.wasm", wasm_oci::testing::module_of_every_kind());
  inspection = inspect_module((dir / "every-kind.wasm").string());
  inspection.name = "every-kind.wasm";
  expect_golden(as_json(inspection), "cli/inspect/every-kind.json");
  expect_golden(as_text(inspection), "cli/inspect/every-kind.txt");
}

TEST(Inspection, OfAModuleWithManyNamesShowsTheFirstOnes) {
  std::vector<std::string> functions(1000, "f");
  for (std::size_t i = 0; i < functions.size(); ++i) {
    functions[i] += std::to_string(i);
  }
  const std::string text = text_of(wasm_oci::testing::core_module(functions));
  EXPECT_THAT(text, HasSubstr("f19 and 980 more"));
  EXPECT_THAT(text, Not(HasSubstr("f20")));
}

TEST(Inspection, OfAModuleShowsHostileNamesEscaped) {
  using wasm_oci::testing::core_module;
  using wasm_oci::testing::custom;
  const std::string text =
      text_of(core_module({"a\x1b[2Jb", "_start"}) + custom("description", "one\ntwo\x1b]0;x\x07"));
  EXPECT_THAT(text, HasSubstr("a\\x1b[2Jb"));
  EXPECT_THAT(text, HasSubstr("one\\ntwo\\x1b]0;x\\x07"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(Inspection, TellsWhatOfAModuleCouldNotBeRead) {
  const std::string text = text_of(std::string(wasm_oci::testing::kCoreHeader) + wasm_oci::testing::section(2, "\x05"));
  EXPECT_THAT(text, HasSubstr("Unread:      imports: "));
}

TEST(Inspection, FindsModulesInImagesThatSayTheyAreForLinux) {
  MemoryStore store;
  const PackedImage wrong =
      build_image({.module = testdata("modules/hello.wasm").string(), .platforms = {parse_platform("linux/amd64")}},
                  store)
          .image;
  store.put_root(wrong.manifest, wrong.manifest_bytes, {});
  const Inspection image = inspect_image(store, wrong.manifest, "x");
  EXPECT_EQ(image.packaging, "image");
  EXPECT_EQ(image.modules.size(), 1U);

  const PackedImage plugin =
      build_image({.module = testdata("modules/hello.wasm").string(), .as = Packaging::envoy}, store).image;
  store.put_root(plugin.manifest, plugin.manifest_bytes, {});
  EXPECT_EQ(inspect_image(store, plugin.manifest, "x").packaging, "envoy");
}

// A base image, say: it is nobody's plugin, and its layers may be elsewhere.
TEST(Inspection, OfALinuxImageWithoutCommandNeedsNoLayers) {
  MemoryStore store;
  const Descriptor image =
      add_manifest(store, store.add(media_type::kOciConfig, R"({"os":"linux","architecture":"amd64"})"),
                   describe(media_type::kOciLayerGzip, "absent"));
  const Inspection inspection = inspect_image(store, image, "x");
  EXPECT_EQ(inspection.kind, "image");
  EXPECT_THAT(inspection.packaging, IsEmpty());
}

TEST(Inspection, TellsModulesOfPackagingsThatNobodyKnows) {
  MemoryStore store;
  const Inspection inspection =
      inspect_image(store,
                    add_manifest(store, store.add(media_type::kOciEmpty, "{}"),
                                 store.add(media_type::kWasm, wasm_oci::testing::core_module({"_start"}))),
                    "x");
  EXPECT_THAT(inspection.packaging, IsEmpty());
  EXPECT_EQ(inspection.modules.size(), 1U);
}

// Higress: documents beside the plugin's layer.
TEST(Inspection, KnowsAPluginWithDocuments) {
  MemoryStore store;
  const PackedImage plugin =
      build_image({.module = testdata("modules/hello.wasm").string(), .as = Packaging::envoy}, store).image;
  Manifest manifest = parse_manifest(plugin.manifest_bytes);
  manifest.annotations.clear();
  manifest.layers.insert(manifest.layers.begin(), store.add("application/vnd.module.wasm.spec.v1+yaml", "a: b"));
  const Inspection inspection = inspect_image(store, store.add(media_type::kOciManifest, serialize(manifest)), "x");
  EXPECT_EQ(inspection.packaging, "envoy");
  EXPECT_EQ(inspection.modules.size(), 1U);
}

}  // namespace
}  // namespace wasm_oci::cli
