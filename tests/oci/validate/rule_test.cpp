#include "oci/validate/rule.hpp"

#include "oci/clients/client.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <set>
#include <string>
#include <string_view>

namespace wasm_oci {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(Rules, HaveIdsAndNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Rule* const rule : all_rules()) {
    EXPECT_TRUE(is_like_rule_id(rule->id)) << rule->id;
    EXPECT_TRUE(names.insert(rule->id).second) << rule->id;
    EXPECT_TRUE(names.insert(rule->name).second) << rule->name;
    EXPECT_EQ(find_rule(rule->id), rule);
    EXPECT_EQ(find_rule(rule->name), rule);
  }
  EXPECT_THAT(all_rules(), SizeIs(93));
  EXPECT_EQ(std::ranges::count_if(all_rules(), [](const Rule* rule) { return is_hint(*rule); }), 6);
  EXPECT_EQ(find_rule("idx018B")->name, "attestation-platform");
  EXPECT_EQ(find_rule("IDX999"), nullptr);
}

TEST(Rules, AreNotTakenForImagesNorImagesForThem) {
  for (const std::string_view id : {"IDX0055", "idx999", "MAN99", "IDX18", "cfg018b", "idx5", "IDX-005", "man-12B"}) {
    EXPECT_TRUE(is_like_rule_id(id)) << id;
  }
  for (const std::string_view image : {"abc123", "idx", "IDX", "idx-", "idxa", "idx--1", "me/app", "IDX005:1", "IDX0a5",
                                       "idx5ab", "library/idx5", ""}) {
    EXPECT_FALSE(is_like_rule_id(image)) << image;
  }
}

TEST(Rules, SayAllThatAPageNeeds) {
  for (const Rule* const rule : all_rules()) {
    for (const std::string_view text : {rule->checks, rule->why, rule->fix}) {
      EXPECT_THAT(text, EndsWith(".")) << rule->id;
    }
  }
}

TEST(Rules, KnowTheClientsThatTheyName) {
  for (const Rule* const rule : all_rules()) {
    for (const SeverityFor& one : rule->clients) {
      for (const auto name : std::views::split(one.clients, ',')) {
        EXPECT_NO_THROW(find_client(std::string_view(name.begin(), name.end()))) << rule->id;
      }
    }
  }
}

TEST(Rules, AreAsSevereAsTheClientsTakeThem) {
  const Rule& rule = *find_rule("IDX005");
  EXPECT_EQ(severity_for(rule, "docker"), Severity::error);
  EXPECT_EQ(severity_for(rule, "podman"), Severity::warning);
  EXPECT_EQ(severity_for(*find_rule("IDX024"), "docker"), Severity::none);
  EXPECT_THAT(page_of(rule), HasSubstr("**Severity**: error for docker, regctl, oras; warning for the others."));
  EXPECT_THAT(page_of(*find_rule("IDX024")), HasSubstr("**Severity**: error for runwasi-layers."));
}

TEST(Rules, AreTheirPagesInTheDocumentation) {
  const std::filesystem::path folder = testing::testdata("../docs/rules");
  std::set<std::string> expected;
  for (const Rule* const rule : all_rules()) {
    expected.insert(std::string(rule->id) + ".md");
    testing::expect_same_as_file(page_of(*rule), folder / (std::string(rule->id) + ".md"));
  }
  std::set<std::string> present;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    present.insert(entry.path().filename());
  }
  EXPECT_EQ(present, expected);
}

}  // namespace
}  // namespace wasm_oci
