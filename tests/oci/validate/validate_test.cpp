#include "oci/validate/validate.hpp"

#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/counting_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Platform kWasi{.os = "wasi", .architecture = "wasm"};

// Counts what is opened, and gives other bytes than those that are asked for.
class OddStore final : public Store {
 public:
  explicit OddStore(MemoryStore& store) : store_(store) {}

  std::optional<Descriptor> resolve(const std::string& name) override { return store_.resolve(name); }
  void lie_about(const Digest& digest, std::string bytes) { lies_.emplace(digest, std::move(bytes)); }
  int opened(const Digest& digest) { return opened_[digest]; }

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override {
    ++opened_[descriptor.digest];
    if (const auto lie = lies_.find(descriptor.digest); lie != lies_.end()) {
      return std::make_unique<StringSource>(lie->second);
    }
    return std::make_unique<StringSource>(store_.load(descriptor, kind));
  }

 private:
  MemoryStore& store_;
  std::map<Digest, std::string> lies_;
  std::map<Digest, int> opened_;
};

class Validating : public ::testing::Test {
 protected:
  Descriptor image(const Platform& platform, const Descriptor& layer, const std::string& content) {
    const ImageConfig config{.platform = platform, .entrypoint = {"/app.wasm"}, .diff_ids = {digest_of(content)}};
    return store_.add(media_type::kOciManifest,
                      serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                         .config = store_.add(media_type::kOciConfig, serialize(config)),
                                         .layers = {layer}}));
  }

  static std::vector<std::string> rules_in(Store& store, const Descriptor& root) {
    ValidationCache cache;
    std::vector<std::string> rules;
    for (const ReachedNode& node : validate(store, root, {}, cache)) {
      for (const Finding& finding : node.report->findings.all()) {
        rules.emplace_back(finding.rule->id);
      }
    }
    return rules;
  }

  MemoryStore store_;
};

TEST_F(Validating, LooksOnceAtWhatSeveralImagesShare) {
  const std::string tar = testing::make_tar({{"app.wasm", testing::module_of_every_kind()}});
  const Descriptor layer = store_.add(media_type::kOciLayer, tar);
  Descriptor first = image(kWasi, layer, tar);
  Descriptor second = image({.os = "wasip1", .architecture = "wasm"}, layer, tar);
  first.platform = kWasi;
  second.platform = Platform{.os = "wasip1", .architecture = "wasm"};
  OddStore store(store_);
  ValidationCache cache;
  const std::vector<ReachedNode> nodes = validate(store, testing::add_index(store_, {first, second, first}), {}, cache);
  EXPECT_THAT(nodes, SizeIs(3));
  EXPECT_EQ(nodes[1].platform, kWasi);
  EXPECT_EQ(store.opened(layer.digest), 1);
  EXPECT_EQ(store.opened(first.digest), 1);
  validate(store, first, {.shallow = true}, cache);
  EXPECT_EQ(store.opened(layer.digest), 1);
}

TEST_F(Validating, WhatIsNotWhatIsMeantIsNotJudged) {
  const Descriptor child = testing::add_image(store_, "layer");
  const Descriptor root = testing::add_index(store_, {child});
  OddStore store(store_);
  store.lie_about(child.digest, R"({"schemaVersion":1})");
  EXPECT_THAT(rules_in(store, root), Contains("IDX027"));
  EXPECT_THAT(rules_in(store, root), Not(Contains("IDX001")));
}

TEST_F(Validating, EveryEntryIsHeldToTheSizeOfWhatItLeadsTo) {
  const Descriptor child = testing::add_image(store_, "layer");
  Descriptor other = child;
  ++other.size;
  other.platform = kWasi;
  EXPECT_THAT(rules_in(store_, testing::add_index(store_, {child, other})), Contains("IDX028"));
  EXPECT_THAT(rules_in(store_, testing::add_index(store_, {child, child})), Not(Contains("IDX028")));
}

