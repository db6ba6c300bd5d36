#include "registry/credential_helper.hpp"

#include "oci/error.hpp"
#include "oci/unique_fd.hpp"
#include "tests/registry/fake_environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class CredentialHelperTest : public ::testing::Test {
 protected:
  CredentialHelper helper(const std::string& script, std::chrono::milliseconds timeout = 30s) {
    testing::write_helper(folder_.path(), "fake", script);
    return {"fake", testing::fake_environment({{"PATH", folder_.path().string()}}), timeout};
  }
  std::string path(const std::string& name) { return (folder_ / name).string(); }

  // The message of the error that get() throws.
  std::string failure(const CredentialHelper& helper) {
    try {
      helper.get("ghcr.io", {});
    } catch (const FailureError& error) {
      return error.message();
    }
    return "nothing was thrown";
  }
  // Whether the process that wrote its id there is still running. It may take a moment to be gone.
  bool runs(const std::string& file) {
    const pid_t id = std::stoi(testing::read_file(file));
    for (int i = 0; i < 500 && kill(id, 0) == 0; ++i) {
      std::this_thread::sleep_for(10ms);
    }
    return kill(id, 0) == 0;
  }

  testing::TempDir folder_;
};

TEST_F(CredentialHelperTest, GetsAUserNameAndPassword) {
  const auto fake = helper("printf '%s|' \"$*\" > '" + path("seen") + "'; cat >> '" + path("seen") + "'\n" +
                           R"(echo '{"ServerURL":"ghcr.io","Username":"me","Secret":"pw"}')");
  const auto credential = fake.get("ghcr.io", {});
  ASSERT_TRUE(credential);
  EXPECT_EQ(credential->username, "me");
  EXPECT_EQ(credential->password.reveal(), "pw");
  EXPECT_EQ(testing::read_file(path("seen")), "get|ghcr.io");
}

TEST_F(CredentialHelperTest, GetsAnIdentityToken) {
  const auto credential = helper(R"(echo '{"Username":"<token>","Secret":"t"}')").get("ghcr.io", {});
  ASSERT_TRUE(credential);
  EXPECT_EQ(credential->identity_token.reveal(), "t");
  EXPECT_FALSE(credential->has_password());
}

TEST_F(CredentialHelperTest, KnowsTheWordsForNothing) {
  EXPECT_FALSE(helper("echo ' credentials not found in native keychain'; exit 1").get("ghcr.io", {}));
  EXPECT_FALSE(helper(R"(echo '{"Username":"","Secret":""}')").get("ghcr.io", {}));
  EXPECT_FALSE(helper("echo 'credentials not found in native keychain'; exit 1").erase("ghcr.io", {}));
}

TEST_F(CredentialHelperTest, PassesOnWhatItSays) {
  EXPECT_EQ(failure(helper("echo 'the keychain is locked'; exit 1")),
            "docker-credential-fake get: the keychain is locked");
  EXPECT_EQ(failure(helper("exit 7")), "docker-credential-fake get: failed with exit code 7");
  EXPECT_EQ(failure(helper("kill -9 $$")), "docker-credential-fake get: failed with exit code 137");
}

TEST_F(CredentialHelperTest, NeverRepeatsAnAnswerThatItCannotRead) {
  for (const auto* answer : {"canary", R"({"Secret":"canary")", R"(["canary"])", R"({"Secret":{"canary":1}})",
                             R"({"secret":"canary"})", "", "{} canary"}) {
    const std::string message = failure(helper("printf '%s' '" + std::string(answer) + "'"));
    EXPECT_THAT(message, HasSubstr("the answer is not what a credential helper says")) << answer;
    EXPECT_THAT(message, Not(HasSubstr("canary")));
  }
}

