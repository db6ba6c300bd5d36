#include "oci/index/annotate.hpp"

#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class AnnotateIndex : public ::testing::Test {
 protected:
  AnnotateIndex() {
    first_.platform = parse_platform("wasi/wasm");
    second_.platform = parse_platform("linux/amd64");
    text_ = index_of({first_, second_, attestation_});
    text_.back() = ',';
    text_ += " \"x\" : 1e2}\n";
  }

  Descriptor attestation_of(const Descriptor& subject, const std::string& statement) {
    Descriptor attestation = testing::add_image(store_, statement);
    attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
    attestation.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                               {"vnd.docker.reference.digest", subject.digest.str()}};
    return attestation;
  }

  std::string index_of(const std::vector<Descriptor>& entries) {
    return store_.load(testing::add_index(store_, entries), NodeKind::manifest);
  }

  std::string error(const std::string& index, const std::vector<std::string>& texts) {
    try {
      annotate(index, texts);
    } catch (const ContentError& error) {
      return error.message();
    }
    return "no error";
  }

  AnnotatedIndex annotate(const std::vector<std::string>& texts) { return annotate(text_, texts); }

  AnnotatedIndex annotate(const std::string& index, const std::vector<std::string>& texts) {
    std::vector<AnnotationRequest> requests;
    for (const std::string& text : texts) {
      for (AnnotationRequest& request : parse_annotation(text, AnnotationLevel::index)) {
        requests.push_back(std::move(request));
      }
    }
    return annotate_index(index, entries_of(store_, index, ""), requests);
  }

  MemoryStore store_;
  Descriptor first_ = testing::add_image(store_, "first");
  Descriptor second_ = testing::add_image(store_, "second");
  Descriptor attestation_ = attestation_of(first_, "statement");
  std::string text_;
};

