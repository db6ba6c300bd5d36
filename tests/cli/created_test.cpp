#include "cli/created.hpp"

#include "oci/error.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

namespace wasm_oci::cli {
namespace {

using testing::environment_of;
using ::testing::HasSubstr;
using testing::TestContext;
using wasm_oci::testing::current_environment;
using wasm_oci::testing::Outcome;
using wasm_oci::testing::run;
using wasm_oci::testing::TempDir;

const std::string kSpellings = "write now, git, seconds since 1970, or a time like 2026-08-01T12:00:00Z";

Timestamp created(const std::optional<std::string>& option, testing::Variables variables = {},
                  const std::string& module = "app.wasm") {
  TestContext test;
  test.environment = environment_of(std::move(variables));
  return read_created(option, module, test.context);
}

// With an environment of its own: run from a hook, git would take GIT_DIR for the repository.
void git(const std::filesystem::path& folder, std::vector<std::string> arguments, const std::string& date = {}) {
  arguments.insert(arguments.begin(), {"git", "-C", folder.string(), "-c", "user.name=a", "-c", "user.email=a@b"});
  const Outcome outcome = run({.argv = std::move(arguments),
                               .env = {{{"PATH", current_environment().at("PATH")},
                                        {"HOME", folder.string()},
                                        {"GIT_CONFIG_NOSYSTEM", "1"},
                                        {"GIT_COMMITTER_DATE", date}}}});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST(Created, IsTheEpochUnlessAsked) {
  EXPECT_EQ(created(std::nullopt).seconds(), 0);
  EXPECT_EQ(created(std::nullopt, {{"SOURCE_DATE_EPOCH", ""}}).seconds(), 0);
}

TEST(Created, ReadsSecondsAndTimes) {
  for (const std::string text : {"1700000000", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00"}) {
    EXPECT_EQ(created(text).seconds(), 1'700'000'000) << text;
  }
  EXPECT_EQ(created(std::nullopt, {{"SOURCE_DATE_EPOCH", "1700000000"}}).seconds(), 1'700'000'000);
}

TEST(Created, TheOptionWinsOverTheEnvironment) {
  EXPECT_EQ(created("7", {{"SOURCE_DATE_EPOCH", "1700000000"}}).seconds(), 7);
  EXPECT_EQ(created("7", {{"SOURCE_DATE_EPOCH", "nonsense"}}).seconds(), 7);
}

TEST(Created, RefusesWhatIsNoTimeAndSaysWhoseValueItIs) {
  for (const std::string text : {"", "yesterday", "Now", "-1", "1.5", "2023-11-14", "2023-02-30T00:00:00Z"}) {
    try {
      created(text);
      ADD_FAILURE() << "no error for " << text;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.message(), "--created \"" + text + "\" is no time");
      EXPECT_EQ(error.hint(), kSpellings);
    }
  }
  for (const std::string text : {"now", "2023-11-14T22:13:20Z", "-1"}) {
    try {
      created(std::nullopt, {{"SOURCE_DATE_EPOCH", text}});
      ADD_FAILURE() << "no error for " << text;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.message(), "SOURCE_DATE_EPOCH \"" + text + "\" is no number of seconds since 1970");
    }
  }
}

TEST(Created, NowIsNow) {
  const auto now = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  };
  const std::int64_t before = now();
  const std::int64_t given = created("now", {{"SOURCE_DATE_EPOCH", "7"}}).seconds();
  EXPECT_LE(before, given);
  EXPECT_LE(given, now());
}

TEST(Created, GitIsTheTimeOfTheLastCommitWhereTheModuleLies) {
  const TempDir folder;
  git(folder.path(), {"init", "-q"});
  git(folder.path(), {"commit", "-q", "--allow-empty", "-m", "one"}, "2020-01-01T00:00:00Z");
  git(folder.path(), {"commit", "-q", "--allow-empty", "-m", "two"}, "2023-11-14T23:13:20+01:00");
  std::filesystem::create_directory(folder / "target");
  for (const char* module : {"app.wasm", "target/app.wasm"}) {  // neither needs to be known to git, or to exist
    EXPECT_EQ(created("git", {}, (folder / module).string()).seconds(), 1'700'000'000) << module;
  }
}

TEST(Created, GitCannotTellWithoutACommit) {
  const TempDir folder;
  git(folder.path(), {"init", "-q"});
  for (const std::string module : {"app.wasm", "none/app.wasm"}) {
    ::testing::internal::CaptureStderr();
    try {
      created("git", {}, (folder / module).string());
      ADD_FAILURE() << "no error for " << module;
    } catch (const FailureError& error) {
      EXPECT_THAT(error.message(), HasSubstr("has no commit that git can tell the time of: fatal: "));
      EXPECT_EQ(error.hint(), kSpellings);
    }
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "git does not speak to the terminal";
  }
}

TEST(Created, ShortensWhatGitSays) {
  const TempDir folder;
  wasm_oci::testing::write_file(folder / "git", R"(#!/bin/sh
head -c 100000 /dev/zero | tr '\0' 'x' >&2
printf ' \n\tand more' >&2
exit 1
)");
  std::filesystem::permissions(folder / "git", std::filesystem::perms::owner_all);
  const std::string path = folder.path().string() + ":" + current_environment().at("PATH");
  try {
    created("git", {{"PATH", path}}, (folder / "app.wasm").string());
    FAIL() << "no error";
  } catch (const FailureError& error) {
    EXPECT_TRUE(error.message().ends_with(": " + std::string(300, 'x') + "…")) << error.message();
  }
  wasm_oci::testing::write_file(folder / "git", "#!/bin/sh\nprintf 'one\\n\\ttwo \\033[2J\\n' >&2; exit 1\n");
  try {
    created("git", {{"PATH", path}}, (folder / "app.wasm").string());
    FAIL() << "no error";
  } catch (const FailureError& error) {
    EXPECT_TRUE(error.message().ends_with(": one two \x1b[2J")) << error.message();  // escaped where it is printed
  }
}

TEST(Created, SaysThatGitIsNotInstalled) {
  const TempDir folder;
  try {
    created("git", {{"PATH", folder.path().string()}}, (folder / "app.wasm").string());
    FAIL() << "no error";
  } catch (const FailureError& error) {
    EXPECT_EQ(error.message(), "--created git: git is not installed");
    EXPECT_EQ(error.hint(), kSpellings);
  }
}

}  // namespace
}  // namespace wasm_oci::cli