TEST_F(Validating, AnEntryThatSaysOtherwiseHidesNothingOfTheNext) {
  Descriptor child = image(kWasi, describe(media_type::kOciLayer, "absent"), "absent");
  child.platform = kWasi;
  Descriptor unknown = child;
  unknown.media_type = "application/octet-stream";
  Descriptor attesting = child;
  attesting.annotations = {{"vnd.docker.reference.type", "attestation-manifest"}};
  Descriptor native = child;
  native.platform = Platform{.os = "linux", .architecture = "amd64"};
  const auto count = [&](const std::vector<Descriptor>& entries) {
    return std::ranges::count(rules_in(store_, testing::add_index(store_, entries)), "IDX032");
  };
  for (const Descriptor& first : {unknown, attesting, native}) {
    EXPECT_EQ(count({first, child}), 1) << "and what both have is told once";
  }
  EXPECT_EQ(count({unknown}), 0);
}

TEST_F(Validating, AnEntryForAManifestOfTheFirstSchemaIsNoArtifact) {
  for (const std::string_view type : {media_type::kDockerSchema1, media_type::kDockerSchema1Signed}) {
    Descriptor child = store_.add(type, R"({"schemaVersion":1,"fsLayers":[]})");
    child.platform = Platform{.os = "linux", .architecture = "amd64"};
    EXPECT_THAT(rules_in(store_, testing::add_index(store_, {child})), ElementsAre("IDX001")) << type;
  }
}

// containerd looks whether the key is there, and with null it is (core/images/image.go, validateMediaType).
TEST_F(Validating, AnIndexHasNoLayersNorNullForThem) {
  const Descriptor root =
      store_.add(media_type::kOciIndex, std::string(R"({"schemaVersion":2,"mediaType":")") +
                                            std::string(media_type::kOciIndex) + R"(","manifests":[],"layers":null})");
  EXPECT_THAT(rules_in(store_, root), Contains("IDX003"));
}

// Who asks for linux/amd64 takes any variant of it (go-containerregistry, matchesPlatform).
TEST_F(Validating, WhatIstioTakesHasAPluginWhateverItsVariant) {
  const std::string tar = testing::make_tar({{"app", "native"}});
  const auto rules = [&](const Platform& platform) {
    Descriptor child = image(platform, store_.add(media_type::kOciLayer, tar), tar);
    child.platform = platform;
    return rules_in(store_, testing::add_index(store_, {child}));
  };
  EXPECT_THAT(rules({.os = "linux", .architecture = "amd64", .variant = "v2"}), Contains("CFG020"));
  EXPECT_THAT(rules({.os = "linux", .architecture = "arm64"}), Not(Contains("CFG020")));
}

TEST_F(Validating, WhatStandsBehindTheEntryThatIstioTakesNeedsNoPlugin) {
  const auto entry = [&](const Platform& platform, const std::string& file) {
    const std::string tar = testing::make_tar({{file, testing::module_of_every_kind()}}, "ustar", "gzip");
    const std::string plain = testing::make_tar({{file, testing::module_of_every_kind()}});
    Descriptor child = image(platform, store_.add(media_type::kOciLayerGzip, tar), plain);
    child.platform = platform;
    return child;
  };
  const Descriptor plugin = entry({.os = "linux", .architecture = "amd64"}, "plugin.wasm");
  const Descriptor program = entry({.os = "linux", .architecture = "amd64", .variant = "v3"}, "app.wasm");
  EXPECT_THAT(rules_in(store_, testing::add_index(store_, {plugin, program})), Not(Contains("CFG020")));
  EXPECT_THAT(rules_in(store_, testing::add_index(store_, {program, plugin})), Contains("CFG020"));
}

TEST_F(Validating, AnImageAloneIsHeldToTheNamesOfItsConfig) {
  const std::string tar = testing::make_tar({{"app.wasm", testing::module_of_every_kind()}});
  const Descriptor layer = store_.add(media_type::kOciLayer, tar);
  const auto rules = [&](const Platform& platform) { return rules_in(store_, image(platform, layer, tar)); };
  EXPECT_THAT(rules({.os = "linux", .architecture = "wasm"}), Contains("IDX008"));
  EXPECT_THAT(rules({.os = "wasi", .architecture = "wasm32"}), Contains("IDX009"));
  EXPECT_THAT(rules({.os = "wasi", .architecture = "wasm", .variant = "v1"}), Contains("IDX012"));
  EXPECT_THAT(rules({.os = "WASI", .architecture = "Wasm"}), Contains("IDX014"));
  EXPECT_THAT(rules({.os = "linux", .architecture = "x86_64"}), Contains("IDX014"));
  EXPECT_THAT(rules(kWasi), Not(Contains("IDX008")));
}

