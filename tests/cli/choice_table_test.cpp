#include "cli/choice_table.hpp"

#include "oci/digest.hpp"
#include "tests/cli/captured.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Platform kWasi{.os = "wasi", .architecture = "wasm"};
const Platform kLinux{.os = "linux", .architecture = "amd64"};
const std::string kShown = "sha256:" + digest_of("taken").hex().substr(0, 12);

AskedClient asked(std::string_view client) { return {.client = &find_client(client), .label = std::string(client)}; }

// Of an index it takes what is for `taken`.
Explanation explanation(const AskedClient& client, const Platform& taken, const Outlook& outlook) {
  const Descriptor index{.media_type = {}, .digest = digest_of("index")};
  const Descriptor entry{.media_type = {}, .digest = digest_of("taken"), .platform = taken};
  return {.asked = client,
          .wanted = kWasi,
          .choice = {.asked = taken, .index = index, .taken = entry},
          .reason = "why",
          .outlook = outlook};
}

Explanation nothing(const AskedClient& client, const Platform& asked_for) {
  Explanation explanation = wasm_oci::cli::explanation(client, asked_for, {});
  explanation.choice.taken.reset();
  return explanation;
}

std::string table_of(const std::vector<Explanation>& explanations, const std::vector<AskedClient>& clients) {
  ChoiceGroups groups;
  for (const Explanation& explanation : explanations) {
    add(groups, explanation);
  }
  const cli::testing::TestContext context;
  print_choice_table(context.context, groups, clients);
  return context.out.text;
}

TEST(ChoiceTable, SaysInFewWordsWhatBecomesOfIt) {
  const Outlook works{.works = true, .next = {}, .command = {}};
  const std::vector<AskedClient> clients = {
      asked("podman"), asked("crane"),          asked("buildkit"), asked("docker-classic"),
      asked("istio"),  asked("runwasi-layers"), asked("wkg"),      asked("oras"),
      asked("docker"), asked("crio"),           asked("skopeo")};
  Explanation unknown = explanation(clients[8], kWasi, {});
  unknown.outlook.is_known = false;
  Explanation broken = nothing(clients[10], kWasi);
  broken.choice.index.reset();
  EXPECT_EQ(
      table_of({explanation(clients[0], kWasi, works), explanation(clients[1], kWasi, works),
                explanation(clients[2], kWasi, {}), explanation(clients[3], kWasi, refuse("no")),
                explanation(clients[4], kLinux, {}), nothing(clients[5], kLinux),
                explanation(clients[6], kLinux, refuse("no")), nothing(clients[7], kWasi), unknown,
                nothing(clients[9], kLinux), broken},
               clients),
      "\nFor wasi/wasm\n\n"
      "  CLIENT                          TAKES                             THEN\n"
      "  podman                          wasi/wasm " +
          kShown +
          "     runs\n"
          "  crane                           wasi/wasm " +
          kShown +
          "     pulled only\n"
          "  BuildKit                        wasi/wasm " +
          kShown +
          "     no base image\n"
          "  Docker's classic store          wasi/wasm " +
          kShown +
          "     refused\n"
          "  Istio                           linux/amd64 " +
          kShown +
          "   asks for linux/amd64\n"
          "  runwasi's shims (wasm-layers)   nothing                           takes no index\n"
          "  wkg                             linux/amd64 " +
          kShown +
          "   asks for linux/amd64, refused\n"
          "  oras                            nothing                           finds nothing\n"
          "  Docker                          wasi/wasm " +
          kShown +
          "     not known\n"
          "  CRI-O                           nothing                           asks for linux/amd64, finds nothing\n"
          "  skopeo                          nothing                           fails\n");
}

TEST(ChoiceTable, OlderVersionsAreShownWhereTheyDifferOrAreAskedFor) {
  const Outlook works{.works = true, .next = {}, .command = {}};
  const std::vector<AskedClient> clients = {asked("podman"), asked("docker")};
  const AskedClient podman = asked("podman@4.3");
  const AskedClient docker = asked("docker@28");
  const std::vector<Explanation> told = {explanation(clients[0], kWasi, works), explanation(podman, kWasi, works),
                                         explanation(clients[1], kWasi, works), explanation(docker, kWasi, refuse(""))};
  EXPECT_THAT(table_of(told, clients), AllOf(Not(HasSubstr("podman 4.3")), HasSubstr("Docker 28 or older")));
  EXPECT_THAT(table_of(told, {clients[0], podman, clients[1]}), HasSubstr("podman 4.3 or older"));
}

TEST(ChoiceTable, WhatIsInNoIndexIsTakenWhateverIsAskedFor) {
  Explanation alone = explanation(asked("crio"), kLinux, {});
  alone.choice.index.reset();
  alone.choice.taken->platform.reset();
  EXPECT_THAT(table_of({alone}, {alone.asked}), HasSubstr("  CRI-O    " + kShown + "   does not run\n"));
}

TEST(ChoiceTable, NothingFromOutsideReachesTheTerminal) {
  const Platform bad{.os = "a\x1b[31m\n", .architecture = "wasm"};
  EXPECT_THAT(table_of({explanation(asked("podman"), bad, {})}, {}), HasSubstr("  podman   a"));
  EXPECT_THAT(table_of({explanation(asked("podman"), bad, {})}, {}), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace wasm_oci::cli
