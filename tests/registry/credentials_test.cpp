#include "registry/credentials.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "tests/registry/fake_environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CredentialsTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string json(const std::string& host, const std::string& user) {
    return R"({"auths":{")" + host + R"(":{"auth":")" + base64_encode(user + ":canary") + "\"}}}";
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    testing::write_file(folder_ / name, text);
  }
  // All the places of one user.
  testing::Variables everything() const {
    return {{"HOME", path("home")},
            {"PATH", path("bin") + ":/bin:/usr/bin"},
            {"DOCKER_CONFIG", path("docker")},
            {"XDG_RUNTIME_DIR", path("run")},
            {"XDG_CONFIG_HOME", path("xdg")},
            {"REGISTRY_AUTH_FILE", path("registry-auth.json")}};
  }
  static std::string user(const testing::Variables& variables, const std::string& authfile = {},
                          const std::string& host = "ghcr.io") {
    const auto found = Credentials(testing::fake_environment(variables), authfile).find(host, "me/app", {});
    return found ? found->username : "-";
  }

  testing::TempDir folder_;
};

TEST_F(CredentialsTest, LooksInOrder) {
  auto variables = everything();
  EXPECT_EQ(user(variables), "-");
  const std::vector<std::pair<std::string, std::string>> files = {{"home/.docker/config.json", "home"},
                                                                  {"xdg/containers/auth.json", "xdg"},
                                                                  {"run/containers/auth.json", "run"},
                                                                  {"docker/config.json", "docker"}};
  for (const auto& [file, name] : files) {
    write(file, json("ghcr.io", name));
    EXPECT_EQ(user(variables), name);
  }
  variables["DOCKER_AUTH_CONFIG"] = json("ghcr.io", "variable");
  EXPECT_EQ(user(variables), "variable");
  write("registry-auth.json", json("ghcr.io", "registry"));
  EXPECT_EQ(user(variables), "registry");
  write("authfile", json("ghcr.io", "authfile"));
  EXPECT_EQ(user(variables, path("authfile")), "authfile");

  const Hosts hosts({.creds = {"flag:pw"}}, std::vector<std::string>{"ghcr.io"});
  Credentials with_flag(testing::fake_environment(variables), path("authfile"), hosts);
  EXPECT_EQ(with_flag.find("ghcr.io", "me/app", {})->username, "flag");
  EXPECT_EQ(with_flag.find("quay.io", "me/app", {}), std::nullopt);
}

TEST_F(CredentialsTest, GoesOnWhereAFileHasNoEntryForTheHost) {
  write("authfile", json("quay.io", "other"));
  write("docker/config.json", R"({"auths":{"ghcr.io":{}}})");
  write("home/.docker/config.json", json("ghcr.io", "home"));
  EXPECT_EQ(user(everything(), path("authfile")), "home");
}

TEST_F(CredentialsTest, HasDefaultsForTheFoldersOfXdg) {
  write("home/.config/containers/auth.json", json("ghcr.io", "config"));
  EXPECT_EQ(user({{"HOME", path("home")}}), "config");
  auto environment = testing::fake_environment({{"HOME", path("home")}});
  environment.run_dir = path("containers");
  write("containers/1000/auth.json", json("ghcr.io", "run"));
  EXPECT_EQ(Credentials(environment, {}).find("ghcr.io", "", {})->username, "run");
  EXPECT_EQ(user({}), "-");
}

TEST_F(CredentialsTest, WantsTheAuthfileThatWasNamed) {
  EXPECT_THROW(user({}, path("absent")), NotFoundError);
  EXPECT_THROW(user({{"DOCKER_AUTH_CONFIG", "{"}}), FailureError);
}

TEST_F(CredentialsTest, SaysWhereItFoundThem) {
  write("docker/config.json", json("ghcr.io", "me"));
  const auto found = Credentials(testing::fake_environment(everything()), {}).find("ghcr.io", "me/app", {});
  EXPECT_EQ(found->source, path("docker/config.json"));
  EXPECT_THAT(found->source, Not(HasSubstr("canary")));
}

TEST_F(CredentialsTest, AsksTheHelperThatTheHostHas) {
  testing::write_helper(folder_ / "bin", "gh", R"(echo '{"Username":"helped","Secret":"pw"}')");
  testing::write_helper(folder_ / "bin", "all", "echo 'credentials not found in native keychain'; exit 1");
  write(
      "docker/config.json",
      R"({"credsStore":"all","credHelpers":{"ghcr.io":"gh"},"auths":{"ghcr.io":{"auth":"eDp5"},"quay.io":{"auth":"eDp5"}}})");
  const auto found = Credentials(testing::fake_environment(everything()), {}).find("ghcr.io", "me/app", {});
  EXPECT_EQ(found->username, "helped");
  EXPECT_EQ(found->source, "docker-credential-gh (named in " + path("docker/config.json") + ")");
  // What the store does not have is not taken from the entries beside it, but other files may have it.
  EXPECT_EQ(user(everything(), {}, "quay.io"), "-");
  write("home/.docker/config.json", json("quay.io", "home"));
  EXPECT_EQ(user(everything(), {}, "quay.io"), "home");
}

