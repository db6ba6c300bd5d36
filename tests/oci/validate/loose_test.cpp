#include "oci/validate/loose.hpp"

#include "oci/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Document parse(std::string text) { return Document::parse(std::move(text), {.max_bytes = kMaxManifestSize}); }

TEST(LooseReading, TakesWhatItCanOfADescriptor) {
  const Document document =
      parse(R"({"mediaType":7,"digest":"sha256:zz","size":-1,"annotations":{"a":"b","c":1},"platform":{"os":"wasi"}})");
  const LooseDescriptor loose = read_loosely(document.root());
  EXPECT_EQ(loose.media_type, "");
  EXPECT_FALSE(loose.digest);
  EXPECT_FALSE(loose.size);
  EXPECT_EQ(loose.annotations, (Annotations{{"a", "b"}}));
  EXPECT_TRUE(loose.platform);
  EXPECT_FALSE(loose.full_platform());
  EXPECT_FALSE(loose.target());
}

TEST(LooseReading, ASizeIsWhatGoHoldsInAnInt64) {
  EXPECT_EQ(read_loosely(parse(R"({"size":9223372036854775807})").root()).size, 9223372036854775807U);
  EXPECT_FALSE(read_loosely(parse(R"({"size":9223372036854775808})").root()).size);
  EXPECT_FALSE(read_loosely(parse(R"({"size":1e2})").root()).size);
  EXPECT_FALSE(read_loosely(parse(R"({"size":"1"})").root()).size);
}

TEST(LooseReading, PassesOverElementsThatAreNoObjects) {
  const Document document = parse(R"({"manifests":[1,{"size":2},null,"x",{"size":5}]})");
  const std::vector<LooseDescriptor> entries = descriptors_of(document.root(), "manifests");
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[1].json.path(), "manifests[4]");
  EXPECT_THAT(descriptors_of(document.root(), "layers"), IsEmpty());
  EXPECT_THAT(descriptors_of(parse(R"({"layers":{}})").root(), "layers"), IsEmpty());
}

TEST(LooseReading, ReadsListsOfTexts) {
  EXPECT_THAT(texts_of(parse(R"({"Cmd":["a",1,"b"]})").root(), "Cmd"), ElementsAre("a", "", "b"));
  EXPECT_THAT(texts_of(parse(R"({"Cmd":"a"})").root(), "Cmd"), IsEmpty());
}

TEST(LooseReading, MakesAValueForThoseWhoLookAtTypes) {
  const Document document = parse(R"({"config":{"mediaType":"c"},"layers":[{"mediaType":"l","size":3}]})");
  const Manifest value = as_value(read_manifest_loosely(document.root()));
  EXPECT_EQ(value.config.media_type, "c");
  ASSERT_THAT(value.layers, SizeIs(1));
  EXPECT_EQ(value.layers[0].media_type, "l");
  EXPECT_EQ(as_value(read_manifest_loosely(parse("{}").root())).config.media_type, "");
}

}  // namespace
}  // namespace wasm_oci
