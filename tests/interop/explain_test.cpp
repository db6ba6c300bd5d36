// `explain` as a user meets it.
#include "oci/platform.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class ExplainCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    user_.must({"build", testdata("modules/hello.wasm").string(), "-t", "me/app:1", "--platform",
                "wasi/wasm,wasip1/wasm", "-q"});
  }

  json choices(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"explain", "local:me/app:1", "--format", "json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return json::parse(user_.must(all)).at("choices");
  }

  WasmOci user_;
};

TEST_F(ExplainCommand, GroupsClientsThatTakeTheSame) {
  const std::string wasi = user_.must({"digest", "local:me/app:1", "--platform", "wasi/wasm"});
  const Outcome outcome = user_({"explain", "local:me/app:1", "--platform", "wasip1/wasm"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("For wasip1/wasm\n"),
                    HasSubstr("  Docker, docker pull, Docker 28 or older, Docker's classic store, containerd,"),
                    HasSubstr("(wasip1/wasm): it is the first that is for wasip1/wasm\n"),
                    HasSubstr("    not wasi/wasm sha256:" + wasi.substr(7, 12) + ": it is for another platform\n"),
                    HasSubstr("docker run --rm --runtime io.containerd.wasmtime.v1 --platform wasip1/wasm me/app:1\n"),
                    HasSubstr("podman run --rm --platform wasip1/wasm --annotation run.oci.handler=wasm me/app:1\n")));
}

TEST_F(ExplainCommand, BeginsWithATableUnlessOneOrTwoAreAskedFor) {
  const std::string all = user_.must({"explain", "local:me/app:1"});
  const std::string digest = user_.must({"digest", "local:me/app:1", "--platform", "wasi/wasm"}).substr(0, 19);
  EXPECT_THAT(all, AllOf(HasSubstr("  CLIENT "), ContainsRegex("\n  podman +wasi/wasm " + digest + " +runs\n"),
                         ContainsRegex("\n  docker pull +wasi/wasm " + digest + " +pulled only\n"),
                         ContainsRegex("\n  Spin +nothing +asks for linux/[a-z0-9]+, finds nothing\n")));
  EXPECT_LT(all.find("\nFor wasi/wasm\n"), all.find("\nDetails for "));
  const std::string two = user_.must({"explain", "local:me/app:1", "--for", "docker,podman"});
  EXPECT_THAT(two, AllOf(Not(HasSubstr("CLIENT")), Not(HasSubstr("Details")), HasSubstr("\nFor wasi/wasm\n")));
  EXPECT_THAT(user_.must({"explain", "local:me/app:1", "--for", "docker,podman,crane"}), HasSubstr("CLIENT"));
}

// Its name would be somebody else's image on Docker Hub.
TEST_F(ExplainCommand, WhatIsInAnArchiveCannotBeNamed) {
  user_.must({"copy", "local:me/app:1", "oci-archive:app.tar:latest"});
  const Outcome outcome = user_({"explain", "oci-archive:app.tar", "--platform", "wasi/wasm", "--for", "docker"});
  EXPECT_THAT(outcome.out, HasSubstr("--platform wasi/wasm REF\n"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("latest\n")));
}

