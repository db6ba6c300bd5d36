#include "oci/validate/repair.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/joined_store.hpp"
#include "oci/store/layout_store.hpp"
#include "oci/store/memory_store.hpp"
#include "oci/validate/validate.hpp"
#include "tests/support/counting_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Rules = std::set<std::string_view>;

Rules rules_in(Store& store, const Descriptor& root) {
  ValidationCache cache;
  Rules rules;
  for (const ReachedNode& node : validate(store, root, {}, cache)) {
    for (const Finding& finding : node.report->findings.all()) {
      rules.insert(finding.rule->id);
    }
  }
  return rules;
}

Rules rules_after(Store& store, const Repaired& repaired) {
  MemoryStore made;
  for (const auto& [digest, text] : repaired.documents) {
    made.add("", text);
  }
  JoinedStore joined({&made, &store});
  return rules_in(joined, repaired.root);
}

const Rules& mended_rules() {
  static const Rules rules = {"IDX002", "IDX005", "IDX006", "IDX014", "IDX018b",
                              "IDX020", "IDX028", "IDX029", "MAN001", "MAN007"};
  return rules;
}

// testdata/rules: under each rule's name what breaks it.
class RepairOfFixtures : public ::testing::Test {
 protected:
  std::unique_ptr<LayoutStore> store_ = LayoutStore::open(testing::testdata("rules/layout"));
};

TEST_F(RepairOfFixtures, MendsWhatIsCertainAndNothingElse) {
  for (const Rule* const rule : all_rules()) {
    const std::optional<Descriptor> root = store_->resolve(std::string(rule->id));
    if (!root) {
      continue;  // what is wrong is no content
    }
    const Rules before = rules_in(*store_, *root);
    const Repaired repaired = repair(*store_, *root);
    if (mended_rules().contains(rule->id)) {
      ASSERT_THAT(repaired.mends, SizeIs(1)) << rule->id;
      EXPECT_EQ(repaired.mends[0].rule, rule->id);
      const Rules after = rules_after(*store_, repaired);
      EXPECT_FALSE(after.contains(rule->id)) << rule->id;
      EXPECT_TRUE(std::ranges::includes(before, after)) << rule->id;
    } else {
      EXPECT_THAT(repaired.mends, IsEmpty()) << rule->id;
      EXPECT_THAT(repaired.documents, IsEmpty()) << rule->id;
      EXPECT_EQ(repaired.root.digest, root->digest) << rule->id;
    }
  }
}

TEST_F(RepairOfFixtures, LeavesAnArtifactBehindAnAttestation) {
  EXPECT_THAT(repair(*store_, store_->resolve("IDX020.near.artifact").value()).mends, IsEmpty());
}

TEST_F(RepairOfFixtures, LeavesEveryOtherByteAsItIs) {
  const Descriptor root = store_->resolve("IDX014").value();
  const Repaired repaired = repair(*store_, root);
  std::string text = store_->load(root, NodeKind::manifest);
  const std::size_t wrong = text.find("\"Linux\"");
  ASSERT_NE(wrong, std::string::npos);
  EXPECT_EQ(repaired.documents.at(repaired.root.digest), text.replace(wrong, 7, "\"linux\""));
}

class Repair : public ::testing::Test {
 protected:
  // A manifest that does not say its type, of a config for `platform`.
  Descriptor untyped_image(const Platform& platform) {
    const Descriptor config =
        store_.add(media_type::kOciConfig, serialize(ImageConfig{.platform = platform, .entrypoint = {"/app"}}));
    return store_.add(media_type::kOciManifest, serialize(Manifest{.media_type = "", .config = config}));
  }

  Descriptor attestation_of(const Descriptor& image) {
    const Descriptor config = store_.add(media_type::kOciConfig, "{}");
    Descriptor attestation =
        store_.add(media_type::kOciManifest,
                   serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                      .config = config,
                                      .layers = {store_.add("application/vnd.in-toto+json", image.digest.str())}}));
    attestation.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                               {"vnd.docker.reference.digest", image.digest.str()}};
    attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
    return attestation;
  }

  MemoryStore store_;
};

