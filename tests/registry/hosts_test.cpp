#include "registry/hosts.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using Names = std::vector<std::string>;

Hosts creds(const std::string& value, const Names& registries) { return {HostFlags{.creds = {value}}, registries}; }

TEST(Hosts, TellsHostFromUserAndPassword) {
  struct Row {
    std::string value;
    std::string host;
    std::string user;
    std::string password;
  };
  const std::vector<Row> rows = {
      {"me:pw", "ghcr.io", "me", "pw"},
      {"me:p:w", "ghcr.io", "me", "p:w"},
      {"me:", "ghcr.io", "me", ""},
      {"me:pa=ss", "ghcr.io", "me", "pa=ss"},
      {"me:123=45", "ghcr.io", "me", "123=45"},  // HOST= needs USER:PASS behind it
      {"me:p=a:b", "ghcr.io", "me", "p=a:b"},
      {"me=you:pw", "ghcr.io", "me=you", "pw"},  // "me" alone is no host
      {"ghcr.io=me:pw", "ghcr.io", "me", "pw"},
      {"ghcr.io=me:pa=ss:x", "ghcr.io", "me", "pa=ss:x"},
      {"GHCR.io=me:pw", "ghcr.io", "me", "pw"},
      {"localhost=me:pw", "localhost", "me", "pw"},
      {"registry:5000=me:p=w", "registry:5000", "me", "p=w"},
      {"[::1]:5000=me:pw", "[::1]:5000", "me", "pw"},
      {"127.0.0.1:5000=me:pw", "127.0.0.1:5000", "me", "pw"},
      {"index.docker.io=me:pw", "docker.io", "me", "pw"},
      {"ghcr.io=me:123=4:5", "ghcr.io", "me", "123=4:5"},
  };
  for (const Row& row : rows) {
    const Hosts hosts = creds(row.value, {row.host});
    ASSERT_TRUE(hosts.of(row.host).credentials) << row.value;
    EXPECT_EQ(hosts.of(row.host).credentials->username, row.user) << row.value;
    EXPECT_EQ(hosts.of(row.host).credentials->password.reveal(), row.password) << row.value;
  }
}

TEST(Hosts, RefusesCredentialsThatAreNone) {
  for (const auto* value : {"", "me", ":pw", "ghcr.io=me", "ghcr.io=:pw"}) {
    EXPECT_THROW(creds(value, {"ghcr.io"}), UsageError) << value;
  }
}

TEST(Hosts, NeverRepeatsAPasswordInAnError) {
  try {
    creds("a.b=me:canary", {"ghcr.io"});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.message() + error.hint(), testing::Not(testing::HasSubstr("canary")));
    EXPECT_THAT(error.message(), testing::HasSubstr("a.b"));
  }
  EXPECT_THROW(creds("canary", {"ghcr.io"}), UsageError);
}

TEST(Hosts, WantsAHostWhereThereAreSeveralRegistries) {
  const Names two = {"ghcr.io", "quay.io"};
  EXPECT_THROW(creds("me:pw", two), UsageError);
  EXPECT_THROW(Hosts({.ca_file = {"ca.pem"}}, two), UsageError);
  EXPECT_THROW(Hosts({.cert = {"c"}, .key = {"k"}}, two), UsageError);
  EXPECT_THROW(Hosts({.plain_http = {""}}, two), UsageError);
  const Hosts hosts = creds("quay.io=me:pw", two);
  EXPECT_TRUE(hosts.of("quay.io").credentials);
  EXPECT_FALSE(hosts.of("ghcr.io").credentials);
}

TEST(Hosts, CountsOneRegistryOnce) {
  EXPECT_TRUE(creds("me:pw", {"docker.io", "index.docker.io", "DOCKER.IO"}).of("docker.io").credentials);
}

TEST(Hosts, WithoutARegistryAnOptionWithoutHostMeansNothing) {
  EXPECT_EQ(creds("me:pw", {}).of("ghcr.io"), HostOptions());
}

TEST(Hosts, RefusesAHostThatIsNotSpokenTo) {
  EXPECT_THROW(creds("quay.io=me:pw", {"ghcr.io"}), UsageError);
  EXPECT_THROW(creds("ghcr.io:443=me:pw", {"ghcr.io"}), UsageError);
  EXPECT_THROW(Hosts({.cert = {"quay.io=c"}}, Names{"ghcr.io"}), UsageError);
}

