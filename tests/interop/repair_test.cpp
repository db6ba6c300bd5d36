// `repair` as a user meets it, on the content of testdata/rules, and read by others.
#include "tests/interop/peers.hpp"
#include "tests/support/docker_registry.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace wasm_oci::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class RepairCommand : public ::testing::Test {
 protected:
  static std::string broken(const std::string& rule) { return "oci:" + testdata("rules/layout").string() + ":" + rule; }

  WasmOci user_;
};

TEST_F(RepairCommand, TellsWhatItMendedAndWritesIt) {
  const Outcome outcome = user_({"repair", broken("IDX005"), "oci:mended:app"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("oci:mended:app@sha256:"));
  EXPECT_THAT(outcome.err, HasSubstr("mend IDX005 in sha256:"));
  EXPECT_THAT(outcome.err, HasSubstr("manifests[0].platform: linux/amd64, as the config of its image says"));
  EXPECT_EQ(user_({"validate", "oci:mended:app", "--fail-on", "warning"}).exit_code, 0);
}

TEST_F(RepairCommand, TellsWhatItCannotMendAndExitsWithThree) {
  const Outcome outcome = user_({"repair", broken("IDX007"), "oci:mended:app"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("there is nothing that can be mended"),
                    HasSubstr("left as it is: error IDX007, manifests[1].platform (linux/riscv64, sha256:")));
  EXPECT_EQ(user_.must({"digest", "oci:mended:app"}), user_.must({"digest", broken("IDX007")}));
}

TEST_F(RepairCommand, ADryRunEndsAsTheRunWould) {
  for (const std::string destination : {"oci:kept:app", "oci-archive:kept.tar"}) {
    user_.must({"repair", broken("IDX002"), destination});
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{"--dry-run"}, std::vector<std::string>{"--quiet"}}) {
      std::vector<std::string> arguments = {"repair", broken("IDX005"), destination, "--no-clobber"};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const Outcome outcome = user_(arguments);
      EXPECT_EQ(outcome.exit_code, 8) << destination << outcome.err;
      EXPECT_THAT(outcome.err, HasSubstr("it was left as it is (--no-clobber)"));
    }
    EXPECT_EQ(user_({"validate", destination}).exit_code, 0);
  }
}

TEST_F(RepairCommand, TellsScriptsWhatItMendedAndLeft) {
  const auto document =
      nlohmann::json::parse(user_({"repair", broken("IDX005"), "oci:mended:app", "--dry-run", "--format", "json"}).out);
  EXPECT_EQ(document.at("mended").at(0).at("rule"), "IDX005");
  EXPECT_EQ(document.at("mended").at(0).at("path"), "manifests[0].platform");
  EXPECT_EQ(document.at("left").size(), 0U);
  EXPECT_EQ(document.at("results").at(0).at("platforms").size(), 4U);
  const Outcome outcome = user_({"repair", broken("IDX007"), "oci:mended:app", "--format", "json"});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(nlohmann::json::parse(outcome.out).at("left").at(0).at("rule"), "IDX007");
}

TEST_F(RepairCommand, WritesNothingWhenItIsDry) {
  const Outcome outcome = user_({"repair", broken("IDX005"), "oci:mended:app", "--dry-run"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(std::filesystem::exists(user_.work() / "mended"));
  EXPECT_EQ(outcome.out, user_({"repair", broken("IDX005"), "oci:mended:app"}).out);
}

TEST_F(RepairCommand, MendsInPlaceWhatARegistryHolds) {
  const DockerRegistry registry;
  const std::string name = registry.host() + "/me/app:1";
  user_.must({"copy", broken("IDX014"), name});
  const std::string before = user_.must({"digest", name});
  user_.must({"repair", name, name, "-q"});
  EXPECT_NE(user_.must({"digest", name}), before);
  // containers/image compares names as they are written: only now does it find the entry.
  EXPECT_THAT(run_or_throw({"skopeo", "--override-os", "linux", "--override-arch", "arm64", "inspect",
                            "--tls-verify=false", "docker://" + name}),
              HasSubstr("\"Os\": \"linux\""));
}

TEST_F(RepairCommand, RefusesADocumentInAFile) {
  EXPECT_EQ(user_({"repair", "file:index.json", "oci:mended:app"}).exit_code, 2);
  EXPECT_EQ(user_({"repair", "oci:absent:app", "oci:mended:app"}).exit_code, 4);
}

}  // namespace
}  // namespace wasm_oci::testing