TEST_F(Validating, WhatIsForWasmIsSoInAnyCase) {
  const std::string tar = testing::make_tar({{"other", "?"}});
  const Descriptor layer = store_.add(media_type::kOciLayer, tar);
  EXPECT_THAT(rules_in(store_, image({.os = "wasi", .architecture = "Wasm"}, layer, tar)), Contains("CFG006"));
}

TEST_F(Validating, ALayerOfAMisspelledTypeIsFound) {
  const std::string tar = testing::make_tar({{"app.wasm", testing::module_of_every_kind()}});
  const Descriptor typo = store_.add("application/vnd.oci.image.layer.v1.tar+gz", tar);
  EXPECT_THAT(rules_in(store_, image(kWasi, typo, tar)), Contains("MAN003"));
  const Descriptor signature = store_.add("application/vnd.dev.cosign.simplesigning.v1+json", "{}");
  EXPECT_THAT(rules_in(store_, image(kWasi, signature, "{}")), IsEmpty());
}

TEST_F(Validating, EveryTimeOfAConfigCounts) {
  const std::string tar = testing::make_tar({{"app.wasm", testing::module_of_every_kind()}});
  const ImageConfig config{.platform = kWasi,
                           .entrypoint = {"/app.wasm"},
                           .diff_ids = {digest_of(tar)},
                           .history = {{.created = "yesterday"}}};
  const Descriptor root = store_.add(media_type::kOciManifest,
                                     serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                        .config = store_.add(media_type::kOciConfig, serialize(config)),
                                                        .layers = {store_.add(media_type::kOciLayer, tar)}}));
  EXPECT_THAT(rules_in(store_, root), Contains("CFG024"));
}

TEST_F(Validating, AVariantThatAConfigLeavesOutIsNoOther) {
  const std::string tar = testing::make_tar({{"app", "?"}});
  Descriptor entry = image({.os = "linux", .architecture = "arm"}, store_.add(media_type::kOciLayer, tar), tar);
  entry.platform = Platform{.os = "linux", .architecture = "arm", .variant = "v6"};
  EXPECT_THAT(rules_in(store_, testing::add_index(store_, {entry})), Not(Contains("IDX007")));
}