TEST_F(ExplainCommand, WhatADocumentLeadsToIsNotThere) {
  write_file(user_.work() / "index.json", user_.must({"inspect", "--raw", "local:me/app:1"}));
  const Outcome outcome = user_({"explain", "./index.json", "--platform", "wasi/wasm", "--for", "docker"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("what becomes of it is not known: the document stands alone"));
}

TEST_F(ExplainCommand, ThatNothingIsTakenIsAnAnswer) {
  const json found = choices({"--for", "docker", "--platform", "linux/amd64"});
  // Without --platform docker names the level of the processor, where that is not the first.
  ASSERT_EQ(found.size(), best_host_platform() == host_platform() ? 1U : 2U);
  EXPECT_TRUE(found[0].at("chosen").is_null());
  EXPECT_EQ(found[0].at("passedOver").size(), 2U);
  EXPECT_EQ(found[0].at("passedOver")[0].at("reason"), "is for wasi/wasm");
  EXPECT_THAT(found[0].at("reason").get<std::string>(), HasSubstr("no matching manifest for linux/amd64"));
}

TEST_F(ExplainCommand, AsksAllForThisMachineAndForWasm) {
  const json found = choices({});
  std::map<std::string, int> told;
  const std::string wasi = user_.must({"digest", "local:me/app:1", "--platform", "wasi/wasm"});
  for (const json& choice : found) {
    ++told[choice.at("client")];
    if (choice.at("client") == "podman" && choice.at("platform") == "wasi/wasm") {
      EXPECT_EQ(choice.at("chosen").at("digest"), wasi);
      EXPECT_EQ(choice.at("works"), true);
      EXPECT_EQ(choice.at("command"), "podman run --rm --platform wasi/wasm me/app:1");
    }
  }
  EXPECT_EQ(told["podman"], 2);
  // For this machine, and there also without --platform where the processor's level is named; to run it, to pull it,
  // and to run it without --platform.
  EXPECT_EQ(told["docker"], best_host_platform() == host_platform() ? 4 : 5);
  EXPECT_EQ(told["docker@28"], 1);
  EXPECT_EQ(told["containerd@1"], 1);
}

TEST_F(ExplainCommand, TellsWhatAVersionDoes) {
  const auto only = [&](const std::string& client) {
    const json found = choices({"--for", client, "--platform", "wasi/wasm"});
    EXPECT_EQ(found.size(), 1U);
    EXPECT_EQ(found.at(0).at("client"), client);
    return found.at(0);
  };
  EXPECT_THAT(only("containerd@1.6").at("command").get<std::string>(),
              HasSubstr("ctr images pull --platform wasi/wasm me/app:1\n"));
  EXPECT_THAT(only("containerd").at("command").get<std::string>(),
              HasSubstr("ctr images pull --local --platform wasi/wasm me/app:1\n"));
  EXPECT_EQ(only("containerd@2.4"), [&] {
    json newest = only("containerd");
    newest["client"] = "containerd@2.4";
    return newest;
  }());
  EXPECT_THAT(only("containerd@2.1").at("next").get<std::string>(), Not(HasSubstr("--local")));
  EXPECT_THAT(only("docker@27.5").at("next").get<std::string>(), HasSubstr("operating system is not supported"));
  EXPECT_THAT(only("kubernetes").at("next").get<std::string>(), HasSubstr("use_local_image_pull = true"));
  EXPECT_THAT(only("kubernetes@2.2").at("next").get<std::string>(), Not(HasSubstr("use_local_image_pull")));
  EXPECT_EQ(choices({"--for", "k8s@2.3", "--platform", "wasi/wasm"}).at(0).at("client"), "kubernetes@2.3");
  // As they were asked for, also those that do the same and those that have other actions.
  std::vector<std::string> clients;
  for (const json& choice : choices({"--for", "docker@28,docker@27.5,docker@29", "--platform", "wasi/wasm"})) {
    clients.push_back(choice.at("client"));
  }
  EXPECT_THAT(clients, UnorderedElementsAre("docker@28", "docker@27.5", "docker@29", "docker@29", "docker@29"));
}

TEST_F(ExplainCommand, TellsWhatDockerDoesWhereNothingSaysThePlatform) {
  const json found = choices({"--for", "docker@29", "--platform", "wasi/wasm"});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].at("action"), "run");
  EXPECT_EQ(found[1].at("action"), "pull");
  EXPECT_EQ(found[1].at("command"), "docker pull --platform wasi/wasm me/app:1");
  EXPECT_EQ(found[2].at("action"), "run without --platform");
  EXPECT_EQ(found[2].at("asked"), "linux/amd64");
  EXPECT_TRUE(found[2].at("chosen").is_null());
  EXPECT_THAT(found[2].at("next").get<std::string>(), HasSubstr("The requested image's platform (wasi/wasm) does not"));
  EXPECT_EQ(found[2].at("command"),
            "docker pull --platform wasi/wasm me/app:1\n"
            "docker run --rm --runtime io.containerd.wasmtime.v1 me/app:1");
}

