#include "oci/packaging/extract.hpp"

#include "oci/annotations.hpp"
#include "oci/error.hpp"
#include "oci/layer/compression.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/counting_store.hpp"
#include "tests/support/packages.hpp"
#include "tests/support/tar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tar;
using testing::TarMember;

using Files = std::vector<TarMember>;

// Wasm as far as its header goes; `rest` tells one from another.
std::string core(const std::string& rest = {}) { return std::string("\0asm\1\0\0\0", 8) + rest; }
std::string component(const std::string& rest = {}) { return std::string("\0asm\x0d\0\1\0", 8) + rest; }

Manifest image_of(MemoryStore& store, const std::vector<Files>& layers) {
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = store.add(media_type::kOciConfig, "{}")};
  for (const Files& files : layers) {
    manifest.layers.push_back(store.add(media_type::kOciLayer, make_tar(files)));
  }
  return manifest;
}

std::string extract(MemoryStore& store, const FoundModule& module) {
  StringSink sink(64UL * 1024 * 1024);
  extract_module(store, module, sink);
  return sink.take();
}

// "PATH:CONTENT behind the header" of each module that is found.
std::vector<std::string> found_in(const std::vector<Files>& layers) {
  MemoryStore store;
  std::vector<std::string> result;
  for (const FoundModule& module : find_modules(store, image_of(store, layers))) {
    result.push_back(module.path + ":" + extract(store, module).substr(kWasmHeaderSize));
  }
  return result;
}

TEST(FindModules, TellsWhereAModuleIsAndWhat) {
  MemoryStore store;
  const Manifest manifest = image_of(store, {{{"etc/passwd", "root"}}, {{"./a/lib.wasm", component("12345")}}});
  const std::vector<FoundModule> modules = find_modules(store, manifest);
  ASSERT_EQ(modules.size(), 1U);
  EXPECT_EQ(modules[0].path, "a/lib.wasm");
  EXPECT_EQ(modules[0].size, 13U);
  EXPECT_EQ(modules[0].digest, digest_of(component("12345")));
  EXPECT_EQ(modules[0].kind, WasmKind::component);
  EXPECT_EQ(modules[0].layer, manifest.layers[1]);
}

TEST(FindModules, GoesByContentAndNeverByName) {
  EXPECT_THAT(found_in({{{"b", core("1")},
                         {"a.wasm", component("2")},
                         {"text.wasm", "(module)"},
                         {"empty.wasm", ""},
                         {"short.wasm", std::string("\0asm\1\0\0", 7)},
                         {"layer2.wasm", std::string("\0asm\1\0\2\0", 8)},
                         {"link.wasm", "", "b"}}}),
              ElementsAre("a.wasm:2", "b:1"));
  EXPECT_THAT(found_in({{{"header.wasm", core()}}}), ElementsAre("header.wasm:"));
}

// A layer that is a module itself, with this title.
Descriptor raw_layer(MemoryStore& store, const std::string& module, const std::string& title = {}) {
  Descriptor layer = store.add(media_type::kWasm, module);
  if (!title.empty()) {
    layer.annotations.emplace(annotation::kTitle, title);
  }
  return layer;
}

TEST(FindModules, ALayerMayBeTheModuleItself) {
  MemoryStore store;
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = store.add(media_type::kWasmConfig, "{}")};
  const std::string module = component("12345");
  manifest.layers = {raw_layer(store, module, "/home/me/app.wasm"), store.add("application/json", "{}")};
  const std::vector<FoundModule> modules = find_modules(store, manifest);
  ASSERT_EQ(modules.size(), 1U);
  EXPECT_EQ(modules[0].path, "app.wasm");
  EXPECT_EQ(modules[0].size, 13U);
  EXPECT_EQ(modules[0].digest, digest_of(module));
  EXPECT_EQ(modules[0].kind, WasmKind::component);
  EXPECT_EQ(extract(store, modules[0]), module);
}

TEST(FindModules, ALayersTitleIsNeverTrustedAsAName) {
  MemoryStore store;
  const std::string digest_name = digest_of(core("x")).hex() + ".wasm";
  for (const std::string title : {"", "..", "a/..", "a/", ".", "a\nb", "nul\0"}) {
    const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                            .config = store.add(media_type::kWasmConfig, "{}"),
                            .layers = {raw_layer(store, core("x"), title)}};
    EXPECT_EQ(find_modules(store, manifest).at(0).path, title == "nul" ? "nul" : digest_name) << title;
  }
}