TEST_F(Validating, LooksNoFurtherWhereEnoughIsFound) {
  std::vector<Descriptor> images;
  for (int i = 0; i < 300; ++i) {
    std::string layers;
    for (int layer = 0; layer < 100; ++layer) {
      layers.append(layer == 0 ? "" : ",").append("{}");
    }
    images.push_back(
        store_.add(media_type::kOciManifest, R"({"n":)" + std::to_string(i) + R"(,"layers":[)" + layers + "]}"));
  }
  const std::vector<std::string> rules = rules_in(store_, testing::add_index(store_, images));
  EXPECT_THAT(rules, Contains("DOC005"));
  EXPECT_LT(rules.size(), 12'000U);
}

TEST_F(Validating, EndsWithMoreEntriesThanAnybodyReads) {
  std::string text = R"({"schemaVersion":2,"manifests":[)";
  const std::string entry = serialize(Index{.media_type = "", .manifests = {describe(media_type::kOciManifest, "x")}});
  const std::size_t begin = entry.find('[') + 1;
  const std::string one = entry.substr(begin, entry.rfind(']') - begin);
  for (int i = 0; i < 100'000; ++i) {
    text.append(i == 0 ? "" : ",").append(one);
  }
  EXPECT_THAT(rules_in(store_, store_.add(media_type::kOciIndex, text + "]}")), ElementsAre("IDX031"));
}

TEST_F(Validating, EndsAtIndexesThatAreNestedDeeperThanAnybodyNests) {
  Descriptor index = testing::add_index(store_, {});
  for (int i = 0; i < 20; ++i) {
    index = testing::add_index(store_, {index});
  }
  EXPECT_THAT(rules_in(store_, index), Contains("DOC005"));
}

TEST_F(Validating, AnIndexIsLookedAtAfterTheOneThatLeadsToIt) {
  const Descriptor inner = testing::add_index(store_, {testing::add_image(store_, "inner")});
  const Descriptor image = testing::add_image(store_, "outer");
  Descriptor other = inner;
  ++other.size;
  ValidationCache cache;
  const std::vector<ReachedNode> nodes = validate(store_, testing::add_index(store_, {inner, image, other}), {}, cache);
  ASSERT_THAT(nodes, SizeIs(4));
  EXPECT_EQ(nodes[1].digest, inner.digest);
  EXPECT_EQ(nodes[1].report->facts.kind, ContentKind::index);
  EXPECT_EQ(nodes[2].digest, image.digest);
  EXPECT_TRUE(std::ranges::any_of(nodes[0].report->findings.all(), [](const Finding& finding) {
    return finding.rule->id == "IDX028" && finding.path == "manifests[2].size";
  }));
  EXPECT_EQ(nodes[0].report->entries.at("manifests[2]").digest, inner.digest);
}

TEST_F(Validating, LooksNoFurtherWhereDocumentsTogetherAreTooLarge) {
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = store_.add(media_type::kOciConfig, std::string(kMaxManifestSize, ' '))};
  std::vector<Descriptor> images;
  for (int i = 0; i < 100; ++i) {
    manifest.annotations = {{"number", std::to_string(i)}};
    images.push_back(store_.add(media_type::kOciManifest, serialize(manifest)));
  }
  const Descriptor index = testing::add_index(store_, images);
  ValidationCache cache;
  const std::vector<ReachedNode> nodes = validate(store_, index, {}, cache);
  EXPECT_LT(nodes.size(), images.size());
  EXPECT_TRUE(std::ranges::any_of(nodes[0].report->findings.all(),
                                  [](const Finding& finding) { return finding.rule->id == "DOC005"; }));
}