TEST_F(ExplainCommand, AGateAsksVersionsToo) {
  const auto gate = [&](const std::string& client) {
    return user_({"index", "create", "-t", "local:me/gated:1", "local:me/app:1", "--require-platform", "wasi/wasm",
                  "--for", client})
        .exit_code;
  };
  EXPECT_EQ(gate("containerd@1.6,docker@29"), 0);
  EXPECT_EQ(gate("kubernetes@2.2"), 3);
  EXPECT_EQ(gate("podman@4.3"), 0);
  EXPECT_EQ(gate("crane@0.20"), 2);
}

class CheckedExplain : public ExplainCommand {
 protected:
  // Installs a program that says its version and does what the script says for all else; `$1` is its first argument.
  void install(const std::string& name, const std::string& script) {
    const std::filesystem::path program = user_.root() / "programs" / name;
    std::filesystem::create_directories(program.parent_path());
    write_file(program,
               "#!/bin/sh\nif [ \"$1\" = --version ]; then echo \"" + name + " version 9.9.9\"; exit; fi\n" + script);
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    user_.environment()["PATH"] = (user_.root() / "programs").string() + ":/usr/bin:/bin";
  }

  std::filesystem::path config_of(const std::string& platform) {
    const std::string digest = user_.must({"digest", "local:me/app:1", "--platform", platform});
    std::filesystem::path file = user_.root() / "config";
    write_file(file, user_({"inspect", "--config", "local:me/app@" + digest}).out);
    return file;
  }

  Outcome check(const std::string& programs, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {"explain",    "local:me/app:1", "--for",        "docker",
                                    "--platform", "wasi/wasm",      "--check-with", programs};
    all.insert(all.end(), more.begin(), more.end());
    return user_(all);
  }
};

TEST_F(CheckedExplain, AProgramThatDoesSoAgrees) {
  install("skopeo", "cat '" + config_of("wasi/wasm").string() + "'\n");
  const Outcome outcome = check("skopeo");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("    skopeo 9.9.9: agrees\n"), HasSubstr("and skopeo\n")));
}

TEST_F(CheckedExplain, ADisagreementIsAFinding) {
  install("skopeo", "cat '" + config_of("wasip1/wasm").string() + "'\n");
  const Outcome outcome = check("skopeo");
  EXPECT_EQ(outcome.exit_code, 3);
  const std::string taken = user_.must({"digest", "local:me/app:1", "--platform", "wasip1/wasm"});
  EXPECT_THAT(outcome.out, HasSubstr("    skopeo 9.9.9: DISAGREES: skopeo took " + taken + "\n"));
  const json told = json::parse(check("skopeo", {"--format", "json"}).out);
  json checked;
  for (const json& choice : told.at("choices")) {
    EXPECT_EQ(choice.contains("checked"), choice.at("client") == "skopeo");
    checked = choice.value("checked", checked);
  }
  EXPECT_EQ(checked,
            json({{"program", "skopeo"}, {"version", "9.9.9"}, {"agrees", false}, {"took", taken}, {"said", ""}}));
}

TEST_F(CheckedExplain, WhatAProgramSaysIsBoundedAndEscaped) {
  install("skopeo", R"(printf 'no\033[31m image found in\nhere' >&2; yes >&2 & sleep 0.2; kill $!; exit 1)");
  const Outcome outcome = check("skopeo");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              HasSubstr("skopeo 9.9.9: failed, which tells nothing of its choice: no\\x1b[31m image found in here"));
  EXPECT_LT(outcome.out.size(), 10'000U);
  install("skopeo", "exec yes\n");
  EXPECT_THAT(check("skopeo").out,
              HasSubstr("skopeo 9.9.9: failed, which tells nothing of its choice: an answer of more than"));
}

// Whoever can change the name of an image cannot have a program take it for a flag, or a shell run it.
TEST_F(CheckedExplain, AProgramGetsWordsAndNoShell) {
  install("skopeo", R"(printf '%s\n' "$@" >')" + (user_.root() / "words").string() + "'; exit 1\n");
  check("skopeo");
  EXPECT_EQ(read_file(user_.root() / "words"),
            "--override-os\nwasi\n--override-arch\nwasm\ninspect\n--config\n--raw\noci:" + user_.store().string() +
                ":docker.io/me/app:1\n");
}

