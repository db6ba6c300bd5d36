// A dry run ends as the run would: with what would be pushed, or with the error that would stop it.
#include "oci/file.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Rehearsals : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy_file(testdata("modules/hello.wasm"), user_.work() / "app.wasm");
    build("amd64", "linux/amd64");
    build("arm64", "linux/arm64");
    build("wasi", "wasi/wasm");
    user_.must({"index", "create", "-q", "-t", "oci:layout:app", "oci:layout:amd64", "oci:layout:arm64"});
    before_ = user_.must({"digest", "oci:layout:app"});
  }

  void build(const std::string& name, const std::string& platform) {
    user_.must({"build", "app.wasm", "-o", "oci:layout:" + name, "--platform", platform, "-q"});
  }

  // Both runs have to end alike, and the dry one leaves everything as it was.
  Outcome expect_alike(int code, std::vector<std::string> arguments) {
    arguments.emplace_back("--dry-run");
    Outcome dry = user_(arguments);
    EXPECT_EQ(dry.exit_code, code) << dry.err;
    EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), before_);
    arguments.pop_back();
    const Outcome real = user_(arguments);
    EXPECT_EQ(real.exit_code, code) << real.err;
    EXPECT_EQ(dry.out, real.out);
    return dry;
  }

  WasmOci user_;
  std::string before_;
};

TEST_F(Rehearsals, AskTheGate) {
  expect_alike(3, {"index", "add", "oci:layout:app", "oci:layout:wasi", "--require-platform", "windows/amd64"});
  expect_alike(3, {"index", "remove", "oci:layout:app", "linux/arm64", "--require-unchanged", "linux/arm64"});
  expect_alike(3, {"index", "create", "-t", "oci:layout:app", "oci:layout:wasi", "--require-unchanged", "linux/amd64"});
  expect_alike(3, {"build", "app.wasm", "-t", "app", "--require-platform", "linux/amd64"});
  expect_alike(0, {"index", "add", "oci:layout:app", "oci:layout:wasi", "--require-platform", "wasi/wasm",
                   "--require-unchanged", "linux/amd64,linux/arm64"});
}

TEST_F(Rehearsals, RefuseAMoveThatIsForbidden) {
  expect_alike(8, {"index", "create", "-t", "oci:layout:app", "oci:layout:wasi", "--no-clobber"});
  expect_alike(8, {"build", "app.wasm", "-o", "oci:layout:app", "--no-clobber"});
  const std::string other = "sha256:" + std::string(64, '0');
  expect_alike(7, {"index", "create", "-t", "oci:layout@" + other, "oci:layout:wasi"});
}

TEST_F(Rehearsals, ShowWhatANewIndexTakesAwayFromItsName) {
  const Outcome dry = expect_alike(0, {"index", "create", "-t", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_THAT(dry.err, AllOf(HasSubstr(before_ + " -> "), HasSubstr("added      wasi/wasm"),
                             HasSubstr("removed    linux/amd64"), HasSubstr("removed    linux/arm64")));
}

TEST_F(Rehearsals, SayInJsonWhatTheNameNames) {
  const std::string json =
      user_.must({"index", "add", "oci:layout:app", "oci:layout:wasi", "--dry-run", "--format", "json"});
  EXPECT_THAT(json, HasSubstr("\"previousDigest\": \"" + before_ + "\""));
}

TEST_F(Rehearsals, KnowWhenThereIsNothingToDo) {
  const Outcome dry = expect_alike(0, {"index", "add", "oci:layout:app", "oci:layout:amd64"});
  EXPECT_THAT(dry.err, AllOf(HasSubstr("is unchanged"), Not(HasSubstr("->"))));
}

TEST_F(Rehearsals, LookAtTheNamesThatALayoutGets) {
  user_.must({"build", "app.wasm", "-o", "oci:layout", "-t", "n:1", "-q"});
  expect_alike(0, {"index", "create", "-o", "oci:layout", "-t", "n:2", "oci:layout:wasi", "--no-clobber"});
  expect_alike(8,
               {"index", "create", "-o", "oci:layout", "-t", "n:3", "-t", "n:1", "oci:layout:amd64", "--no-clobber"});
  expect_alike(8, {"build", "app.wasm", "-o", "oci:layout", "-t", "n:1", "--label", "x=y", "--no-clobber"});
}

TEST_F(Rehearsals, OfABuildListTheBareTag) {
  expect_alike(0,
               {"build", "app.wasm", "-t", "app:1", "--platform", "wasi/wasm,wasip1/wasm", "--bare-tag", "app:bare"});
}

}  // namespace
}  // namespace wasm_oci::testing
