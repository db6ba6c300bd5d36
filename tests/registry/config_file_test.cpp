#include "registry/config_file.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace wasm_oci {
namespace {

// The user name that the file has for the host and repository; "-" for none.
std::string user_for(const std::string& json, const std::string& host, const std::string& repository = "me/app") {
  const auto credential = ConfigFile::parse(json, "config.json").find(host, repository);
  return credential ? credential->username : "-";
}

// An entry whose user name is `user`.
std::string entry(const std::string& key, const std::string& user) {
  return "\"" + key + R"(":{"auth":")" + base64_encode(user + ":pw") + "\"}";
}
std::string auths(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string json;
  for (const auto& [key, user] : entries) {
    json += (json.empty() ? "" : ",") + entry(key, user);
  }
  return R"({"auths":{)" + json + "}}";
}

TEST(ConfigFile, ReadsEmptyFiles) {
  for (const auto* text : {"", " \n", "{}", R"({"auths":{}})", R"({"auths":null})", R"({"auths":{"ghcr.io":{}}})",
                           R"({"auths":{"ghcr.io":null}})", R"({"auths":{"ghcr.io":{"email":"me@x"}}})"}) {
    EXPECT_EQ(user_for(text, "ghcr.io"), "-") << text;
  }
}

TEST(ConfigFile, RefusesWhatIsNoSuchFile) {
  for (const auto* text : {"[]", "1", "{", R"({"auths":[]})", R"({"auths":{"a":1}})", R"({"auths":{},"auths":{}})",
                           R"({"auths":{"a":{},"a":{}}})", R"({"credsStore":1})", R"({"credHelpers":{"a":1}})",
                           R"({"auths":{"a":{"auth":1}}})", R"({"Auths":{}})"}) {
    EXPECT_THROW(ConfigFile::parse(text, "config.json"), FailureError) << text;
  }
}

TEST(ConfigFile, DecodesWhatDockerWrites) {
  const auto find = [](const std::string& fields) {
    return ConfigFile::parse(R"({"auths":{"ghcr.io":{)" + fields + "}}}", "f").find("ghcr.io", "").value();
  };
  const auto with_auth = [](const std::string& plain) { return R"("auth":")" + base64_encode(plain) + "\""; };
  EXPECT_EQ(find(with_auth("me:p:w=")).password.reveal(), "p:w=");
  EXPECT_EQ(find(with_auth(std::string("me:pw\0\0", 7))).password.reveal(), "pw");
  EXPECT_EQ(find(R"("username":"me","password":"pw")").password.reveal(), "pw");
  EXPECT_EQ(find(R"("identitytoken":"t")").identity_token.reveal(), "t");
  EXPECT_EQ(find(R"("registrytoken":"r")").registry_token.reveal(), "r");
  const Credential acr = find(with_auth("0000:") + R"(,"identitytoken":"t")");
  EXPECT_EQ(acr.username, "0000");
  EXPECT_EQ(acr.identity_token.reveal(), "t");
  EXPECT_FALSE(acr.has_password());
}

TEST(ConfigFile, ABrokenEntryFailsOnlyItsOwnHost) {
  const std::string json = R"({"auths":{"a.io":{"auth":"%%%"},"b.io":{"auth":"bm9jb2xvbg=="},"c.io":{"auth":"OnB3"},)" +
                           entry("ok.io", "me") + "}}";
  EXPECT_EQ(user_for(json, "ok.io"), "me");
  for (const auto* host : {"a.io", "b.io", "c.io"}) {
    EXPECT_THROW(user_for(json, host), FailureError) << host;
  }
}

TEST(ConfigFile, MatchesHostsExactly) {
  const std::string json = auths({{"ghcr.io", "me"}});
  EXPECT_EQ(user_for(json, "ghcr.io"), "me");
  for (const auto* host : {"ghcr.io:443", "xghcr.io", "ghcr.io.evil.com", "evil.com", "docker.io", "io"}) {
    EXPECT_EQ(user_for(json, host), "-") << host;
  }
  for (const auto* key : {"evil.com/ghcr.io", "ghcr.io.evil.com", "https://evil.com/ghcr.io",
                          "https://ghcr.io@evil.com/", "https://ghcr.io:443", "ghcr.io:443", "ghcr.iox"}) {
    EXPECT_EQ(user_for(auths({{key, "me"}}), "ghcr.io"), "-") << key;
  }
}

TEST(ConfigFile, ReadsDockersOlderKeys) {
  for (const auto* key : {"https://ghcr.io", "http://ghcr.io", "https://ghcr.io/", "https://ghcr.io/v1/", "GHCR.IO",
                          "https://ghcr.io/v2/", "ghcr.io/v1/", "ghcr.io/v2/", "ghcr.io/"}) {
    EXPECT_EQ(user_for(auths({{key, "me"}}), "ghcr.io"), "me") << key;
  }
  EXPECT_EQ(user_for(auths({{"https://[::1]:5000/v2/", "me"}}), "[::1]:5000"), "me");
  EXPECT_EQ(user_for(auths({{"https://ghcr.io", "old"}, {"ghcr.io", "new"}}), "ghcr.io"), "new");
}

TEST(ConfigFile, KnowsEverySpellingOfDockerHub) {
  for (const auto* key : {"https://index.docker.io/v1/", "docker.io", "index.docker.io", "registry-1.docker.io",
                          "https://docker.io", "index.docker.io/v1/"}) {
    for (const auto* host : {"docker.io", "index.docker.io", "registry-1.docker.io"}) {
      EXPECT_EQ(user_for(auths({{key, "me"}}), host), "me") << key << " for " << host;
    }
    EXPECT_EQ(user_for(auths({{key, "me"}}), "ghcr.io"), "-") << key;
  }
  EXPECT_EQ(user_for(auths({{"docker.io", "podman"}, {"https://index.docker.io/v1/", "docker"}}), "docker.io"),
            "docker");
}

TEST(ConfigFile, PrefersTheNearestRepository) {
  const std::string json = auths({{"h", "host"}, {"h/a", "a"}, {"h/a/b", "b"}, {"h:1/a", "port"}});
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"a/b/c", "b"}, {"a/b", "b"}, {"a/bc", "a"}, {"a", "a"}, {"ab", "host"}, {"", "host"}, {"b/a", "host"}};
  for (const auto& [repository, user] : rows) {
    EXPECT_EQ(user_for(json, "h", repository), user) << repository;
  }
  EXPECT_EQ(user_for(auths({{"h/foo", "x"}}), "h", "foobar"), "-");
  EXPECT_EQ(user_for(auths({{"docker.io/library", "x"}}), "docker.io", "library/alpine"), "x");
}