TEST_F(CheckedExplain, WhoIsAbsentIsNotAsked) {
  install("skopeo", "cat '" + config_of("wasi/wasm").string() + "'\n");
  user_.environment()["PATH"] = (user_.root() / "programs").string();
  const Outcome outcome = check("docker,podman,skopeo");
  EXPECT_THAT(outcome.out, HasSubstr("    podman: not asked: it is not in PATH\n"));
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("warning: not asked: podman: it is not in PATH\n"),
                                 HasSubstr("warning: not asked: docker: it cannot read this location")));
  EXPECT_THAT(check("podman,skopeo", {"--format", "json"}).out, HasSubstr("\"said\": \"it is not in PATH\""));
}

TEST_F(CheckedExplain, WhereNobodyCanBeAskedNothingIsChecked) {
  user_.environment()["PATH"] = "/nowhere";
  const Outcome absent = check("podman,skopeo");
  EXPECT_EQ(absent.exit_code, 4);
  EXPECT_EQ(absent.out, "");
  EXPECT_THAT(absent.err, HasSubstr("error: no program can be asked: podman: it is not in PATH; skopeo: it is not"));
  EXPECT_EQ(check("docker,ctr").exit_code, 2) << "they read registries alone";
  EXPECT_EQ(check("rkt").exit_code, 2);
}

TEST_F(ExplainCommand, PrintsThePageOfARule) {
  EXPECT_THAT(user_.must({"explain", "idx005"}), AllOf(HasSubstr("# IDX005 platform-missing"), HasSubstr("**Fix**")));
  const json rule = json::parse(user_.must({"explain", "IDX005", "--format", "json"}));
  EXPECT_EQ(rule.at("rule"), "IDX005");
  EXPECT_EQ(rule.at("severities").at("docker"), "error");
  EXPECT_EQ(user_({"explain", "IDX999"}).exit_code, 2);
}

// They would be asked of a registry.
TEST_F(ExplainCommand, ANearMissOfARuleIsNoImage) {
  const auto hint = [&](const std::string& argument) {
    const Outcome outcome = user_({"explain", argument});
    EXPECT_EQ(outcome.exit_code, 2) << argument;
    EXPECT_THAT(outcome.err, HasSubstr("there is no rule " + argument + "\n"));
    return outcome.err;
  };
  EXPECT_THAT(hint("idx5"), HasSubstr("did you mean IDX005? wasm-oci explain --rules lists all; "
                                      "an image that is called so is docker.io/library/idx5\n"));
  EXPECT_THAT(hint("idx0055"), HasSubstr("did you mean IDX005?"));
  EXPECT_THAT(hint("IDX-005"), AllOf(HasSubstr("did you mean IDX005?"), Not(HasSubstr("docker.io"))));
  EXPECT_THAT(hint("man-7"), HasSubstr("did you mean MAN007?"));
  EXPECT_THAT(hint("idx18c"), HasSubstr("did you mean IDX018 or IDX018b?"));
  EXPECT_THAT(hint("IDX999"), HasSubstr("did you mean IDX009, IDX019 or IDX029?"));
}

TEST_F(ExplainCommand, ListsTheRules) {
  const std::string table = user_.must({"explain", "--rules"});
  EXPECT_THAT(table, AllOf(StartsWith("RULE "), ContainsRegex("\nIDX005 +error +platform-missing\n"),
                           ContainsRegex("\nENV001 +hint +")));
  EXPECT_THAT(user_.must({"explain", "--rules", "--for", "podman"}), ContainsRegex("\nIDX005 +warning +platform-"));
  const json rules = json::parse(user_.must({"explain", "--rules", "--format", "json"}));
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(table, '\n')), rules.size());
  EXPECT_NE(std::ranges::find(rules, json::parse(user_.must({"explain", "IDX005", "--format", "json"}))), rules.end());
  EXPECT_EQ(user_({"explain", "--rules", "IDX005"}).exit_code, 2);
  EXPECT_EQ(user_({"explain"}).exit_code, 2);
}

TEST_F(ExplainCommand, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(user_({"explain", "local:me/app:1", "--for", "rkt"}).exit_code, 2);
  EXPECT_EQ(user_({"explain", "local:me/absent"}).exit_code, 4);
  EXPECT_EQ(user_({"explain", "local:me/app:1", "--platform", "wasm"}).exit_code, 2);
}

}  // namespace
}  // namespace wasm_oci::testing
