#include "oci/store/layout_index.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;

Descriptor image(std::string_view text) { return describe(media_type::kOciManifest, text); }

std::string put(std::string_view text, const Descriptor& root, std::vector<RootName> names) {
  return put_entries(text, root, names);
}

TEST(LayoutIndex, AnEntryANameWithBothAnnotations) {
  const std::string text = put(kEmptyLayoutIndex, image("a"), {{"docker.io/me/app:1", "docker.io/me/app:1"}, {"x"}});
  const std::vector<Descriptor> entries = parse_layout_index(text);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].annotations.at(std::string(annotation::kRefName)), "docker.io/me/app:1");
  EXPECT_EQ(entries[0].annotations.at(std::string(annotation::kImageName)), "docker.io/me/app:1");
  EXPECT_EQ(entries[1].annotations, (Annotations{{std::string(annotation::kRefName), "x"}}));
}

TEST(LayoutIndex, KeepsEntriesItDoesNotUnderstandByteForByte) {
  const std::string foreign = R"({ "digest" : ")" + image("f").digest.str() +
                              R"(","future":[1, 2.50,{"deep":null}], "size":1,"mediaType":"application/x-new"})";
  const std::string before = "{\n  \"schemaVersion\": 2, \"unknown\": {\"a\":  1},\n  \"manifests\": [\n    " +
                             foreign + "\n  ],\n  \"annotations\": {\"k\":\"v\"}\n}\n";
  const std::string added = put(before, image("a"), {{"app"}});
  EXPECT_THAT(added, HasSubstr(foreign));
  EXPECT_THAT(added, HasSubstr("\"unknown\": {\"a\":  1},"));
  EXPECT_TRUE(added.ends_with("\"annotations\": {\"k\":\"v\"}\n}\n"));
  EXPECT_EQ(remove_entries(added, "app"), before);
}

TEST(LayoutIndex, TheSameNameReplacesInPlace) {
  std::string text = put(kEmptyLayoutIndex, image("a"), {{"one"}, {"two"}});
  text = put(text, image("b"), {{"one"}});
  const std::vector<Descriptor> entries = parse_layout_index(text);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entry_name(entries[0]), "one");
  EXPECT_EQ(entries[0].digest, image("b").digest);
  EXPECT_EQ(entries[1].digest, image("a").digest);
}

TEST(LayoutIndex, SeveralEntriesOfANameBecomeOne) {
  std::string text = put(kEmptyLayoutIndex, image("a"), {{"one"}, {"two"}, {"three"}});
  for (std::size_t at = text.find("two"); at != std::string::npos; at = text.find("two")) {
    text.replace(at, 3, "one");
  }
  EXPECT_EQ(parse_layout_index(put(text, image("a"), {{"one"}})).size(), 2U);
}

TEST(LayoutIndex, WhatIsThereAlreadyChangesNothing) {
  const std::string text = put(kEmptyLayoutIndex, image("a"), {{"one"}});
  EXPECT_EQ(put(text, image("a"), {{"one"}}), text);
  EXPECT_EQ(put(text, image("a"), {}), text);
  EXPECT_EQ(remove_entries(text, "absent"), text);
  EXPECT_NE(put(text, image("b"), {}), text);
}

TEST(LayoutIndex, FindsRefNamesFirstThenImageNamesThenDigests) {
  std::string text = put(kEmptyLayoutIndex, image("a"), {{"1.0", "docker.io/me/app:1.0"}});
  text = put(text, image("b"), {{"docker.io/me/app:1.0"}});
  const std::vector<Descriptor> entries = parse_layout_index(text);
  EXPECT_EQ(find_entry(entries, "1.0")->digest, image("a").digest);
  EXPECT_EQ(find_entry(entries, "docker.io/me/app:1.0")->digest, image("b").digest);
  EXPECT_EQ(find_entry(entries, image("b").digest.str())->digest, image("b").digest);
  EXPECT_EQ(find_entry(entries, "1"), std::nullopt) << "whole names only";
  EXPECT_EQ(
      find_entry(parse_layout_index(remove_entries(text, "docker.io/me/app:1.0")), "docker.io/me/app:1.0")->digest,
      image("a").digest);
}

TEST(LayoutIndex, ADigestIsNeverAName) {
  const std::string text = put(kEmptyLayoutIndex, image("b"), {{image("a").digest.str()}});
  EXPECT_EQ(find_entry(parse_layout_index(text), image("a").digest.str()), std::nullopt);
}

TEST(LayoutIndex, ANameForTwoImagesIsAmbiguous) {
  std::string text = put(kEmptyLayoutIndex, image("a"), {{"x", "latest"}});
  text = put(text, image("b"), {{"y", "latest"}});
  EXPECT_THROW(find_entry(parse_layout_index(text), "latest"), UsageError);
}

TEST(LayoutIndex, TheOnlyEntryMayHaveSeveralNames) {
  EXPECT_THROW(only_entry({}, "X"), NotFoundError);
  std::string text = put(kEmptyLayoutIndex, image("a"), {{"one"}, {"two"}});
  EXPECT_EQ(only_entry(parse_layout_index(text), "X").digest, image("a").digest);
  text = put(text, image("b"), {{"three"}});
  try {
    only_entry(parse_layout_index(text), "X");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.hint(), "name one of: one, three, two");
  }
}

TEST(LayoutIndex, RefusesWhatIsNoIndex) {
  const std::string digest = image("a").digest.str();
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{\"manifests\":{}}"), std::string("{\"schemaVersion\":1}"),
        R"({"manifests":[{"digest":")" + digest + R"("}]})", std::string(R"({"manifests":[],"manifests":[]})"),
        std::string(R"({"manifests":[{"mediaType":"a/b","size":1,"digest":"sha256:../x"}]})")}) {
    EXPECT_THROW(parse_layout_index(text), ContentError) << text;
  }
}

TEST(LayoutIndex, ANullListBecomesAList) {
  EXPECT_EQ(parse_layout_index(put(R"({"schemaVersion":2,"manifests":null})", image("a"), {{"x"}})).size(), 1U);
}

TEST(LayoutIndex, OnlyVersionOneIsKnown) {
  EXPECT_NO_THROW(check_layout_file(kLayoutFile));
  EXPECT_THROW(check_layout_file(R"({"imageLayoutVersion":"2.0.0"})"), ContentError);
  EXPECT_THROW(check_layout_file("{}"), ContentError);
}

}  // namespace
}  // namespace wasm_oci