TEST(ConfigFile, NamesTheHelper) {
  const auto helper = [](const std::string& json, const std::string& host) {
    const auto found = ConfigFile::parse(json, "f").helper(host);
    return found ? found->name + (found->is_for_host ? "!" : "") : "-";
  };
  const std::string json = R"({"credsStore":"all","credHelpers":{"ghcr.io":"gh","quay.io":"","docker.io":"hub"}})";
  EXPECT_EQ(helper(json, "ghcr.io"), "gh!");
  EXPECT_EQ(helper(json, "ghcr.io:443"), "all");
  EXPECT_EQ(helper(json, "other.io"), "all");
  EXPECT_EQ(helper(json, "quay.io"), "-");
  EXPECT_EQ(helper(json, "index.docker.io"), "hub!");
  EXPECT_EQ(helper(R"({"credHelpers":{"ghcr.io":"gh"}})", "other.io"), "-");
  EXPECT_EQ(helper(R"({"credHelpers":{"ghcr.io/me":"gh"}})", "ghcr.io"), "-");
}

TEST(ConfigFile, LoadsFromDisk) {
  const testing::TempDir folder;
  EXPECT_FALSE(ConfigFile::load((folder / "absent").string()));
  EXPECT_FALSE(ConfigFile::load((folder / "absent/too").string()));
  std::filesystem::create_symlink(folder / "nothing", folder / "dangling");
  EXPECT_FALSE(ConfigFile::load((folder / "dangling").string()));
  EXPECT_THROW(ConfigFile::load(folder.path().string()), FailureError);
  testing::write_file(folder / "big", std::string(ConfigFile::kMaxSize + 1, ' '));
  EXPECT_THROW(ConfigFile::load((folder / "big").string()), FailureError);
  testing::write_file(folder / "empty", "");
  EXPECT_TRUE(ConfigFile::load((folder / "empty").string()));
}

}  // namespace
}  // namespace wasm_oci