TEST(FindModules, AModuleLayerThatIsNoWasmIsAContentError) {
  MemoryStore store;
  for (const std::string& content : {std::string("\0asm\1\0\0", 7), std::string("text in a layer"), std::string()}) {
    const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                            .config = store.add(media_type::kWasmConfig, "{}"),
                            .layers = {raw_layer(store, content)}};
    EXPECT_THROW(find_modules(store, manifest), ContentError) << content;
  }
}

TEST(FindModules, FindsNothingWhereNothingIs) {
  EXPECT_THAT(found_in({}), IsEmpty());
  EXPECT_THAT(found_in({{}}), IsEmpty());
  EXPECT_THAT(found_in({{{"etc/passwd", "root"}}, {{"a.txt", "text"}}}), IsEmpty());
}

TEST(FindModules, UpperLayersHideLowerOnes) {
  struct Case {
    const char* what;
    std::vector<Files> layers;
    std::vector<std::string> expected;
  };
  const Files lower = {{"a.wasm", core("a")}, {"d/b.wasm", core("b")}, {"d/e/c.wasm", core("c")}, {"d2", core("2")}};
  const std::vector<Case> cases = {
      {"another file",
       {lower, {{"z.wasm", core("z")}}},
       {"a.wasm:a", "d/b.wasm:b", "d/e/c.wasm:c", "d2:2", "z.wasm:z"}},
      {"a newer module", {lower, {{"a.wasm", core("new")}}}, {"a.wasm:new", "d/b.wasm:b", "d/e/c.wasm:c", "d2:2"}},
      {"a text of that name", {lower, {{"a.wasm", "text"}}}, {"d/b.wasm:b", "d/e/c.wasm:c", "d2:2"}},
      {"a link of that name", {lower, {{"a.wasm", "", "d2"}}}, {"d/b.wasm:b", "d/e/c.wasm:c", "d2:2"}},
      {"a whiteout of a file", {lower, {{".wh.a.wasm"}}}, {"d/b.wasm:b", "d/e/c.wasm:c", "d2:2"}},
      {"a whiteout of a folder", {lower, {{".wh.d"}}}, {"a.wasm:a", "d2:2"}},
      {"a whiteout below", {lower, {{"d/.wh.e"}}}, {"a.wasm:a", "d/b.wasm:b", "d2:2"}},
      {"an opaque folder", {lower, {{"d/.wh..wh..opq"}}}, {"a.wasm:a", "d2:2"}},
      {"an opaque root", {lower, {{".wh..wh..opq"}}}, {}},
      {"an opaque folder with content of its own",
       {lower, {{"d/e/new.wasm", core("n")}, {"d/.wh..wh..opq"}}},
       {"a.wasm:a", "d/e/new.wasm:n", "d2:2"}},
      {"a whiteout and a file of one name, in any order",
       {lower, {{"a.wasm", core("new")}, {".wh.a.wasm"}}},
       {"a.wasm:new", "d/b.wasm:b", "d/e/c.wasm:c", "d2:2"}},
      {"a folder replaced by a file", {lower, {{"d", core("file")}}}, {"a.wasm:a", "d:file", "d2:2"}},
      {"a folder replaced by a link", {lower, {{"d", "", "d2"}}}, {"a.wasm:a", "d2:2"}},
      {"a file that comes back", {lower, {{".wh.a.wasm"}, {".wh.d"}}, {{"a.wasm", core("b")}}}, {"a.wasm:b", "d2:2"}},
      {"whiteouts that hide nothing", {{{".wh.a.wasm"}, {".wh..wh..opq"}}, {{"b", core("b")}}}, {"b:b"}},
      {"a whiteout is no file, whatever it holds", {lower, {{".wh.d", core("x")}}}, {"a.wasm:a", "d2:2"}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(found_in(c.layers), c.expected) << c.what;
  }
}

TEST(FindModules, OfSeveralEntriesOfOnePathTheLastCounts) {
  EXPECT_THAT(found_in({{{"a", core("first")}, {"a", core("longer second")}}}), ElementsAre("a:longer second"));
  EXPECT_THAT(found_in({{{"a", core("1")}, {"a", "text"}}}), IsEmpty());
}

TEST(FindModules, ReadsEveryCompression) {
  MemoryStore store;
  Manifest manifest = image_of(store, {});
  manifest.layers = {store.add(media_type::kOciLayerGzip, make_tar({{"a", core("g")}}, "gnutar", "gzip")),
                     store.add(media_type::kDockerLayer, make_tar({{"b", core("d")}}, "pax")),
                     store.add(media_type::kOciLayerZstd, make_tar({{"c", core("z")}}, "ustar", "zstd"))};
  const std::vector<FoundModule> modules = find_modules(store, manifest);
  ASSERT_EQ(modules.size(), 3U);
  EXPECT_EQ(extract(store, modules[0]), core("g"));
  EXPECT_EQ(extract(store, modules[1]), core("d"));
  EXPECT_EQ(extract(store, modules[2]), core("z"));
}

TEST(FindModules, ChecksThatEachLayerIsWhatTheConfigSays) {
  MemoryStore store;
  const std::string first = make_tar({{"a", core("1")}});
  const std::string second = make_tar({{"b", core("2")}});
  Manifest manifest = image_of(store, {});
  manifest.layers = {store.add(media_type::kOciLayerGzip, make_tar({{"a", core("1")}}, "gnutar", "gzip")),
                     store.add(media_type::kOciLayer, second)};
  ASSERT_EQ(manifest.layers[1].digest, digest_of(second));
  StringSource compressed(store.load(manifest.layers[0], NodeKind::blob));
  const auto plain = make_decompressor(Compression::gzip, compressed);
  const std::string unpacked = read_all(*plain, 1'000'000);
  ASSERT_NE(unpacked, first);

  const Digest right = digest_of(unpacked);
  const Digest also_right = digest_of(second, DigestAlgorithm::sha512);
  const Digest wrong = digest_of(first);
  EXPECT_EQ(find_modules(store, manifest, std::vector{right, also_right}).size(), 2U);
  const auto message = [&](const std::vector<Digest>& diff_ids) {
    try {
      find_modules(store, manifest, diff_ids);
    } catch (const ContentError& error) {
      return error.message();
    }
    return std::string("no error");
  };
  EXPECT_EQ(message({wrong, also_right}), "layer " + manifest.layers[0].digest.str() + " is " + right.str() +
                                              " uncompressed, but the config says " + wrong.str());
  EXPECT_THAT(message({right, wrong}), HasSubstr("layer " + manifest.layers[1].digest.str()));
  EXPECT_THAT(message({also_right, right}), HasSubstr("the config says"));
  EXPECT_EQ(message({right}), "the config lists 1 diff_ids for 2 layers");
  EXPECT_EQ(message({}), "no error");
}

TEST(FindModules, RefusesLayersThatHoldNoFiles) {
  MemoryStore store;
  Manifest manifest = image_of(store, {});
  manifest.layers = {store.add("application/json", core())};
  try {
    find_modules(store, manifest);
    FAIL() << "no error";
  } catch (const ContentError& error) {
    EXPECT_THAT(error.message(), HasSubstr("has the type \"application/json\""));
  }
}

TEST(FindModules, SaysWhichLayerIsNotThere) {
  MemoryStore store;
  Manifest manifest = image_of(store, {});
  manifest.layers = {describe(media_type::kOciLayer, "absent")};
  EXPECT_THROW(find_modules(store, manifest), NotFoundError);
}

// ---- Descriptions ----

WasmDescription described(const std::string& module) { return describe_wasm(MemoryAccess(as_bytes(module))); }

// A module whose custom sections lie far behind the first bytes that are read of it.
std::string large_module() {
  return testing::core_module({"_start"}) + testing::section(11, std::string(300'000, 'x')) +
         testing::custom("producers", std::string(60'000, 'p')) + testing::custom("version", "1.2");
}

TEST(FindModules, DescribesEachModuleOnTheWay) {
  MemoryStore store;
  const std::string small = testing::component({"wasi:io/error@0.2.6"}, {"wasi:cli/run@0.2.6"});
  const std::vector<FoundModule> modules =
      find_modules(store, image_of(store, {{{"large", large_module()}}, {{"small", small}}}));
  ASSERT_EQ(modules.size(), 2U);
  EXPECT_EQ(modules[0].description, described(large_module()));
  EXPECT_EQ(modules[0].description.value().metadata.version, "1.2");
  EXPECT_EQ(modules[0].digest, digest_of(large_module()));
  EXPECT_EQ(modules[1].description, described(small));
  EXPECT_EQ(modules[1].undescribed, "");
}

TEST(FindModules, DescribesAModuleThatIsALayer) {
  MemoryStore store;
  const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                          .config = store.add(media_type::kWasmConfig, "{}"),
                          .layers = {raw_layer(store, large_module())}};
  EXPECT_EQ(find_modules(store, manifest).at(0).description, described(large_module()));
}

// It is found and can be taken out all the same: perhaps it is only newer than this program.
TEST(FindModules, TellsWhyABrokenModuleHasNoDescription) {
  MemoryStore store;
  const std::string broken = large_module() + "\x7f" + std::string(200'000, 'x');
  for (const Manifest& manifest : {image_of(store, {{{"app.wasm", broken}, {"good.wasm", core()}}}),
                                   Manifest{.media_type = std::string(media_type::kOciManifest),
                                            .config = store.add(media_type::kWasmConfig, "{}"),
                                            .layers = {raw_layer(store, broken, "app.wasm")}}}) {
    const std::vector<FoundModule> modules = find_modules(store, manifest);
    ASSERT_FALSE(modules.empty());
    EXPECT_EQ(modules[0].path, "app.wasm");
    EXPECT_FALSE(modules[0].description);
    EXPECT_THAT(modules[0].undescribed, HasSubstr("broken Wasm binary: section "));
    EXPECT_EQ(modules[0].digest, digest_of(broken));
    EXPECT_TRUE(extract(store, modules[0]) == broken);
    if (modules.size() > 1) {
      EXPECT_TRUE(modules[1].description);
    }
  }
}

// The message of what comes of it when all bytes of a layer from `position` on are others than its digest says.
std::string damage_message(MemoryStore& store, Manifest manifest, std::size_t position) {
  std::string bytes = store.load(manifest.layers.at(0), NodeKind::blob);
  bytes.replace(position, std::string::npos, bytes.size() - position, '\xee');
  store.put_root(manifest.layers[0], bytes, {});
  try {
    find_modules(store, manifest);
  } catch (const ContentError& error) {
    return error.message();
  }
  return "no error";
}

// The digest shows only with the last byte, which may lie in any section, and in one of those whose faults are
// forgiven.
TEST(FindModules, ADamagedLayerIsNotTakenForABrokenModule) {
  MemoryStore store;
  const std::string module = testing::core_module({"_start"}) + testing::section(11, std::string(300'000, 'x')) +
                             testing::custom("producers", std::string(60'000, 'p'));
  const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                          .config = store.add(media_type::kWasmConfig, "{}"),
                          .layers = {raw_layer(store, module)}};
  for (const std::size_t position : {module.size() - 1, module.size() - 50'000, std::size_t{100'000}}) {
    EXPECT_THAT(damage_message(store, manifest, position), HasSubstr("content has digest")) << position;
    store.add(media_type::kWasm, module);
  }
}

// Of several faults that one damage leads to, the first one says what it is.
TEST(FindModules, ADamagedArchiveIsNotTakenForABrokenModule) {
  MemoryStore store;
  Manifest manifest = image_of(store, {});
  const auto message = [&](std::string_view media_type, const std::string& layer) {
    manifest.layers = {store.add(media_type, layer)};
    try {
      find_modules(store, manifest);
    } catch (const ContentError& error) {
      return error.message();
    }
    return std::string("no error");
  };
  const std::string tar = make_tar({{"app.wasm", large_module()}});
  const std::size_t in_producers = tar.find("producers") + 1000;
  EXPECT_THAT(message(media_type::kOciLayer, tar.substr(0, 100'000)), HasSubstr("Truncated tar archive"));
  EXPECT_THAT(message(media_type::kOciLayer, tar.substr(0, in_producers)), HasSubstr("Truncated tar archive"));

  std::string gzip = make_tar({{"app.wasm", large_module()}}, "ustar", "gzip");
  gzip[gzip.size() - 8] ^= '\1';  // the checksum of what comes uncompressed
  EXPECT_EQ(message(media_type::kOciLayerGzip, gzip), "gzip content is damaged: incorrect data check");
}

TEST(FindModules, LetsDescriptionsGoThatTakeTooMuchMemoryTogether) {
  MemoryStore store;
  std::string long_name;
  long_name.resize(15'000'000, 'e');
  const std::string exports = testing::leb(1) + testing::name(long_name) + std::string(2, '\0');
  const std::string module = std::string(testing::kCoreHeader) + testing::section(7, exports);
  ASSERT_GT(memory_of(described(module)), ModuleBudget().descriptions / 5);
  const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                          .config = store.add(media_type::kWasmConfig, "{}"),
                          .layers = std::vector(5, raw_layer(store, module))};
  const std::vector<FoundModule> modules = find_modules(store, manifest);
  ASSERT_EQ(modules.size(), 5U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(modules[i].description);
  }
  EXPECT_FALSE(modules[4].description);
  EXPECT_THAT(modules[4].undescribed, HasSubstr("more than is kept"));
}

TEST(FindModules, KeepsWithinTheBudgetOfSeveralImages) {
  MemoryStore store;
  const Manifest manifest = image_of(store, {{{"a.wasm", core("1")}, {"b.wasm", core("2")}}});
  ModuleBudget budget{.modules = 3};
  EXPECT_EQ(find_files(store, manifest, {}, budget).modules.size(), 2U);
  EXPECT_THROW(find_files(store, manifest, {}, budget), ContentError);
  ModuleBudget short_paths{.paths = 11};
  EXPECT_THROW(find_files(store, manifest, {}, short_paths), ContentError);
}

TEST(FindModules, OfALayerWithManyModulesItsAnnotationsAreKeptOnce) {
  MemoryStore store;
  Manifest manifest = image_of(store, {{{"a.wasm", core("1")}}});
  manifest.layers.front().annotations = {{"a", "b"}};
  EXPECT_THAT(find_modules(store, manifest).at(0).layer.annotations, IsEmpty());
}

// What Higress puts beside a plugin is no files of a container.
TEST(FindModules, PassesOverTheDocumentsOfAPlugin) {
  MemoryStore store;
  Manifest manifest = image_of(store, {{{"plugin.wasm", core("1")}}});
  manifest.layers.insert(manifest.layers.begin(), store.add("application/vnd.module.wasm.spec.v1+yaml", "a: b"));
  const std::vector<Digest> ids = {digest_of("of one layer alone")};
  EXPECT_EQ(find_modules(store, manifest, ids).at(0).path, "plugin.wasm");
}

// ---- What lies beside modules ----

std::vector<std::string> others_in(const std::vector<Files>& layers) {
  MemoryStore store;
  std::vector<std::string> result;
  for (const OtherFiles& others : find_files(store, image_of(store, layers)).others) {
    result.push_back(std::to_string(others.count) + ":" + others.first);
  }
  return result;
}

TEST(FindFiles, CountsWhatEachLayerHoldsBesideModules) {
  EXPECT_THAT(others_in({{{"app.wasm", core()}}, {{"etc/passwd", "root"}, {"b", core()}, {"link", "", "b"}}, {}}),
              ElementsAre("0:", "2:etc/passwd", "0:"));
  EXPECT_THAT(others_in({{{".wh.a", ""}, {"d/.wh..wh..opq", ""}}}), ElementsAre("2:.wh.a"));
  EXPECT_THAT(others_in({{{".wh.a", core()}}}), ElementsAre("1:.wh.a"));
}

TEST(FindFiles, FoldersAreNoFiles) {
  MemoryStore store;
  std::vector<LayerFile> files;
  files.push_back({.path = "a/b/app.wasm", .size = 8, .content = std::make_unique<StringSource>(core())});
  Manifest manifest = image_of(store, {});
  manifest.layers = {write_layer(store, std::move(files)).descriptor};
  const ImageFiles found = find_files(store, manifest);
  EXPECT_EQ(found.modules.size(), 1U);
  ASSERT_EQ(found.others.size(), 1U);
  EXPECT_EQ(found.others[0].count, 0U);
}

TEST(FindFiles, NothingLiesBesideModulesThatAreLayers) {
  MemoryStore store;
  const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                          .config = store.add(media_type::kWasmConfig, "{}"),
                          .layers = {raw_layer(store, core()), store.add("application/json", "{}")}};
  const ImageFiles found = find_files(store, manifest);
  EXPECT_EQ(found.modules.size(), 1U);
  EXPECT_THAT(found.others, IsEmpty());
}

TEST(FindModules, ReadsALayerOnceHoweverOftenItIsListed) {
  testing::CountingStore store;
  const Manifest two = image_of(store, {{{"a", core("1")}, {".wh.b", ""}}, {{"b", core("2")}, {".wh.a", ""}}});
  Manifest manifest = two;
  for (std::size_t i = 0; i < 1000; ++i) {
    manifest.layers.push_back(two.layers[i % 2]);
  }
  manifest.layers.push_back(two.layers[0]);
  const ImageFiles found = find_files(store, manifest);
  ASSERT_EQ(found.modules.size(), 1U);
  EXPECT_EQ(found.modules[0].path, "a");
  ASSERT_EQ(found.others.size(), manifest.layers.size());
  EXPECT_EQ(found.others[0].first, ".wh.b");
  EXPECT_EQ(found.others[1].first, ".wh.a");
  EXPECT_EQ(store.opened(two.layers[0].digest), 1);
  EXPECT_EQ(store.opened(two.layers[1].digest), 1);
}

TEST(FindModules, ALayerThatComesAgainIsHeldToEachDiffId) {
  MemoryStore store;
  Manifest manifest = image_of(store, {{{"a", core("1")}}});
  const Digest diff_id = manifest.layers[0].digest;
  manifest.layers.push_back(manifest.layers[0]);
  EXPECT_EQ(find_modules(store, manifest, std::vector{diff_id, diff_id}).size(), 1U);
  EXPECT_THROW(find_modules(store, manifest, std::vector{digest_of("other"), diff_id}), ContentError);
}

TEST(FindModules, ReadsAModuleOnceHoweverOftenItIsListed) {
  testing::CountingStore store;
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = store.add(media_type::kOciConfig, "{}")};
  const Descriptor module = store.add(media_type::kWasm, core("1"));
  for (int i = 0; i < 100; ++i) {
    manifest.layers.push_back(module);
    manifest.layers.back().annotations = {{std::string(annotation::kTitle), std::to_string(i)}};
  }
  const std::vector<FoundModule> modules = find_modules(store, manifest);
  ASSERT_EQ(modules.size(), 100U);
  EXPECT_EQ(modules[99].path, "99");
  EXPECT_EQ(modules[99].layer, manifest.layers[99]);
  EXPECT_EQ(modules[99].digest, module.digest);
  EXPECT_EQ(store.opened(module.digest), 1);
}

TEST(ExtractModule, GivesAModuleLargerThanItsBuffer) {
  MemoryStore store;
  const std::string big = core(std::string(3 * kChunkSize + 1, 'w'));
  const std::vector<FoundModule> modules =
      find_modules(store, image_of(store, {{{"small", core()}, {"big", big}, {"text", "t"}}}));
  ASSERT_EQ(modules.size(), 2U);
  EXPECT_TRUE(extract(store, modules[0]) == big);
  EXPECT_EQ(extract(store, modules[1]), core());
}

TEST(ExtractModule, RefusesWhatIsNotTheModuleThatWasFound) {
  MemoryStore store;
  const std::vector<FoundModule> modules =
      find_modules(store, image_of(store, {{{"a", core("1")}, {"a", core("2")}, {"b", core("3")}}}));
  ASSERT_EQ(modules.size(), 2U);
  EXPECT_THROW(extract(store, modules[0]), ContentError);  // two of one path and size

  FoundModule other = modules[1];
  other.path = "c";
  EXPECT_THROW(extract(store, other), ContentError);
  other = modules[1];
  other.digest = digest_of("other");
  EXPECT_THROW(extract(store, other), ContentError);
}

}  // namespace
}  // namespace wasm_oci