TEST_F(AnnotateIndex, TheIndexAndItsEntriesWithEveryOtherByteKept) {
  const AnnotatedIndex annotated =
      annotate({"a=1", "b=2", "manifest-descriptor:c=3", "manifest-descriptor[wasi/wasm]:d=4"});
  const Index index = parse_index(annotated.bytes);
  EXPECT_THAT(index.annotations, ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(index.manifests[0].annotations, ElementsAre(Pair("c", "3"), Pair("d", "4")));
  EXPECT_THAT(index.manifests[1].annotations, ElementsAre(Pair("c", "3")));
  EXPECT_EQ(index.manifests[2].annotations, attestation_.annotations);
  EXPECT_THAT(annotated.bytes, HasSubstr(R"( "x" : 1e2)"));
  EXPECT_THAT(annotated.manifests, IsEmpty());
  EXPECT_THAT(annotated.notes, IsEmpty());
}

TEST_F(AnnotateIndex, AManifestGetsAnotherDigestAndLosesWhatAttestsIt) {
  const AnnotatedIndex annotated = annotate({"manifest[wasi/wasm],manifest-descriptor[wasi/wasm]:a=1"});
  const Index index = parse_index(annotated.bytes);
  ASSERT_EQ(index.manifests.size(), 2U);
  ASSERT_EQ(annotated.manifests.size(), 1U);
  const auto& [digest, bytes] = *annotated.manifests.begin();
  EXPECT_EQ(digest, digest_of(bytes));
  EXPECT_THAT(parse_manifest(bytes).annotations, ElementsAre(Pair("a", "1")));
  EXPECT_EQ(index.manifests[0].digest, digest);
  EXPECT_EQ(index.manifests[0].size, bytes.size());
  EXPECT_THAT(index.manifests[0].annotations, ElementsAre(Pair("a", "1")));
  EXPECT_EQ(index.manifests[1], second_);
  ASSERT_EQ(annotated.entries.size(), 2U);
  EXPECT_EQ(annotated.entries[0].descriptor, index.manifests[0]);
  EXPECT_EQ(annotated.entries[0].platform, parse_platform("wasi/wasm"));
  EXPECT_THAT(annotated.entries[0].json, HasSubstr(digest.str()));
  EXPECT_THAT(annotated.notes, ElementsAre(HasSubstr("1 attestation left out")));
}

TEST_F(AnnotateIndex, AManifestThatStaysForAnotherPlatformKeepsWhatAttestsIt) {
  Descriptor same = first_;
  same.platform = parse_platform("linux/arm64");
  const AnnotatedIndex annotated = annotate(index_of({same, first_, attestation_}), {"manifest[wasi/wasm]:a=1"});
  EXPECT_THAT(annotated.manifests, SizeIs(1));
  EXPECT_THAT(parse_index(annotated.bytes).manifests, ElementsAre(same, _, attestation_));
  EXPECT_THAT(annotated.entries, SizeIs(3));
  EXPECT_THAT(annotated.notes, IsEmpty());
  EXPECT_THAT(parse_index(annotate(index_of({same, first_, attestation_}), {"manifest:a=1"}).bytes).manifests,
              SizeIs(2));
}

// Where another entry leads to what a manifest becomes, that one's attestations are not stale.
TEST_F(AnnotateIndex, AManifestThatComesToStandElsewhereKeepsWhatAttestsIt) {
  const AnnotatedIndex once = annotate({"manifest[wasi/wasm]:a=1"});
  Descriptor changed = store_.add(media_type::kOciManifest, once.manifests.begin()->second);
  changed.platform = parse_platform("linux/arm64");
  const Descriptor of_changed = attestation_of(changed, "other");
  const AnnotatedIndex annotated = annotate(index_of({first_, changed, attestation_, of_changed}), {"manifest:a=1"});
  EXPECT_THAT(parse_index(annotated.bytes).manifests, ElementsAre(_, changed, of_changed));
}

TEST_F(AnnotateIndex, AttestationsOfAttestationsGoWithThem) {
  const Descriptor of_attestation = attestation_of(attestation_, "of the statement");
  const Descriptor of_second = attestation_of(second_, "other");
  const std::vector<Descriptor> entries = {of_attestation, first_, attestation_, second_, of_second};
  const AnnotatedIndex annotated = annotate(index_of(entries), {"manifest[wasi/wasm]:a=1"});
  EXPECT_THAT(parse_index(annotated.bytes).manifests, ElementsAre(_, second_, of_second));
  ASSERT_THAT(annotated.entries, SizeIs(3));
  EXPECT_EQ(annotated.entries[0].platform, first_.platform);
  EXPECT_EQ(annotated.entries[1].descriptor, second_);
  EXPECT_EQ(annotated.entries[2].descriptor, of_second);
  EXPECT_THAT(annotated.notes, ElementsAre(HasSubstr("2 attestations left out")));
}

TEST_F(AnnotateIndex, AnEntryHoldsNoneOfTheContentThatItLedTo) {
  const auto text = [](const Descriptor& manifest, const std::string& before, const std::string& after) {
    return R"({ "manifests": [ {)" + before + R"("size" : )" + std::to_string(manifest.size) + ",\n\"digest\":\"" +
           manifest.digest.str() + R"(","mediaType": ")" + manifest.media_type + "\"" + after +
           "} ],\t\"schemaVersion\":2}\n";
  };
  const std::string data = R"("data": "e30=")";
  for (const auto& [before, after] : {std::pair(data + " , ", std::string()), std::pair(std::string(), ", " + data)}) {
    const AnnotatedIndex annotated = annotate(text(first_, before, after), {"manifest:a=1"});
    ASSERT_THAT(annotated.manifests, SizeIs(1));
    EXPECT_EQ(annotated.bytes,
              text(describe(first_.media_type, annotated.manifests.begin()->second), std::string(), std::string()));
  }
}

TEST_F(AnnotateIndex, ThousandsOfManifestsAtOnce) {
  std::vector<Descriptor> entries;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                .config = describe(media_type::kOciConfig, std::to_string(i))});
    entries.push_back(store_.add(media_type::kOciManifest, text));
    entries.back().platform = Platform{.os = "linux", .architecture = std::to_string(i)};
  }
  const AnnotatedIndex annotated = annotate(index_of(entries), {"manifest,manifest-descriptor:a=1"});
  const Index index = parse_index(annotated.bytes);
  ASSERT_EQ(index.manifests.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Manifest manifest = parse_manifest(annotated.manifests.at(index.manifests[i].digest));
    EXPECT_EQ(manifest.config.digest, digest_of(std::to_string(i)));
    EXPECT_THAT(manifest.annotations, ElementsAre(Pair("a", "1")));
  }
}