TEST(Hosts, TakesTheHostOfATokenServerForTrustAndPlainHttp) {
  const Hosts hosts({.ca_file = {"auth.x:8443=ca.pem"}, .plain_http = {"auth:5001"}}, Names{"ghcr.io"});
  EXPECT_EQ(hosts.of("auth.x:8443").tls.ca_file, "ca.pem");
  EXPECT_TRUE(hosts.of("auth:5001").plain_http);
  EXPECT_FALSE(hosts.of("ghcr.io").plain_http);
}

TEST(Hosts, ReadsPathsWithEqualsSigns) {
  const Hosts hosts({.ca_file = {"dir/a=b.pem"}, .cert = {"ghcr.io=c=d"}, .key = {"./e.f=g"}}, Names{"ghcr.io"});
  EXPECT_EQ(hosts.of("ghcr.io").tls, (TlsOptions{.ca_file = "dir/a=b.pem", .cert_file = "c=d", .key_file = "./e.f=g"}));
}

TEST(Hosts, OfSeveralTheLastWins) {
  const Hosts hosts({.creds = {"a:1", "ghcr.io=b:2"}}, Names{"ghcr.io"});
  EXPECT_EQ(hosts.of("ghcr.io").credentials->username, "b");
}

TEST(Hosts, WantsCertificateAndKeyTogether) {
  EXPECT_THROW(Hosts({.cert = {"c"}}, Names{"ghcr.io"}), UsageError);
  EXPECT_THROW(Hosts({.key = {"k"}}, Names{"ghcr.io"}), UsageError);
  EXPECT_THROW(Hosts({.ca_file = {""}}, Names{"ghcr.io"}), UsageError);
}

TEST(Hosts, RefusesAPlainHttpHostThatIsNone) {
  for (const auto* host : {"http://x", "a/b", "a:b", "a b", "[::1", "a:", "a:123456"}) {
    EXPECT_THROW(Hosts({.plain_http = {host}}, Names{"ghcr.io"}), UsageError) << host;
  }
}

TEST(Hosts, AllowsPlainHttpForLoopbackAndWhereTold) {
  const Hosts hosts({.plain_http = {""}}, Names{"registry:5000"});
  for (const auto* host : {"registry:5000", "localhost", "localhost:5000", "a.localhost:1", "127.0.0.1:5000",
                           "127.1.2.3", "[::1]", "[::1]:5000"}) {
    EXPECT_TRUE(hosts.plain_http_allowed(host)) << host;
  }
  for (const auto* host : {"registry", "registry:5001", "localhost.evil.com", "128.0.0.1", "10.0.0.1:5000", "[::2]:1",
                           "127.0.0.1.evil.com", "docker.io"}) {
    EXPECT_FALSE(hosts.plain_http_allowed(host)) << host;
  }
}

TEST(Hosts, KeepsCredentialsToTheExactHost) {
  const Hosts hosts = creds("ghcr.io=me:pw", {"ghcr.io"});
  for (const auto* host : {"ghcr.io:443", "evil.com", "ghcr.io.evil.com", "xghcr.io"}) {
    EXPECT_FALSE(hosts.of(host).credentials) << host;
  }
}

TEST(Hosts, TakesCredentialsForOneSideOfACopy) {
  Hosts hosts = creds("ghcr.io=me:pw", {"ghcr.io"});
  hosts.set_credentials("ghcr.io", "you:other=x");
  EXPECT_EQ(hosts.of("ghcr.io").credentials->username, "you");
  EXPECT_THROW(hosts.set_credentials("ghcr.io", "you"), UsageError);
}

TEST(Hosts, KnowsTheNamesOfDockerHub) {
  EXPECT_EQ(api_host("docker.io"), "registry-1.docker.io");
  EXPECT_EQ(api_host("index.docker.io"), "registry-1.docker.io");
  EXPECT_EQ(api_host("localhost:5000"), "localhost:5000");
  EXPECT_EQ(credential_key("docker.io"), "https://index.docker.io/v1/");
  EXPECT_EQ(credential_key("ghcr.io"), "ghcr.io");
  EXPECT_EQ(canonical_host("registry-1.docker.io"), "docker.io");
  EXPECT_EQ(canonical_host("evil-docker.io"), "evil-docker.io");
}

TEST(Hosts, WritesOriginsAsReferencesDo) {
  EXPECT_EQ(host_and_port({"https", "ghcr.io", 443}), "ghcr.io");
  EXPECT_EQ(host_and_port({"http", "localhost", 443}), "localhost:443");
  EXPECT_EQ(host_and_port({"http", "::1", 5000}), "[::1]:5000");
}

}  // namespace
}  // namespace wasm_oci
