#include "registry/referrers.hpp"

#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Descriptor referrer(const std::string& content) {
  Descriptor descriptor = describe(media_type::kOciManifest, content);
  descriptor.artifact_type = "application/vnd.example";
  descriptor.annotations = {{"key", "value"}};
  return descriptor;
}

std::string index_of(std::vector<Descriptor> manifests) {
  return serialize(Index{.media_type = std::string(media_type::kOciIndex), .manifests = std::move(manifests)});
}

// distribution-spec, "Referrers Tag Schema".
TEST(ReferrersTag, IsCutToWhatATagMayHold) {
  const Digest digest = digest_of("x");
  EXPECT_EQ(referrers_tag(digest), "sha256-" + digest.hex());
  const Digest longer = digest_of("x", DigestAlgorithm::sha512);
  EXPECT_EQ(referrers_tag(longer), "sha512-" + longer.hex().substr(0, 64));
  EXPECT_TRUE(is_tag(referrers_tag(longer)));
}

TEST(ParseReferrers, TakesAnIndexAndNothingElse) {
  const std::string index = index_of({referrer("a"), referrer("b"), referrer("a")});
  EXPECT_THAT(parse_referrers(index, media_type::kOciIndex), ElementsAre(referrer("a"), referrer("b")));
  EXPECT_THROW(parse_referrers(index, media_type::kOciManifest), ContentError);
  EXPECT_THROW(parse_referrers(R"({"config":{}})", media_type::kOciIndex), ContentError);
  EXPECT_THROW(
      parse_referrers(R"({"manifests":[{"mediaType":"a","size":1,"digest":"sha256:abc"}]})", media_type::kOciIndex),
      ContentError);
}

TEST(AddReferrer, LeavesEveryOtherByteAsItIs) {
  const std::string before =
      "{\n  \"x-own\": 1e2,\n  \"manifests\": [\n    {\"mediaType\": \"a/b\", \"size\": 1, \"digest\": \"" +
      digest_of("a").str() + "\"}\n  ]\n}\n";
  const std::string after = add_referrer(before, referrer("b"));
  EXPECT_THAT(after, HasSubstr(before.substr(0, before.find("\n  ]"))));
  EXPECT_TRUE(after.ends_with("\n  ]\n}\n"));
  EXPECT_EQ(parse_index(after).manifests.at(1), referrer("b"));
  EXPECT_EQ(add_referrer(after, referrer("a")), after) << "listed already";
}

TEST(AddReferrer, BeginsAList) {
  EXPECT_EQ(add_referrer(index_of({}), referrer("a")), index_of({referrer("a")}));
  EXPECT_EQ(add_referrer(R"({"manifests":null})", referrer("a")),
            R"({"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
                digest_of("a").str() +
                R"(","size":1,"annotations":{"key":"value"},"artifactType":"application/vnd.example"}]})");
}

TEST(AddReferrer, RefusesMoreThanIsEverRead) {
  std::vector<Descriptor> many;
  for (std::size_t number = 0; number < kMaxDescriptors; ++number) {
    many.push_back(describe("a/b", std::to_string(number)));
  }
  EXPECT_THROW(add_referrer(index_of(std::move(many)), referrer("a")), ContentError);
}

}  // namespace
}  // namespace wasm_oci
