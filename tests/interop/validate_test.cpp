// `validate` on what programs of others made: nothing that works for everybody is called broken.
#include "tests/interop/by_others.hpp"
#include "tests/interop/peers.hpp"
#include "tests/support/docker_registry.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

TEST(ValidateCommand, RaisesNoFalseAlarmOverWhatOthersMake) {
  const WasmOci user;
  expect_no_false_alarm(user, testdata("by-others"));
}

TEST(ValidateCommand, FindsNothingInWhatBuildKitMakes) {
  const WasmOci user;
  EXPECT_THAT(user.must({"validate", "oci-archive:" + testdata("buildx/app.tar").string()}),
              ::testing::HasSubstr(": no findings for docker, containerd, podman"));
}

TEST(ValidateCommand, InARegistryIsNamedWithoutASchemeAndByRepository) {
  const DockerRegistry registry;
  const WasmOci user;
  const std::string image = registry.host() + "/me/app:1";
  user.must({"copy", "oci:" + testdata("rules/layout").string() + ":IDX005", image});
  const auto sarif = nlohmann::json::parse(user({"validate", image, "--format", "sarif"}).out);
  const std::string uri = sarif.at("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri"_json_pointer);
  EXPECT_EQ(uri, "127.0.0.1%3A" + registry.host().substr(registry.host().find(':') + 1) + "/me/app%3A1");
}

TEST(ValidateCommand, EveryTagOfARepositoryIsToldByName) {
  const DockerRegistry registry;
  const WasmOci user;
  const std::string repository = registry.host() + "/me/app";
  const std::string layout = "oci:" + testdata("rules/layout").string() + ":";
  const std::string tagged = repository + ":";
  for (const std::string name : {"IDX005", "CFG006", "CFG006.near"}) {
    user.must({"copy", layout + name, tagged + name});
  }
  for (const std::string& location : {repository, "docker://" + repository}) {
    const auto document = nlohmann::json::parse(user({"validate", "--all-tags", location, "--format", "json"}).out);
    std::vector<std::string> told;
    for (const auto& finding : document.at("findings")) {
      told.push_back(finding.at("location"));
    }
    EXPECT_THAT(told, ::testing::ElementsAre(repository + ":CFG006", repository + ":IDX005"));
  }
  EXPECT_EQ(user({"validate", "--all-tags", repository + ":IDX005"}).exit_code, 2);
  EXPECT_EQ(user({"validate", "--all-tags", repository + "@sha256:" + std::string(64, 'a')}).exit_code, 2);
}

TEST(ValidateCommand, AFileThatMayBeMeantIsPointedAt) {
  const DockerRegistry registry;
  const WasmOci user;
  const std::string name = registry.host() + "/app.tar";
  std::filesystem::create_directory(user.work() / registry.host());
  write_file(user.work() / name, "");
  const Outcome outcome = user({"validate", name});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, ::testing::HasSubstr("there is a file " + name + ": write oci-archive:" + name));
}

// It takes the entry, and then refuses what is in it.
TEST(ValidateCommand, WhatIsRefusedIsNotServed) {
  const WasmOci user;
  user.must({"build", testdata(kModule).string(), "-t", "local:me/app:1"});
  const auto validate = [&](const std::string& client) {
    return user({"validate", "local:me/app:1", "--require-platform", "wasi/wasm", "--for", client});
  };
  EXPECT_EQ(validate("docker").exit_code, 0);
  const Outcome refused = validate("docker@28");
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.out, ::testing::HasSubstr("SEL001: wasi/wasm: Docker 28 or older would refuse sha256:"));
  EXPECT_THAT(refused.out, ::testing::HasSubstr("operating system is not supported"));
}

}  // namespace
}  // namespace wasm_oci::testing
