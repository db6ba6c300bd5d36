// The same input gives the same digest, whatever surrounds the run.
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::MatchesRegex;

// A folder with a module and files to add, one with a name that is not ASCII.
void write_inputs(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "assets/deep");
  std::filesystem::copy_file(testdata("modules/hello.wasm"), folder / "hello.wasm");
  write_file(folder / "assets/b.txt", "b");
  write_file(folder / "assets/a.txt", "a");
  write_file(folder / "assets/deep/gr\u00fc\u00dfe.txt", "\u00e4");
}

struct Variation {
  const char* name;
  std::function<void(const std::filesystem::path& inputs, Command& command)> apply;
};

Variation variable(const char* name, const char* variable, const char* value) {
  return {name, [=](const std::filesystem::path&, Command& command) { (*command.env)[variable] = value; }};
}

std::vector<Variation> variations() {
  return {
      {"nothing", [](const std::filesystem::path&, Command&) {}},
      {"file times",
       [](const std::filesystem::path& inputs, Command&) {
         for (const auto& entry : std::filesystem::recursive_directory_iterator(inputs)) {
           std::filesystem::last_write_time(
               entry.path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 400));
         }
       }},
      {"file modes",
       [](const std::filesystem::path& inputs, Command&) {
         std::filesystem::permissions(inputs / "assets/a.txt", std::filesystem::perms{0600});
         std::filesystem::permissions(inputs / "hello.wasm", std::filesystem::perms{0400});
       }},
      {"umask", [](const std::filesystem::path&, Command& command) { command.umask = 0077; }},
      variable("no locale", "LC_ALL", "C"),
      variable("unknown locale", "LC_ALL", "xx_XX.UTF-8"),
      {"no variables but PATH",
       [](const std::filesystem::path&, Command& command) {
         std::erase_if(*command.env, [](const auto& entry) {
           return entry.first != "PATH" && entry.first != "HOME" && !entry.first.ends_with("SAN_OPTIONS");
         });
       }},
      variable("time zone", "TZ", "Pacific/Kiritimati"),
      variable("in CI", "GITHUB_ACTIONS", "true"),
      {"one job", [](const std::filesystem::path&, Command& command) { command.argv.emplace_back("--jobs=1"); }},
  };
}

// The digest that a build in a fresh folder prints.
std::string built_digest(const Variation& variation) {
  const WasmOci user;
  const TempDir folder;
  write_inputs(folder / "inputs");
  Command command = user.command({"build", "hello.wasm", "--add", "assets:/assets", "-t", "me/hello:1.0", "-q"});
  command.cwd = folder / "inputs";
  variation.apply(folder / "inputs", command);
  const Outcome outcome = run(command);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return outcome.out;
}

TEST(Determinism, NothingAroundTheRunChangesTheDigest) {
  std::string first;
  for (const Variation& variation : variations()) {
    const std::string digest = built_digest(variation);
    EXPECT_THAT(digest, MatchesRegex("sha256:[0-9a-f]+\n"));
    if (first.empty()) {
      first = digest;
    }
    EXPECT_EQ(digest, first) << "with another: " << variation.name;
  }
}

TEST(Determinism, TheWorkingDirectoryDoesNotMatter) {
  const WasmOci user;
  const std::string module = testdata("modules/hello.wasm").string();
  std::filesystem::copy_file(module, user.work() / "hello.wasm");
  EXPECT_EQ(user.must({"build", "hello.wasm", "-t", "me/hello:1.0", "-q"}),
            user.must({"build", module, "-t", "me/hello:1.0", "-q"}));
}

TEST(Determinism, TheCreationTimeIsPartOfTheInput) {
  WasmOci user;
  const std::vector<std::string> build = {"build", testdata("modules/hello.wasm").string(), "-t", "me/hello:1.0", "-q"};
  const std::string epoch = user.must(build);
  user.environment()["SOURCE_DATE_EPOCH"] = "1700000000";
  const std::string later = user.must(build);
  EXPECT_NE(later, epoch);
  EXPECT_EQ(user.must(build), later);
}

}  // namespace
}  // namespace wasm_oci::testing