TEST_F(CredentialsTest, AHelperOfTheHostHasTheLastWord) {
  testing::write_helper(folder_ / "bin", "gh", "echo 'credentials not found in native keychain'; exit 1");
  write("docker/config.json", R"({"credHelpers":{"ghcr.io":"gh"},"auths":{"ghcr.io":{"auth":"eDp5"}}})");
  write("home/.docker/config.json", json("ghcr.io", "home"));
  EXPECT_EQ(user(everything()), "-");
}

TEST_F(CredentialsTest, AMissingHelperIsAnErrorAndNobodyElseStepsIn) {
  write("docker/config.json", R"({"credHelpers":{"ghcr.io":"absent"},"auths":{"ghcr.io":{"auth":"eDp5"}}})");
  EXPECT_THROW(user(everything()), FailureError);
}

TEST_F(CredentialsTest, AsksAHelperOnceAndForDockerHubByItsUrl) {
  testing::write_helper(
      folder_ / "bin", "all",
      "cat >> '" + path("asked") + "'; echo >> '" + path("asked") + R"('; echo '{"Username":"me","Secret":"pw"}')");
  write("docker/config.json", R"({"credsStore":"all"})");
  Credentials credentials(testing::fake_environment(everything()), {});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(credentials.find("docker.io", "me/app", {}));
  }
  EXPECT_EQ(testing::read_file(folder_ / "asked"), "https://index.docker.io/v1/\n");
}

TEST_F(CredentialsTest, SavesInDockersFileAndFindsItAgain) {
  const auto environment = testing::fake_environment({{"HOME", path("home")}});
  const Credential me{.username = "me", .password = Secret("p:w")};
  const auto saved = save_credential(environment, {}, "ghcr.io", me, {});
  EXPECT_EQ(saved.where, path("home/.docker/config.json"));
  EXPECT_TRUE(saved.is_plain_text);
  EXPECT_EQ(Credentials(environment, {}).find("ghcr.io", "", {})->password.reveal(), "p:w");
  EXPECT_EQ(erase_credential(environment, {}, "ghcr.io", {}), path("home/.docker/config.json"));
  EXPECT_FALSE(Credentials(environment, {}).find("ghcr.io", "", {}));
  EXPECT_EQ(erase_credential(environment, {}, "ghcr.io", {}), std::nullopt);
}

TEST_F(CredentialsTest, SavesInTheAuthfileThatWasNamed) {
  const auto environment = testing::fake_environment(everything());
  save_credential(environment, path("new/auth.json"), "ghcr.io", {.username = "me", .password = Secret("pw")}, {});
  EXPECT_EQ(user({}, path("new/auth.json")), "me");
  EXPECT_FALSE(std::filesystem::exists(path("docker/config.json")));
}

TEST_F(CredentialsTest, SavesWithTheHelper) {
  testing::write_helper(folder_ / "bin", "all",
                        "printf '%s ' \"$1\" >> '" + path("log") + "'; cat >> '" + path("log") + "'");
  write("docker/config.json", R"({"credsStore":"all","auths":{"ghcr.io":{}}})");
  const auto environment = testing::fake_environment(everything());
  const auto saved = save_credential(environment, {}, "ghcr.io", {.username = "me", .password = Secret("pw")}, {});
  EXPECT_FALSE(saved.is_plain_text);
  EXPECT_THAT(saved.where, HasSubstr("docker-credential-all"));
  EXPECT_EQ(testing::read_file(folder_ / "docker/config.json"), R"({"credsStore":"all","auths":{"ghcr.io":{}}})");
  EXPECT_TRUE(erase_credential(environment, {}, "ghcr.io", {}));
  EXPECT_EQ(testing::read_file(folder_ / "log"),
            R"(store {"ServerURL":"ghcr.io","Username":"me","Secret":"pw"}erase ghcr.io)");
  EXPECT_EQ(testing::read_file(folder_ / "docker/config.json"), R"({"credsStore":"all","auths":{}})");
}

TEST_F(CredentialsTest, CannotSaveWithoutAHome) {
  EXPECT_THROW(credentials_file(testing::fake_environment({}), {}), FailureError);
  EXPECT_EQ(credentials_file(testing::fake_environment({{"DOCKER_CONFIG", "/d"}, {"HOME", "/h"}}), {}),
            "/d/config.json");
}

}  // namespace
}  // namespace wasm_oci