TEST_F(Repair, AnAttestationOfAnImageThatHadToChangeIsLeftOut) {
  const Descriptor image = untyped_image({.os = "wasi", .architecture = "wasm"});
  const Descriptor attestation = attestation_of(image);
  const Repaired repaired = repair(store_, testing::add_index(store_, {image, attestation}));
  EXPECT_THAT(repaired.notes, ElementsAre(HasSubstr("is left out")));
  const Index index = parse_index(repaired.documents.at(repaired.root.digest));
  ASSERT_THAT(index.manifests, SizeIs(1));
  EXPECT_NE(index.manifests[0].digest, image.digest);
  EXPECT_EQ(index.manifests[0].platform, (Platform{.os = "wasi", .architecture = "wasm"}));
  const std::string& manifest = repaired.documents.at(index.manifests[0].digest);
  EXPECT_EQ(parse_manifest(manifest).media_type, media_type::kOciManifest);
  EXPECT_EQ(index.manifests[0].size, manifest.size());
}

TEST_F(Repair, AnAttestationOfAnImageOfAnotherIndexIsLeftOut) {
  const Descriptor image = untyped_image({.os = "wasi", .architecture = "wasm"});
  const Descriptor inner = testing::add_index(store_, {image});
  const Repaired repaired = repair(store_, testing::add_index(store_, {attestation_of(image), inner}));
  EXPECT_THAT(repaired.notes, ElementsAre(HasSubstr("is left out")));
  const Index index = parse_index(repaired.documents.at(repaired.root.digest));
  ASSERT_THAT(index.manifests, SizeIs(1));
  EXPECT_TRUE(repaired.documents.contains(index.manifests[0].digest));
}

TEST_F(Repair, WhatRefersToAnImageThatHadToChangeIsTold) {
  const Descriptor image = untyped_image({.os = "wasi", .architecture = "wasm"});
  const Descriptor referrer = testing::add_referrer(store_, image, "signature");
  const Descriptor other = testing::add_referrer(store_, testing::add_image(store_, "other"), "signature");
  const Repaired repaired = repair(store_, testing::add_index(store_, {referrer, other, image}));
  EXPECT_THAT(repaired.notes, ElementsAre(HasSubstr(referrer.digest.str() + " refers to " + image.digest.str())));
}

TEST_F(Repair, WhatChangesKeepsTheAlgorithmOfItsDigest) {
  const Descriptor sha256 = untyped_image({.os = "wasi", .architecture = "wasm"});
  const std::string text = store_.load(sha256, NodeKind::manifest);
  const Descriptor image = describe(sha256.media_type, text, DigestAlgorithm::sha512);
  store_.put_root(image, text, {});
  const Repaired repaired = repair(store_, testing::add_index(store_, {image}));
  const Index index = parse_index(repaired.documents.at(repaired.root.digest));
  ASSERT_THAT(index.manifests, SizeIs(1));
  const Digest& digest = index.manifests[0].digest;
  EXPECT_EQ(digest, digest_of(repaired.documents.at(digest), DigestAlgorithm::sha512));
  EXPECT_EQ(repaired.root.digest.algorithm(), DigestAlgorithm::sha256);
}

TEST_F(Repair, EntriesThatAreThereTwiceAreThereOnce) {
  Descriptor image = testing::add_image(store_, "a");
  image.platform = Platform{.os = "linux", .architecture = "amd64"};
  Descriptor again = image;
  again.platform = Platform{.os = "linux", .architecture = "x86_64"};
  const Repaired repaired = repair(store_, testing::add_index(store_, {image, again, image}));
  EXPECT_THAT(parse_index(repaired.documents.at(repaired.root.digest)).manifests, SizeIs(1));
}

