#include "registry/realm.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

bool is_asked(const std::string& registry, const std::string& realm, const Hosts& hosts = {}) {
  try {
    check_realm(Url::parse(registry).value().origin(), Url::parse(realm).value(), hosts);
    return true;
  } catch (const AuthError&) {
    return false;
  }
}

TEST(Realm, KnowsInternalAddressesInEverySpelling) {
  for (const auto* host : {"localhost",
                           "localhost.",
                           "LOCALHOST",
                           "a.localhost",
                           "127.0.0.1",
                           "127.0.0.1.",
                           "127.1",
                           "2130706433",
                           "0x7f000001",
                           "0177.0.0.1",
                           "0x7f.1",
                           "0",
                           "0.0.0.0",
                           "10.0.0.5",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "2852039166",
                           "0xa9fea9fe",
                           "100.100.100.200",
                           "224.0.0.1",
                           "255.255.255.255",
                           "192.0.0.192",
                           "198.18.0.1",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:a9fe:a9fe",
                           "::127.0.0.1",
                           "fe80::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fec0::1",
                           "ff02::1",
                           "64:ff9b::a9fe:a9fe",
                           "2002:7f00:1::"}) {
    EXPECT_TRUE(is_internal_host(host)) << host;
  }
  for (const auto* host : {"auth.docker.io", "1.1.1.1", "172.32.0.1", "192.169.0.1", "169.253.0.1", "100.128.0.1",
                           "126.255.255.255", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101",
                           "localhost.evil.com", "10.0.0.5.evil.com", "ghcr.io.", "127.0.0.1.nip.io"}) {
    EXPECT_FALSE(is_internal_host(host)) << host;
  }
}

TEST(Realm, MayBeAnotherPublicHostOverTls) {
  EXPECT_TRUE(is_asked("https://registry-1.docker.io/", "https://auth.docker.io/token"));
  EXPECT_TRUE(is_asked("https://gitlab.example/", "https://gitlab.example/jwt/auth"));
  EXPECT_TRUE(is_asked("http://registry:5000/", "https://auth.example/token"));
}

TEST(Realm, IsNotAskedWithoutTlsWhereTheRegistryHasIt) {
  EXPECT_FALSE(is_asked("https://registry.example/", "http://auth.example/token"));
  EXPECT_FALSE(is_asked("https://registry.example/", "http://registry.example/token"));
  EXPECT_FALSE(is_asked("https://localhost:5000/", "http://localhost:5001/token"));
  const Hosts told({.plain_http = {"auth.example"}}, std::vector<std::string>{"registry.example"});
  EXPECT_FALSE(is_asked("https://registry.example/", "http://auth.example/token", told));
}

TEST(Realm, IsNotAnInternalAddressOfAnotherHost) {
  for (const auto* realm :
       {"https://169.254.169.254/latest", "https://127.0.0.1:9090/token", "https://[::1]:9090/token",
        "https://10.0.0.5/token", "https://2130706433/", "https://0x7f.1/", "https://localhost/", "https://localhost./",
        "https://[::ffff:169.254.169.254]/", "https://user@127.0.0.1/", "https://auth.example@10.0.0.5/"}) {
    EXPECT_FALSE(is_asked("https://registry.example/", realm)) << realm;
    EXPECT_FALSE(is_asked("https://10.0.0.6/", realm)) << realm;
  }
}

TEST(Realm, MayBeInternalWhereTheRegistryIs) {
  EXPECT_TRUE(is_asked("https://10.0.0.5:5000/", "https://10.0.0.5:5000/token"));
  EXPECT_FALSE(is_asked("https://10.0.0.5:5000/", "https://10.0.0.5:5001/token"));
  EXPECT_TRUE(is_asked("http://127.0.0.1:5000/", "http://127.0.0.1:5001/token"));
  EXPECT_TRUE(is_asked("http://localhost:5000/", "http://127.0.0.1:5001/token"));
  EXPECT_TRUE(is_asked("http://127.0.0.1:5000/", "https://localhost:5001/token"));
  EXPECT_FALSE(is_asked("http://127.0.0.1:5000/", "http://10.0.0.5:5001/token"));
  EXPECT_FALSE(is_asked("http://127.0.0.1:5000/", "http://169.254.169.254/token"));
}

TEST(Realm, IsAskedWithoutTlsOnlyWhereTold) {
  EXPECT_FALSE(is_asked("http://registry:5000/", "http://auth:5001/token"));
  const Hosts told({.plain_http = {"registry:5000", "auth:5001"}}, std::vector<std::string>{"registry:5000"});
  EXPECT_TRUE(is_asked("http://registry:5000/", "http://auth:5001/token", told));
  EXPECT_TRUE(is_asked("http://registry:5000/", "http://registry:5000/token"));
  EXPECT_FALSE(is_asked("http://registry:5000/", "http://registry:5001/token"));
}

}  // namespace
}  // namespace wasm_oci