TEST_F(Validating, LooksNoFurtherBehindIndexesOfWhichEnoughIsFound) {
  std::vector<Descriptor> indexes;
  for (int i = 0; i < 300; ++i) {
    std::string text = R"({"schemaVersion":2,"annotations":{"number":")" + std::to_string(i) + R"("},"manifests":[{})";
    for (int entry = 1; entry < 50; ++entry) {
      text += ",{}";
    }
    indexes.push_back(store_.add(media_type::kOciIndex, text + "]}"));
  }
  ValidationCache cache;
  const std::vector<ReachedNode> nodes = validate(store_, testing::add_index(store_, indexes), {}, cache);
  std::size_t found = 0;
  for (const ReachedNode& node : nodes) {
    found += node.report->findings.all().size();
  }
  EXPECT_LT(found, 11'000U);
  EXPECT_TRUE(std::ranges::any_of(nodes[0].report->findings.all(),
                                  [](const Finding& finding) { return finding.rule->id == "DOC005"; }));
}

TEST_F(Validating, LooksNoFurtherWhereIndexesTogetherAreTooLarge) {
  std::vector<Descriptor> indexes;
  for (int i = 0; i < 66; ++i) {
    indexes.push_back(store_.add(media_type::kOciIndex, std::string(kMaxManifestSize - 10, ' ') + std::to_string(i)));
  }
  ValidationCache cache;
  const std::vector<ReachedNode> nodes = validate(store_, testing::add_index(store_, indexes), {}, cache);
  EXPECT_TRUE(std::ranges::any_of(nodes[0].report->findings.all(),
                                  [](const Finding& finding) { return finding.rule->id == "DOC005"; }));
  EXPECT_FALSE(nodes.back().report->was_read);
}

TEST_F(Validating, EndsAtDocumentsThatAreNestedDeeply) {
  const Descriptor root = store_.add(media_type::kOciIndex, std::string(100'000, '[') + std::string(100'000, ']'));
  EXPECT_THAT(rules_in(store_, root), ElementsAre("DOC001"));
}

TEST_F(Validating, TellsALayerThatExpandsBeyondReason) {
  const std::string bomb = testing::make_tar({{"zeros", std::string(std::size_t{80} << 20U, '\0')}}, "ustar", "gzip");
  const Descriptor layer = store_.add(media_type::kOciLayerGzip, bomb);
  EXPECT_THAT(rules_in(store_, image(kWasi, layer, "")), Contains("DOC001"));
}

TEST_F(Validating, ASignatureIsNoBrokenImage) {
  const Descriptor config = store_.add(media_type::kOciConfig, R"({"architecture":"","os":"","rootfs":{}})");
  const Descriptor layer = store_.add("application/vnd.dev.cosign.simplesigning.v1+json", "{}");
  const Descriptor signature = store_.add(
      media_type::kOciManifest,
      serialize(Manifest{.media_type = std::string(media_type::kOciManifest), .config = config, .layers = {layer}}));
  EXPECT_THAT(rules_in(store_, signature), IsEmpty());
}

TEST_F(Validating, TheRootNeedsNoMediaTypeToBeKnown) {
  const std::string text = R"({"schemaVersion":2,"manifests":[]})";
  ValidationCache cache;
  const Descriptor root = store_.add("", text);
  const std::vector<ReachedNode> nodes = validate(store_, root, {.is_document = true}, cache);
  ASSERT_THAT(nodes, SizeIs(1));
  EXPECT_EQ(nodes[0].report->facts.kind, ContentKind::index);
}

TEST_F(Validating, ReadsALayerOnceWhateverSizesAreSaidOfIt) {
  testing::CountingStore store;
  const Descriptor layer = store.add(media_type::kOciLayer, testing::make_tar({{"app.wasm", "x"}}));
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = store.add(media_type::kOciConfig, serialize(ImageConfig{.platform = kWasi}))};
  for (std::uint64_t i = 0; i < 100; ++i) {
    manifest.layers.push_back(layer);
    manifest.layers.back().size = layer.size + i - 50;
  }
  const Descriptor root = store.add(media_type::kOciManifest, serialize(manifest));
  const std::vector<std::string> rules = rules_in(store, root);
  EXPECT_EQ(std::ranges::count(rules, "IDX028"), 99);
  EXPECT_LE(store.opened(layer.digest), 2);  // the last layer's files are kept
}

// A layer whose facts take more than 10 MiB, and less than 16.
std::string layer_of_long_names(char name) {
  std::vector<testing::TarMember> members;
  for (int i = 0; i < 2800; ++i) {
    members.push_back({std::string(3990, name) + std::to_string(i)});
  }
  return testing::make_tar(members, "pax");
}

TEST_F(Validating, HoldsFilesOfAllLayersTogetherToABoundAndReadsEachLayerOnce) {
  testing::CountingStore store;
  const Descriptor a = store.add(media_type::kOciLayer, layer_of_long_names('a'));
  const Descriptor b = store.add(media_type::kOciLayer, layer_of_long_names('b'));
  const auto image_of = [&](std::vector<Descriptor> layers, const std::string& author) {
    const ImageConfig config{.author = author, .platform = kWasi, .entrypoint = {"/app.wasm"}};
    return store.add(media_type::kOciManifest,
                     serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                        .config = store.add(media_type::kOciConfig, serialize(config)),
                                        .layers = std::move(layers)}));
  };
  EXPECT_THAT(rules_in(store, image_of({a}, "")), Not(Contains("DOC005")));
  EXPECT_THAT(rules_in(store, image_of({a, a, a}, "")), Not(Contains("DOC005")));
  const int before = store.opened(a.digest);
  std::vector<Descriptor> images;
  for (int i = 0; i < 10; ++i) {
    images.push_back(image_of({a, b}, std::to_string(i)));
    images.back().platform = kWasi;
  }
  EXPECT_THAT(rules_in(store, testing::add_index(store, images)), Contains("DOC005"));
  EXPECT_EQ(store.opened(a.digest), before + 1);
  EXPECT_EQ(store.opened(b.digest), 1);
}

}  // namespace
}  // namespace wasm_oci