TEST_F(Repair, APlatformOfMegabytesIsNoneThatEntriesGet) {
  const std::string long_name(1'000'000, 'x');
  const Descriptor image = untyped_image({.os = long_name, .architecture = "wasm"});
  const std::vector<Descriptor> entries(500, image);
  for (const Mend& mend : repair(store_, testing::add_index(store_, entries)).mends) {
    EXPECT_NE(mend.rule, "IDX005");
    EXPECT_LT(mend.message.size(), 1000U);
  }
}

TEST_F(Repair, WhatCannotBeReadStaysAsItIs) {
  const Descriptor absent = describe(media_type::kOciManifest, "absent");
  const Descriptor root = testing::add_index(store_, {absent});
  EXPECT_EQ(repair(store_, root).root.digest, root.digest);
  const Descriptor broken = store_.add(media_type::kOciIndex, "{");
  EXPECT_EQ(repair(store_, broken).root.digest, broken.digest);
  const Descriptor odd = store_.add(media_type::kOciIndex, R"({"manifests":[1,{"digest":7}],"layers":3})");
  EXPECT_THAT(repair(store_, odd).mends, IsEmpty()) << "it is as much a manifest";
}

// Clients that compare names as they are written find it by one of them alone.
TEST_F(Repair, TwoEntriesForOneImageThatDifferAreNoDuplicates) {
  Descriptor image = testing::add_image(store_, "a");
  image.platform = Platform{.os = "linux", .architecture = "arm"};
  Descriptor versioned = image;
  versioned.platform->variant = "v7";
  Descriptor annotated = image;
  annotated.annotations = {{"io.github.containers.compression.zstd", "true"}};
  EXPECT_THAT(repair(store_, testing::add_index(store_, {image, versioned, annotated})).mends, IsEmpty());
}

TEST_F(Repair, AnImageThatIsOnlyCalledAnAttestationKeepsItsPlaceAndItsPlatform) {
  Descriptor image = testing::add_image(store_, "a");
  image.platform = Platform{.os = "linux", .architecture = "amd64"};
  image.annotations = {{"vnd.docker.reference.type", "attestation-manifest"}};
  Descriptor other = testing::add_image(store_, "b");
  other.platform = Platform{.os = "linux", .architecture = "arm64"};
  EXPECT_THAT(repair(store_, testing::add_index(store_, {image, other})).mends, IsEmpty());
}

TEST_F(Repair, AnImageThatIsCalledAnAttestationOfOneThatHadToChangeStays) {
  const Descriptor changes = untyped_image({.os = "wasi", .architecture = "wasm"});
  Descriptor image = testing::add_image(store_, "a");
  image.platform = Platform{.os = "linux", .architecture = "amd64"};
  image.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                       {"vnd.docker.reference.digest", changes.digest.str()}};
  const Repaired repaired = repair(store_, testing::add_index(store_, {changes, image}));
  EXPECT_THAT(repaired.notes, IsEmpty());
  EXPECT_THAT(parse_index(repaired.documents.at(repaired.root.digest)).manifests, SizeIs(2));
}

TEST_F(Repair, MendsNoMoreThanAnybodyReads) {
  std::vector<Descriptor> indexes;
  for (int i = 0; i < 60; ++i) {
    Index index{.media_type = std::string(media_type::kOciIndex)};
    index.annotations = {{"number", std::to_string(i)}};
    for (int entry = 0; entry < 1000; ++entry) {
      Descriptor image = testing::add_image(store_, "a");
      image.platform = Platform{.os = "Linux", .architecture = "amd64"};
      index.manifests.push_back(image);
    }
    indexes.push_back(store_.add(media_type::kOciIndex, serialize(index)));
  }
  EXPECT_THROW(repair(store_, testing::add_index(store_, indexes)), ContentError);
}