TEST_F(CredentialHelperTest, StoresAndErases) {
  const auto fake = helper("printf '%s|' \"$1\" > '" + path("seen") + "'; cat >> '" + path("seen") + "'");
  fake.store("ghcr.io", {.username = "me", .password = Secret("p\"w\n")}, {});
  EXPECT_EQ(testing::read_file(path("seen")), R"(store|{"ServerURL":"ghcr.io","Username":"me","Secret":"p\"w\n"})");
  fake.store("ghcr.io", {.identity_token = Secret("t")}, {});
  EXPECT_EQ(testing::read_file(path("seen")), R"(store|{"ServerURL":"ghcr.io","Username":"<token>","Secret":"t"})");
  EXPECT_TRUE(fake.erase("ghcr.io", {}));
  EXPECT_EQ(testing::read_file(path("seen")), "erase|ghcr.io");
}

TEST_F(CredentialHelperTest, KillsWhatTakesTooLong) {
  const auto fake = helper("sleep 600 & echo $! > '" + path("id") + "'; sleep 600", 300ms);
  EXPECT_THAT(failure(fake), HasSubstr("no answer within"));
  EXPECT_FALSE(runs(path("id")));
}

TEST_F(CredentialHelperTest, KillsWhatWritesWithoutEnd) {
  EXPECT_THAT(failure(helper("exec yes")), HasSubstr("more than 1048576 bytes"));
}

TEST_F(CredentialHelperTest, StopsWhenNobodyWantsItAnyMore) {
  const auto fake = helper("sleep 600 & echo $! > '" + path("id.tmp") + "'; mv '" + path("id.tmp") + "' '" +
                           path("id") + "'; sleep 600");
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (!std::filesystem::exists(path("id"))) {
      std::this_thread::sleep_for(5ms);
    }
    stop.request_stop();
  });
  EXPECT_THROW(fake.get("ghcr.io", stop.get_token()), CancelledError);
  EXPECT_FALSE(runs(path("id")));
}

TEST_F(CredentialHelperTest, DoesNotWaitForWhatItsHelperLeavesBehind) {
  const auto fake = helper(R"(sleep 5 & echo '{"Username":"me","Secret":"pw"}')");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(fake.get("ghcr.io", {}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST_F(CredentialHelperTest, InheritsNoOpenFile) {
  const UniqueFd leaked(::open("/dev/null", O_RDONLY));  // NOLINT(*-vararg): without O_CLOEXEC on purpose
  const auto fake = helper("ls -l /proc/self/fd > '" + path("files") + "'; echo '{}'");
  fake.get("ghcr.io", {});
  EXPECT_THAT(testing::read_file(path("files")), Not(HasSubstr("/dev/null")));
}

TEST_F(CredentialHelperTest, RefusesNamesThatArePaths) {
  for (const auto* name : {"", "../fake", "a/b", "a b", "a;b", "$(x)", "a\nb", "é"}) {
    EXPECT_THROW(CredentialHelper(name, testing::fake_environment({{"PATH", "/bin"}})), FailureError) << name;
  }
}

TEST_F(CredentialHelperTest, RefusesServersThatAreOptionsOrLines) {
  const auto fake = helper("cat; exit 1");
  EXPECT_THROW(fake.get("-h", {}), UsageError);
  EXPECT_THROW(fake.get("a\nb", {}), UsageError);
}

TEST_F(CredentialHelperTest, IsNotLookedUpInTheWorkingDirectory) {
  helper("echo '{}'");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  for (const auto* search_path : {"", ".", ":", "./", "::/nonexistent", "relative"}) {
    EXPECT_THROW(CredentialHelper("fake", testing::fake_environment({{"PATH", search_path}})), FailureError)
        << search_path;
  }
  std::filesystem::current_path(before);
}

TEST_F(CredentialHelperTest, SaysWhenItIsNotInstalled) {
  try {
    const CredentialHelper absent("absent", testing::fake_environment({{"PATH", folder_.path().string()}}));
    FAIL();
  } catch (const FailureError& error) {
    EXPECT_THAT(error.message(), HasSubstr("docker-credential-absent is not installed"));
  }
}

}  // namespace
}  // namespace wasm_oci