TEST_F(AnnotateIndex, RefusesWhatRegistriesDoNotTake) {
  constexpr std::size_t kMost = 4UL * 1024 * 1024;
  const std::string own = "a=1";
  const std::size_t added = annotate({own}).bytes.size() - text_.size();
  const std::string full = text_ + std::string(kMost - added - text_.size(), ' ');
  EXPECT_EQ(annotate(full, {own}).bytes.size(), kMost);
  EXPECT_THAT(error(full + " ", {own}), HasSubstr("the index would have 4.19 MB"));
  EXPECT_THAT(error(full, {"manifest-descriptor:a=1"}), HasSubstr("the index would have"));
  // What is larger already may be, and may not grow.
  const std::string larger = full + std::string(added + 1, ' ');
  EXPECT_EQ(annotate(larger, {"manifest[wasi/wasm]:a=1"}).bytes.size() < larger.size(), true);
  EXPECT_THAT(error(larger, {own}), HasSubstr("the index would have"));
}

TEST_F(AnnotateIndex, RefusesAManifestThatRegistriesDoNotTake) {
  std::string manifest = store_.load(first_, NodeKind::manifest);
  manifest += std::string(4UL * 1024 * 1024 - manifest.size(), ' ');
  Descriptor full = store_.add(media_type::kOciManifest, manifest);
  full.platform = first_.platform;
  EXPECT_THAT(error(index_of({full}), {"manifest:a=1"}), HasSubstr("the manifest would have 4.19 MB"));
}

TEST_F(AnnotateIndex, ALongTextIsNotHeldForEachOfManyEntries) {
  const std::vector<Descriptor> entries(9000, first_);
  EXPECT_THAT(error(index_of(entries), {"manifest-descriptor:a=" + std::string(200'000, 'x')}),
              HasSubstr("the index would have 4."));
}

TEST_F(AnnotateIndex, WithoutPlatformAllManifestsAreMeant) {
  EXPECT_THAT(annotate({"manifest:a=1"}).manifests, SizeIs(2));
}

TEST_F(AnnotateIndex, WhatSaysSoAlreadyDoesNotChange) {
  const std::vector<std::string> requests = {"a=1", "manifest-descriptor:b=2", "manifest:c=3"};
  const AnnotatedIndex once = annotate(requests);
  for (const auto& [digest, bytes] : once.manifests) {
    store_.add(media_type::kOciManifest, bytes);
  }
  const AnnotatedIndex twice = annotate(once.bytes, requests);
  EXPECT_EQ(twice.bytes, once.bytes);
  EXPECT_THAT(twice.manifests, IsEmpty());
}

TEST_F(AnnotateIndex, OtherAnnotationsStayAndTheLastOfAKeyWins) {
  const std::string once = annotate({"a=1", "b=2"}).bytes;
  EXPECT_THAT(parse_index(annotate(once, {"b=3", "b=4"}).bytes).annotations,
              ElementsAre(Pair("a", "1"), Pair("b", "4")));
}

TEST_F(AnnotateIndex, RefusesWhatHasNoPlace) {
  EXPECT_THROW(annotate({"manifest[linux/arm64]:a=1"}), NotFoundError);
  EXPECT_THROW(annotate({"manifest-descriptor[linux/arm64]:a=1"}), NotFoundError);
  EXPECT_THROW(annotate({"index-descriptor:a=1"}), UsageError);
  EXPECT_THROW(annotate({"index[wasi/wasm]:a=1"}), UsageError);
}

}  // namespace
}  // namespace wasm_oci
