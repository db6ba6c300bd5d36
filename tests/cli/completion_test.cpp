#include "cli/completion.hpp"

#include "cli/commands/commands.hpp"
#include "tests/cli/captured.hpp"
#include "tests/cli/sample_commands.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace wasm_oci::cli::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

// What bash offers for the words of a line, the last one being typed; bash has split them at ":" and "=".
std::vector<std::string> offered(const std::vector<std::string>& words) {
  const wasm_oci::testing::TempDir folder;
  wasm_oci::testing::write_file(folder / "app.wasm", "");
  wasm_oci::testing::write_file(folder / "two words.wasm", "");
  std::filesystem::create_directories(folder / "layout");
  wasm_oci::testing::write_file(folder / "script", bash_completion(sample_catalog()));
  const std::string script =
      "source ./script; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _wasm_oci_complete; "
      "printf '%s\\n' \"${COMPREPLY[@]}\"";
  std::vector<std::string> argv = {"bash", "--norc", "-u", "-c", script, "bash", "wasm-oci"};
  argv.insert(argv.end(), words.begin(), words.end());
  const auto outcome = wasm_oci::testing::run({.argv = argv, .cwd = folder.path()});
  EXPECT_EQ(outcome.err, "");
  std::vector<std::string> lines;
  std::istringstream text(outcome.out);
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) {
      lines.push_back(line);
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(BashCompletion, OffersCommands) {
  EXPECT_THAT(offered({"bu"}), ElementsAre("build"));
  EXPECT_THAT(offered({""}), IsSupersetOf({"build", "push", "index", "auth", "version"}));
  EXPECT_THAT(offered({"index", ""}), ElementsAre("add", "create"));
  EXPECT_THAT(offered({"--format", "json", "bu"}), ElementsAre("build"));
  EXPECT_THAT(offered({"index", "-q", "cr"}), ElementsAre("create"));
}

TEST(BashCompletion, OffersTheOptionsOfTheCommandAndTheGlobalOnes) {
  EXPECT_THAT(offered({"build", "--ta"}), ElementsAre("--tag"));
  EXPECT_THAT(offered({"build", "--"}), IsSupersetOf({"--tag", "--format", "--progress"}));
  EXPECT_THAT(offered({"push", "--"}), Not(Contains("--tag")));
  EXPECT_THAT(offered({"push", "A", "--jo"}), ElementsAre("--jobs"));
  EXPECT_THAT(offered({"index", "create", "--ta"}), ElementsAre("--tag"));
}

TEST(BashCompletion, OffersValues) {
  EXPECT_THAT(offered({"build", "--as", ""}), ElementsAre("artifact", "envoy", "image", "wasm-layers"));
  EXPECT_THAT(offered({"build", "--as", "=", "im"}), ElementsAre("image"));
  EXPECT_THAT(offered({"build", "--as", "="}), ElementsAre("artifact", "envoy", "image", "wasm-layers"));
  EXPECT_THAT(offered({"build", "--created", "n"}), ElementsAre("now"));
  EXPECT_THAT(offered({"build", "--platform", "wasi"}), ElementsAre("wasi/wasm", "wasip1/wasm"));
  EXPECT_THAT(offered({"build", "--platform", "wasi/wasm,linux/a"}),
              ElementsAre("wasi/wasm,linux/amd64", "wasi/wasm,linux/arm/v7", "wasi/wasm,linux/arm64"));
  EXPECT_THAT(offered({"push", "--format", "j"}), ElementsAre("json"));
  EXPECT_THAT(offered({"validate", "--format", "s"}), ElementsAre("sarif"));
  EXPECT_THAT(offered({"--progress", ""}), ElementsAre("auto", "plain", "quiet", "rawjson", "tty"));
  EXPECT_THAT(offered({"build", "--entrypoint", ""}), IsEmpty());
  EXPECT_THAT(offered({"build", "-t", ""}), IsEmpty());
}

TEST(BashCompletion, OffersArgumentsByTheirPlace) {
  EXPECT_THAT(offered({"build", "ap"}), ElementsAre("app.wasm"));
  EXPECT_THAT(offered({"build", "two"}), ElementsAre("two words.wasm"));
  EXPECT_THAT(offered({"build", "-t", "R", "ap"}), ElementsAre("app.wasm"));
  EXPECT_THAT(offered({"build", "app.wasm", "ap"}), IsEmpty());
  EXPECT_THAT(offered({"push", "A", "B", "lay"}), ElementsAre("layout"));
  EXPECT_THAT(offered({"cp", "A", "lay"}), ElementsAre("layout"));
}

TEST(BashCompletion, OffersLocations) {
  EXPECT_THAT(offered({"push", "oci"}), ElementsAre("oci-archive:", "oci:"));
  EXPECT_THAT(offered({"push", "oci", ":", "lay"}), ElementsAre("layout"));
  EXPECT_THAT(offered({"push", "oci", ":"}), ElementsAre("layout"));
  EXPECT_THAT(offered({"push", "file", ":", "ap"}), ElementsAre("app.wasm"));
  EXPECT_THAT(offered({"build", "-o", "oci", ":", "lay"}), ElementsAre("layout"));
}

// bash proves the functions that both share; that zsh and fish can read theirs is proven where they are installed.
TEST(CompletionScripts, AreReadByTheirShells) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Ran ran = run({"completion", shell}, all_commands());
    EXPECT_EQ(ran.code, ExitCode::ok);
    const wasm_oci::testing::TempDir folder;
    wasm_oci::testing::write_file(folder / "script", ran.out);
    if (wasm_oci::testing::run({.argv = {"sh", "-c", "command -v " + shell}}).ok()) {
      const auto outcome = wasm_oci::testing::run({.argv = {shell, "-n", (folder / "script").string()}});
      EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    }
  }
}

}  // namespace
}  // namespace wasm_oci::cli::testing
