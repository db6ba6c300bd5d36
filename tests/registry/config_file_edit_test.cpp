#include "registry/config_file_edit.hpp"

#include "oci/error.hpp"
#include "registry/config_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace wasm_oci {
namespace {

namespace fs = std::filesystem;

class ConfigFileEdit : public ::testing::Test {
 protected:
  std::string path() const { return (folder_ / "config.json").string(); }
  void write(const std::string& text) const { testing::write_file(path(), text); }
  std::string text() const { return testing::read_file(path()); }
  static unsigned mode(const fs::path& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }

  const Credential me_{.username = "me", .password = Secret("pw")};
  testing::TempDir folder_;
};

TEST_F(ConfigFileEdit, WritesANewFileAsDockerDoes) {
  const fs::path file = folder_ / "home/.docker/config.json";
  put_entry(file.string(), "docker.io", me_, {});
  EXPECT_EQ(testing::read_file(file),
            "{\n\t\"auths\": {\n\t\t\"https://index.docker.io/v1/\": {\n\t\t\t\"auth\": \"bWU6cHc=\"\n\t\t}\n\t}\n}");
  EXPECT_EQ(mode(file), 0600U);
  EXPECT_EQ(mode(file.parent_path()), 0700U);
  EXPECT_EQ(mode(folder_ / "home"), 0700U);
}

TEST_F(ConfigFileEdit, KeepsEverythingElseByteForByte) {
  write(
      "{\n    \"psFormat\" : \"\\u003cx\\u003e\",\n    \"auths\": {\n        \"b.io\": {\n            \"auth\": "
      "\"eDp5\"\n"
      "        }\n    },\n    \"z\": 1e2,\n    \"credHelpers\": {\"q.io\":\"q\"}\n}\n");
  const std::string before = text();
  put_entry(path(), "a.io", me_, {});
  EXPECT_EQ(text(),
            "{\n    \"psFormat\" : \"\\u003cx\\u003e\",\n    \"auths\": {\n        \"b.io\": {\n            \"auth\": "
            "\"eDp5\"\n"
            "        },\n        \"a.io\": {\n            \"auth\": \"bWU6cHc=\"\n        }\n    },\n    \"z\": 1e2,\n"
            "    \"credHelpers\": {\"q.io\":\"q\"}\n}\n");
  EXPECT_TRUE(remove_entries(path(), "a.io", {}));
  EXPECT_EQ(text(), before);
}

TEST_F(ConfigFileEdit, ReplacesEverySpellingOfTheHost) {
  write(
      R"({"auths":{"docker.io":{"auth":"eDp5"},"docker.io/me":{"auth":"eDp5"},"https://index.docker.io/v1/":{"email":"x"},"index.docker.io":{}}})");
  put_entry(path(), "docker.io", me_, {});
  EXPECT_EQ(text(), R"({"auths":{"docker.io/me":{"auth":"eDp5"},"https://index.docker.io/v1/":{"auth":"bWU6cHc="}}})");
}

TEST_F(ConfigFileEdit, AddsWhereThereAreNoEntriesYet) {
  for (const auto* old : {R"({"x":1})", R"({"x":1,"auths":null})", R"({"x":1,"auths":{}})"}) {
    write(old);
    put_entry(path(), "a.io", me_, {});
    EXPECT_EQ(text(), R"({"x":1,"auths":{"a.io":{"auth":"bWU6cHc="}}})");
  }
  for (const auto* old : {"", "\n", "{}"}) {
    write(old);
    put_entry(path(), "a.io", me_, {});
    EXPECT_EQ(ConfigFile::load(path())->find("a.io", "")->username, "me");
  }
}

TEST_F(ConfigFileEdit, KeepsIdentityTokens) {
  put_entry(path(), "a.io", {.username = "0000", .identity_token = Secret("t")}, {});
  const auto credential = ConfigFile::load(path())->find("a.io", "");
  EXPECT_EQ(credential->identity_token.reveal(), "t");
  EXPECT_EQ(credential->username, "0000");
}

TEST_F(ConfigFileEdit, RemovesOnlyTheWholeHost) {
  write(R"({"auths":{"a.io":{},"https://a.io/v1/":{},"a.io/me":{},"a.io:443":{}}})");
  EXPECT_TRUE(remove_entries(path(), "a.io", {}));
  EXPECT_EQ(text(), R"({"auths":{"a.io/me":{},"a.io:443":{}}})");
  EXPECT_FALSE(remove_entries(path(), "a.io", {}));
  EXPECT_EQ(text(), R"({"auths":{"a.io/me":{},"a.io:443":{}}})");
}

TEST_F(ConfigFileEdit, LosesNothingOfABrokenFile) {
  for (const std::string old : {"{", "[]", R"({"auths":{},"auths":{}})", R"({"auths":{"a.io":{},"a.io":{}}})",
                                R"({"auths":1})", "\xEF\xBB\xBF{}"}) {
    write(old);
    EXPECT_THROW(put_entry(path(), "a.io", me_, {}), FailureError) << old;
    EXPECT_THROW(remove_entries(path(), "a.io", {}), FailureError) << old;
    EXPECT_EQ(text(), old);
  }
}

TEST_F(ConfigFileEdit, KeepsPermissions) {
  write("{}");
  fs::permissions(path(), fs::perms{0640});
  put_entry(path(), "a.io", me_, {});
  EXPECT_EQ(mode(path()), 0640U);
}

TEST_F(ConfigFileEdit, WritesThroughSymbolicLinks) {
  fs::create_directories(folder_ / "real");
  testing::write_file(folder_ / "real/target.json", "{}");
  fs::create_symlink("real/target.json", folder_ / "second.json");
  fs::create_symlink("second.json", path());
  put_entry(path(), "a.io", me_, {});
  EXPECT_TRUE(fs::is_symlink(path()));
  EXPECT_TRUE(fs::is_symlink(folder_ / "second.json"));
  EXPECT_EQ(ConfigFile::load((folder_ / "real/target.json").string())->find("a.io", "")->username, "me");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "real"), fs::directory_iterator()), 1);
}

TEST_F(ConfigFileEdit, CreatesWhatADanglingLinkPointsTo) {
  fs::create_symlink("later/target.json", path());
  put_entry(path(), "a.io", me_, {});
  EXPECT_TRUE(fs::is_symlink(path()));
  EXPECT_TRUE(fs::is_regular_file(folder_ / "later/target.json"));
}

TEST_F(ConfigFileEdit, LosesNoLoginOfSeveralAtOnce) {
  constexpr int kProcesses = 4;
  constexpr int kLogins = 10;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int login = 0; login < kLogins; ++login) {
        put_entry(path(), "h" + std::to_string(process) + "-" + std::to_string(login) + ".io", me_, {});
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  const auto file = ConfigFile::load(path());
  for (int process = 0; process < kProcesses; ++process) {
    for (int login = 0; login < kLogins; ++login) {
      const std::string host = "h" + std::to_string(process) + "-" + std::to_string(login) + ".io";
      EXPECT_TRUE(file->find(host, "")) << host;
    }
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace wasm_oci
