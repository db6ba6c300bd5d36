#include "registry/manifest_response.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;

const std::string kIndex =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";

std::string type_of(std::string_view bytes, std::string_view content_type) {
  return describe_manifest("it", bytes, content_type).media_type;
}

TEST(ManifestResponse, HeaderAndDocumentAgreeOnTheMediaType) {
  EXPECT_EQ(type_of(kIndex, "application/vnd.oci.image.index.v1+json; charset=utf-8"), media_type::kOciIndex);
  EXPECT_EQ(type_of(kIndex, "Application/vnd.OCI.image.index.v1+json"), media_type::kOciIndex);
  EXPECT_THROW(type_of(kIndex, media_type::kOciManifest), ContentError);
}

TEST(ManifestResponse, TakesTheOneThatSaysSomething) {
  for (const std::string_view nothing :
       {"", "application/json", "text/plain; charset=utf-8", "application/octet-stream"}) {
    EXPECT_EQ(type_of(kIndex, nothing), media_type::kOciIndex) << nothing;
  }
  EXPECT_EQ(type_of(R"({"manifests":[]})", media_type::kDockerManifestList), media_type::kDockerManifestList);
  EXPECT_EQ(type_of(R"({"manifests":[]})", "application/json"), media_type::kOciIndex);
  EXPECT_EQ(type_of(R"({"config":{},"layers":[]})", ""), media_type::kOciManifest);
  EXPECT_EQ(type_of(R"({"future":1})", "application/vnd.future+json"), "application/vnd.future+json");
}

TEST(ManifestResponse, DigestAndSizeAreThoseOfTheBytes) {
  const Descriptor descriptor = describe_manifest("it", kIndex, "", DigestAlgorithm::sha512);
  EXPECT_EQ(descriptor.digest, digest_of(kIndex, DigestAlgorithm::sha512));
  EXPECT_EQ(descriptor.size, kIndex.size());
}

TEST(ManifestResponse, RefusesSchema1InClearWords) {
  for (const std::string_view type :
       {media_type::kDockerSchema1, media_type::kDockerSchema1Signed, std::string_view()}) {
    try {
      describe_manifest("it", R"({"schemaVersion":1,"fsLayers":[]})", type);
      FAIL();
    } catch (const ContentError& error) {
      EXPECT_THAT(error.message(), HasSubstr("schema 1"));
    }
  }
}

TEST(ManifestResponse, RefusesWhatIsNoDocument) {
  for (const std::string_view bytes : {"", "null", "[]", "{", "<html>login</html>", "\177ELF"}) {
    EXPECT_THROW(describe_manifest("it", bytes, media_type::kOciManifest), ContentError) << bytes;
  }
}

TEST(ManifestResponse, DescribesAsSentWhateverItIs) {
  const auto type_of = [](std::string_view bytes, std::string_view header) {
    return describe_as_sent(bytes, header, DigestAlgorithm::sha256).media_type;
  };
  EXPECT_EQ(type_of(R"({"mediaType":"x"})", std::string(media_type::kOciIndex) + "; charset=utf-8"),
            media_type::kOciIndex);
  EXPECT_EQ(type_of(R"({"mediaType":"x"})", "application/json"), "x");
  EXPECT_EQ(type_of(R"({"manifests":[]})", ""), media_type::kOciIndex);
  EXPECT_EQ(type_of("{", "text/plain"), "");
  EXPECT_EQ(describe_as_sent("{", "", DigestAlgorithm::sha256).digest, digest_of("{"));
}

TEST(ManifestResponse, QuotesTheBeginningOfLongTypes) {
  const std::string bytes = R"({"mediaType":")" + std::string(50'000, 'x') + "\"}";
  try {
    describe_manifest("it", bytes, std::string(50'000, 'y'));
    FAIL();
  } catch (const ContentError& error) {
    EXPECT_LT(error.message().size(), 400U);
    EXPECT_THAT(error.message(), HasSubstr("xxx…"));
    EXPECT_THAT(error.message(), HasSubstr("yyy…"));
  }
}

TEST(ManifestResponse, RefusesPagesAndEncodings) {
  EXPECT_THROW(check_is_content("it", {.headers = {{"Content-Type", "text/html; charset=utf-8"}}}), ContentError);
  EXPECT_THROW(check_is_content("it", {.headers = {{"Content-Encoding", "gzip"}}}), ContentError);
  EXPECT_NO_THROW(check_is_content("it", {.headers = {{"Content-Encoding", "identity"}}}));
}

}  // namespace
}  // namespace wasm_oci