TEST_F(Repair, WhatContradictsTheConfigIsNotCompletedFromIt) {
  const auto mends = [&](const Platform& said, const Platform& config) {
    Descriptor image = store_.add(
        media_type::kOciManifest,
        serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                           .config = store_.add(media_type::kOciConfig, serialize(ImageConfig{.platform = config}))}));
    image.platform = said;
    return repair(store_, testing::add_index(store_, {image})).mends.size();
  };
  EXPECT_EQ(mends({.os = "linux", .architecture = ""}, {.os = "linux", .architecture = "arm64"}), 1U);
  EXPECT_EQ(mends({.os = "linux", .architecture = ""}, {.os = "windows", .architecture = "arm64"}), 0U);
  EXPECT_EQ(mends({.os = "linux", .architecture = ""}, {.os = "wasi", .architecture = "wasm"}), 0U);
  EXPECT_EQ(mends({.os = "linux", .architecture = "", .variant = "v8"},
                  {.os = "linux", .architecture = "arm", .variant = "v7"}),
            0U);
}

TEST_F(Repair, WhatIsTakenFromAConfigIsWrittenAsIsUsual) {
  const Descriptor config =
      store_.add(media_type::kOciConfig, serialize(ImageConfig{.platform = {.os = "Linux", .architecture = "x86_64"}}));
  const Descriptor image =
      store_.add(media_type::kOciManifest,
                 serialize(Manifest{.media_type = std::string(media_type::kOciManifest), .config = config}));
  const Repaired repaired = repair(store_, testing::add_index(store_, {image}));
  const Index index = parse_index(repaired.documents.at(repaired.root.digest));
  EXPECT_EQ(index.manifests.at(0).platform, (Platform{.os = "linux", .architecture = "amd64"}));
}

TEST_F(Repair, DataThatIsEmptyIsNone) {
  Descriptor image = testing::add_image(store_, "a");
  image.platform = Platform{.os = "linux", .architecture = "amd64"};
  const std::string text = serialize(Index{.media_type = std::string(media_type::kOciIndex), .manifests = {image}});
  for (const std::string data : {R"("data":"",)", R"("data":null,)"}) {
    std::string with_data = text;
    with_data.insert(with_data.find("\"digest\""), data);
    EXPECT_THAT(repair(store_, store_.add(media_type::kOciIndex, with_data)).mends, IsEmpty()) << data;
  }
}

TEST_F(Repair, NothingIsSaidToBeWhatItsEntryIsMistakenAbout) {
  const Descriptor image = testing::add_image(store_, "a");
  Descriptor index = store_.add(media_type::kOciIndex, serialize(Index{.media_type = "", .manifests = {image}}));
  index.media_type = media_type::kOciManifest;
  for (const Mend& mend : repair(store_, testing::add_index(store_, {index})).mends) {
    EXPECT_NE(mend.rule, "MAN001");
  }
}

TEST_F(Repair, ReadsNoMoreThanAFewHundredMegabytesOfDocuments) {
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = store_.add(media_type::kOciConfig, std::string(kMaxManifestSize, ' '))};
  std::vector<Descriptor> images;
  for (int i = 0; i < 65; ++i) {
    manifest.annotations = {{"number", std::to_string(i)}};
    images.push_back(store_.add(media_type::kOciManifest, serialize(manifest)));
  }
  EXPECT_THROW(repair(store_, testing::add_index(store_, images)), ContentError);
}

TEST_F(Repair, ReadsALayerOnceWhateverSizesAreSaidOfIt) {
  testing::CountingStore store;
  const Descriptor layer = store.add(media_type::kOciLayer, "layer");
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = store.add(media_type::kOciConfig, "{}")};
  for (std::uint64_t i = 0; i < 100; ++i) {
    manifest.layers.push_back(layer);
    manifest.layers.back().size = i;
  }
  const Repaired repaired = repair(store, store.add(media_type::kOciManifest, serialize(manifest)));
  EXPECT_THAT(repaired.mends, SizeIs(99));
  EXPECT_EQ(store.opened(layer.digest), 1);
}

}  // namespace
}  // namespace wasm_oci
