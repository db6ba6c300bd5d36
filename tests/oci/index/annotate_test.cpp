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
    attestation_.platform = Platform{.os = "unknown", .architecture = "unknown"};
    attestation_.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                                {"vnd.docker.reference.digest", first_.digest.str()}};
    text_ = store_.load(testing::add_index(store_, {first_, second_, attestation_}), NodeKind::manifest);
    text_.back() = ',';
    text_ += " \"x\" : 1e2}\n";
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
  Descriptor attestation_ = testing::add_image(store_, "statement");
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
