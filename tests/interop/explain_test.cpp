// `explain` as a user meets it.
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

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
  const Outcome outcome = user_({"explain", "local:me/app:1", "--platform", "wasip1/wasm"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("For wasip1/wasm\n"), HasSubstr("  Docker, Docker's classic store, containerd, podman"),
                    HasSubstr("(wasip1/wasm): it is the first that is for wasip1/wasm\n"),
                    HasSubstr("(wasi/wasm): it is for wasi/wasm\n"),
                    HasSubstr("docker run --rm --runtime io.containerd.wasmtime.v1 --platform wasip1/wasm me/app:1\n"),
                    HasSubstr("podman run --rm --platform wasip1/wasm --annotation run.oci.handler=wasm me/app:1\n")));
}

TEST_F(ExplainCommand, ThatNothingIsTakenIsAnAnswer) {
  const json found = choices({"--for", "docker", "--platform", "linux/amd64"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].at("chosen").is_null());
  EXPECT_EQ(found[0].at("passedOver").size(), 2U);
  EXPECT_EQ(found[0].at("passedOver")[0].at("reason"), "is for wasi/wasm");
  EXPECT_THAT(found[0].at("reason").get<std::string>(), HasSubstr("no matching manifest for linux/amd64"));
}

TEST_F(ExplainCommand, AsksAllForThisMachineAndForWasm) {
  const json found = choices({});
  EXPECT_EQ(found.size(), 34U);
  const std::string wasi = user_.must({"digest", "local:me/app:1", "--platform", "wasi/wasm"});
  for (const json& choice : found) {
    if (choice.at("client") == "podman" && choice.at("platform") == "wasi/wasm") {
      EXPECT_EQ(choice.at("chosen").at("digest"), wasi);
      EXPECT_EQ(choice.at("works"), true);
      EXPECT_EQ(choice.at("command"), "podman run --rm --platform wasi/wasm me/app:1");
    }
  }
}

TEST_F(ExplainCommand, PrintsThePageOfARule) {
  EXPECT_THAT(user_.must({"explain", "idx005"}), AllOf(HasSubstr("# IDX005 platform-missing"), HasSubstr("**Fix**")));
  const json rule = json::parse(user_.must({"explain", "IDX005", "--format", "json"}));
  EXPECT_EQ(rule.at("rule"), "IDX005");
  EXPECT_EQ(rule.at("severities").at("docker"), "error");
  EXPECT_EQ(user_({"explain", "IDX999"}).exit_code, 2);
}

TEST_F(ExplainCommand, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(user_({"explain", "local:me/app:1", "--for", "rkt"}).exit_code, 2);
  EXPECT_EQ(user_({"explain", "local:me/absent"}).exit_code, 4);
  EXPECT_EQ(user_({"explain", "local:me/app:1", "--platform", "wasm"}).exit_code, 2);
}

}  // namespace
}  // namespace wasm_oci::testing
