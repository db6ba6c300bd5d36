#include "oci/validate/finding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Place kPlace{.document = digest_of("a")};

TEST(Findings, OfOneRuleInOneDocumentOnlySoManyAreKept) {
  Findings findings;
  for (int i = 0; i < 250; ++i) {
    findings.add("IDX005", kPlace, "", "no platform");
  }
  findings.add("IDX005", {.document = digest_of("b")}, "", "no platform");
  ASSERT_THAT(findings.all(), SizeIs(101));
  EXPECT_EQ(findings.all()[99].message, "151 more of these");
}

// What is behind the last one that is kept counts all the same.
TEST(Findings, AnErrorAmongManyMildOnesIsNotLost) {
  constexpr std::array<std::string_view, 2> kClients = {"docker", "podman"};
  Findings mild;
  for (int i = 0; i < 150; ++i) {
    mild.add("MAN006", kPlace, "", "mild", Severity::warning);
  }
  EXPECT_EQ(judge(mild, kClients).back().severity, Severity::warning);
  mild.add("MAN006", kPlace, "", "severe");
  EXPECT_EQ(judge(mild, kClients).back().severity, Severity::error);
  Findings of_one;
  for (int i = 0; i < 150; ++i) {
    of_one.add_for({"podman"}, "MAN006", kPlace, "", "of one");
  }
  EXPECT_THAT(judge(of_one, kClients).back().clients, ElementsAre("podman"));
  of_one.add("MAN006", kPlace, "", "of all");
  EXPECT_THAT(judge(of_one, kClients).back().clients, ElementsAre("docker", "podman"));
}

TEST(Findings, MayMatterToSomeClientsAlone) {
  Findings findings;
  findings.add_for({"podman"}, "MAN006", kPlace, "", "");
  EXPECT_EQ(severity_for(findings.all()[0], "podman"), Severity::error);
  EXPECT_EQ(severity_for(findings.all()[0], "docker"), Severity::none);
  EXPECT_FALSE(findings.has_error(kPlace));
}

TEST(Findings, KnowInWhichDocumentSomethingIsAnErrorForEverybody) {
  Findings findings;
  findings.add("IDX002", kPlace, "", "a warning");
  findings.add("MAN007", kPlace, "", "a mild case", Severity::warning);
  findings.add("IDX024", kPlace, "", "an error for one client");
  EXPECT_FALSE(findings.has_error(kPlace));
  findings.add("IDX001", kPlace, "", "an error");
  EXPECT_TRUE(findings.has_error(kPlace));
  EXPECT_FALSE(findings.has_error({.document = digest_of("b")}));
}

TEST(Findings, ARuleThatIsInNoCatalogueIsAMistakeOfTheProgrammer) {
  Findings findings;
  EXPECT_THROW(findings.add("IDX999", kPlace, "", ""), std::logic_error);
}

TEST(Judging, TakesTheWorstOfTheClientsAndLeavesOutWhatMattersToNone) {
  Findings findings;
  findings.add("IDX005", kPlace, "", "");
  findings.add("IDX024", kPlace, "", "");
  findings.add("MAN007", kPlace, "", "", Severity::warning);
  constexpr std::array<std::string_view, 2> kClients = {"podman", "docker"};
  const std::vector<Judged> judged = judge(findings, kClients);
  ASSERT_THAT(judged, SizeIs(2));
  EXPECT_EQ(judged[0].severity, Severity::error);
  EXPECT_THAT(judged[0].clients, ElementsAre("podman", "docker"));
  EXPECT_EQ(judged[1].severity, Severity::warning);
  constexpr std::array<std::string_view, 1> kShims = {"runwasi-layers"};
  EXPECT_EQ(judge(findings, kShims)[1].severity, Severity::error);
  EXPECT_THAT(judge(findings, {}), IsEmpty());
}

}  // namespace
}  // namespace wasm_oci
