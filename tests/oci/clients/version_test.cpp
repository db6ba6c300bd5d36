#include "oci/clients/version.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

TEST(ClientVersions, AreOneToThreeNumbers) {
  EXPECT_EQ(parse_client_version("28"), (ClientVersion{28}));
  EXPECT_EQ(parse_client_version("2.3"), (ClientVersion{2, 3}));
  EXPECT_EQ(parse_client_version("1.6.20"), (ClientVersion{1, 6, 20}));
  for (const char* const text :
       {"", ".", "2.", ".2", "9x", "v2.3", "2.3.1.4", "2..3", "-1", "+1", " 2", "2.3-rc.1", "123456", "latest"}) {
    EXPECT_EQ(parse_client_version(text), std::nullopt) << text;
  }
}

TEST(ClientVersions, OfALineAndBeforeItAreWithinIt) {
  for (const ClientVersion& version : {ClientVersion{2, 2}, {2, 2, 9}, {2, 1, 0}, {2, 0}, {1}, {1, 7, 30}}) {
    EXPECT_TRUE(is_within(version, {2, 2}));
  }
  for (const ClientVersion& version : {ClientVersion{2, 3}, {2, 10}, {3}, {3, 0, 1}}) {
    EXPECT_FALSE(is_within(version, {2, 2}));
  }
  EXPECT_TRUE(is_within({28, 5, 2}, {28}));
}

TEST(ClientVersions, WhatIsLeftOpenIsTheNewest) { EXPECT_FALSE(is_within({2}, {2, 2})); }

}  // namespace
}  // namespace wasm_oci
