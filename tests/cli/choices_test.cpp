#include "cli/choices.hpp"

#include "oci/digest.hpp"
#include "tests/cli/captured.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace wasm_oci::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Platform kWasi{.os = "wasi", .architecture = "wasm"};

Explanation explanation(std::string_view client, const std::string& reason, const Outlook& outlook) {
  return {.asked = {.client = &find_client(client), .label = std::string(client)},
          .wanted = kWasi,
          .choice = {.asked = kWasi},
          .reason = reason,
          .outlook = outlook};
}

std::string printed(const ChoiceGroups& groups) {
  const cli::testing::TestContext context;
  print_choices(context.context, groups);
  return context.out.text;
}

std::string written(const ChoiceGroups& groups) {
  JsonWriter json;
  write_choices(json, groups);
  return std::move(json).take();
}

TEST(Choices, WhoTakesTheSameStandsTogether) {
  ChoiceGroups groups;
  add(groups, explanation("docker", "why", {.works = true, .next = "it runs", .command = "docker run"}));
  add(groups, explanation("podman", "why not", {}));
  add(groups, explanation("containerd", "why", {.works = true, .next = "it is unpacked", .command = "ctr run"}));
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_THAT(printed(groups), AllOf(HasSubstr("For wasi/wasm\n"), HasSubstr("  Docker and containerd\n"),
                                     HasSubstr("    take nothing: why\n"), HasSubstr("    Docker: it runs\n"),
                                     HasSubstr("      ctr run\n"), HasSubstr("    takes nothing: why not\n")));
}

PassedOver passed_over(const std::string& platform, const std::string& reason) {
  PassedOver passed{.entry = {.media_type = {}, .digest = digest_of(platform)}, .reason = reason};
  if (!platform.empty()) {
    passed.entry.platform = parse_platform(platform);
  }
  return passed;
}

TEST(Choices, WhatIsPassedOverForTheSameKindOfReasonStandsInOneLine) {
  ChoiceGroups groups;
  Explanation told = explanation("podman", "why", {});
  told.choice.passed_over = {passed_over("linux/amd64", "is for linux/amd64"), passed_over("", "names no platform"),
                             passed_over("linux/arm64", "is for linux/arm64"),
                             passed_over("linux/s390x", "is for linux/riscv64")};
  add(groups, told);
  const auto shown = [](const std::string& platform) { return "sha256:" + digest_of(platform).hex().substr(0, 12); };
  EXPECT_THAT(printed(groups), HasSubstr("    not linux/amd64 " + shown("linux/amd64") + ", linux/arm64 " +
                                         shown("linux/arm64") + ": each is for another platform\n    not " + shown("") +
                                         ": it names no platform\n    not linux/s390x " + shown("linux/s390x") +
                                         ": it is for linux/riscv64\n"));
  EXPECT_THAT(written(groups), HasSubstr(R"("reason":"is for linux/arm64")"));
}

TEST(Choices, OfALargeIndexTheFirstEntriesAreShown) {
  ChoiceGroups groups;
  Explanation told = explanation("podman", "why", {});
  for (int i = 0; i < 23; ++i) {
    told.choice.passed_over.push_back(passed_over("os/" + std::to_string(i), "is for os/" + std::to_string(i)));
  }
  add(groups, told);
  EXPECT_THAT(printed(groups),
              AllOf(HasSubstr(" os/19 sha256:"), Not(HasSubstr("os/20 ")), HasSubstr("    not 3 more\n")));
}

TEST(Choices, WhoDoesTheSameIsToldOnce) {
  ChoiceGroups groups;
  const Outlook refused{.next = "it is refused", .command = {}};
  for (const std::string_view client : {"docker@28", "docker-classic", "docker@27"}) {
    add(groups, explanation(client, "why", refused));
  }
  EXPECT_THAT(printed(groups), AllOf(HasSubstr("  Docker 28 or older and Docker's classic store\n"),
                                     HasSubstr("    Docker 28 or older and Docker's classic store: it is refused\n")));
  EXPECT_THAT(written(groups), AllOf(HasSubstr(R"("client":"docker@28")"), HasSubstr(R"("client":"docker@27")"),
                                     HasSubstr(R"("client":"docker-classic")"), HasSubstr(R"("action":"run")")));
}

TEST(Choices, AnAnswerIsShownAndNothingOfItReachesTheTerminal) {
  ChoiceGroups groups;
  add(groups, explanation("podman", "why", {}));
  EXPECT_THAT(written(groups), Not(HasSubstr("checked")));
  Checked& checked = groups[0].clients[0].checked.emplace();
  checked.program = "podman";
  checked.version = "4\x1b[31m";
  checked.said = "no\nway\x1b[0m";
  EXPECT_THAT(printed(groups), HasSubstr("    podman 4\\x1b[31m: not asked: no\\nway\\x1b[0m\n"));
  EXPECT_THAT(written(groups),
              HasSubstr(R"("checked":{"program":"podman","version":"4\u001b[31m","agrees":null,"took":null,"said":)"));
  checked.version = "4.3";
  checked.agrees = true;
  EXPECT_THAT(printed(groups), HasSubstr("    podman 4.3: agrees: it takes nothing\n"));
  checked.took = digest_of("taken");
  checked.as = "podman@4.3";
  EXPECT_THAT(printed(groups), HasSubstr("    podman 4.3, as podman@4.3: agrees\n"));
  checked.as.clear();
  checked.took.reset();
  checked.agrees = false;
  EXPECT_THAT(printed(groups), HasSubstr("    podman 4.3: DISAGREES: podman took nothing: no\\nway"));
  checked.took = digest_of("other");
  EXPECT_THAT(printed(groups), HasSubstr("    podman 4.3: DISAGREES: podman took " + checked.took->str() + "\n"));
  EXPECT_THAT(written(groups), HasSubstr(R"("agrees":false,"took":"sha256:)"));
}

}  // namespace
}  // namespace wasm_oci::cli
