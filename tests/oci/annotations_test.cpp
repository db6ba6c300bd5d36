#include "oci/annotations.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;

AnnotationRequest request(AnnotationLevel level, std::string key, std::string value) {
  return {.level = level, .platform = std::nullopt, .key = std::move(key), .value = std::move(value)};
}

TEST(Annotation, BareKeyGoesToTheLevelThatTheCommandMeans) {
  EXPECT_THAT(parse_annotation("a=b", AnnotationLevel::index), ElementsAre(request(AnnotationLevel::index, "a", "b")));
}

TEST(Annotation, EachLevelOfAPrefixGetsIt) {
  EXPECT_THAT(
      parse_annotation("manifest,index-descriptor:a=b", AnnotationLevel::index),
      ElementsAre(request(AnnotationLevel::manifest, "a", "b"), request(AnnotationLevel::index_descriptor, "a", "b")));
}

TEST(Annotation, ValueMayHoldColonsAndEqualSigns) {
  EXPECT_THAT(parse_annotation("url=https://x/?a=b:c", AnnotationLevel::manifest),
              ElementsAre(request(AnnotationLevel::manifest, "url", "https://x/?a=b:c")));
}

TEST(Annotation, OtherWordsBeforeAColonBelongToTheKey) {
  EXPECT_THAT(parse_annotation("com.example:key=v", AnnotationLevel::manifest),
              ElementsAre(request(AnnotationLevel::manifest, "com.example:key", "v")));
  EXPECT_THAT(parse_annotation("manifest,other:key=v", AnnotationLevel::manifest),
              ElementsAre(request(AnnotationLevel::manifest, "manifest,other:key", "v")));
  EXPECT_THROW(parse_annotation("manfest[wasi/wasm]:key=v", AnnotationLevel::manifest), UsageError);
}

TEST(Annotation, EmptyValueIsAValue) {
  EXPECT_THAT(parse_annotation("a=", AnnotationLevel::manifest),
              ElementsAre(request(AnnotationLevel::manifest, "a", "")));
}

TEST(Annotation, RefusesWhatHasNoKeyOrValue) {
  for (const char* text : {"", "a", "=b", "manifest:", "manifest:=b", "manifest[:a=b", "manifest[]:a=b"}) {
    EXPECT_THROW(parse_annotation(text, AnnotationLevel::manifest), UsageError) << text;
  }
}

TEST(Annotation, PlatformLimitsIt) {
  const auto requests = parse_annotation("manifest[wasi/wasm]:a=b", AnnotationLevel::index);
  EXPECT_EQ(select(requests, AnnotationLevel::manifest, {.os = "wasi", .architecture = "wasm"}).count("a"), 1U);
  EXPECT_TRUE(select(requests, AnnotationLevel::manifest, {.os = "linux", .architecture = "amd64"}).empty());
  EXPECT_TRUE(select(requests, AnnotationLevel::index, {.os = "wasi", .architecture = "wasm"}).empty());
}

TEST(Annotation, OfOneKeyTheLastWins) {
  auto requests = parse_annotation("a=1", AnnotationLevel::manifest);
  requests.push_back(parse_annotation("a=2", AnnotationLevel::manifest).front());
  EXPECT_EQ(select(requests, AnnotationLevel::manifest, {}).at("a"), "2");
}

}  // namespace
}  // namespace wasm_oci
