#include "registry/challenge.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

Challenge bearer(Parameters parameters) {
  return {.scheme = "bearer", .parameters = std::move(parameters), .token68 = {}};
}
Challenge basic(Parameters parameters = {}) {
  return {.scheme = "basic", .parameters = std::move(parameters), .token68 = {}};
}
Challenge with_token(std::string scheme, std::string token) {
  return {.scheme = std::move(scheme), .parameters = {}, .token68 = std::move(token)};
}

struct Row {
  std::string header;
  std::vector<Challenge> challenges;
};

TEST(Challenge, ReadsWhatRegistriesSend) {
  const std::string hub = "https://auth.docker.io/token";
  const std::vector<Row> rows = {
      {"", {}},
      {"  ", {}},
      {"Basic", {basic()}},
      {"Basic  ", {basic()}},
      {R"(BASIC realm="Sonatype Nexus")", {basic({{"realm", "Sonatype Nexus"}})}},
      {R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push")",
       {bearer({{"realm", hub}, {"service", "registry.docker.io"}, {"scope", "repository:a/b:pull,push"}})}},
      {R"(bearer Realm = "https://auth.docker.io/token"   ,SERVICE=registry.docker.io, scope  =""  )",
       {bearer({{"realm", hub}, {"service", "registry.docker.io"}, {"scope", ""}})}},
      {R"(Bearer realm=https://auth.docker.io/token,service=a:5000/b)",
       {bearer({{"realm", hub}, {"service", "a:5000/b"}})}},
      {R"(Bearer realm="r",service=)", {bearer({{"realm", "r"}, {"service", ""}})}},
      {R"(Bearer foo="foo\"bar",hello="\"hello world\"")",
       {bearer({{"foo", "foo\"bar"}, {"hello", "\"hello world\""}})}},
      {R"(Bearer a="x, Basic realm=y")", {bearer({{"a", "x, Basic realm=y"}})}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(parse_challenges(row.header), row.challenges) << row.header;
  }
}

TEST(Challenge, ReadsSeveralInOneHeader) {
  const std::vector<Row> rows = {
      {R"(Basic realm="a", Bearer realm="b",service="c")",
       {basic({{"realm", "a"}}), bearer({{"realm", "b"}, {"service", "c"}})}},
      {R"(Negotiate, Basic realm=a)", {with_token("negotiate", ""), basic({{"realm", "a"}})}},
      {R"(Negotiate YII+/-._~==, Basic realm=a)", {with_token("negotiate", "YII+/-._~=="), basic({{"realm", "a"}})}},
      {R"(foo bar)", {with_token("foo", "bar")}},
      {R"(,, Basic realm=a ,, ,Bearer realm=b,)", {basic({{"realm", "a"}}), bearer({{"realm", "b"}})}},
      {R"(Basic realm=a, Digest)", {basic({{"realm", "a"}}), with_token("digest", "")}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(parse_challenges(row.header), row.challenges) << row.header;
  }
}

TEST(Challenge, ReadsSeveralHeaders) {
  const std::vector<std::string> headers = {"Basic realm=a", "broken=", "Bearer realm=b"};
  EXPECT_EQ(parse_challenges(headers), (std::vector{basic({{"realm", "a"}}), bearer({{"realm", "b"}})}));
}

TEST(Challenge, KeepsWhatStandsBeforeAMistake) {
  const std::vector<Challenge> kept = {basic({{"realm", "a"}})};
  for (const std::string tail : {
           R"(Bearer realm="open)",
           R"(Bearer realm="escape\)",
           R"(Bearer realm="r" service="s")",
           R"(Bearer realm="r"x)",
           R"(Bearer realm="r",=x)",
           R"(Bearer foo bar)",
           R"(Bearer realm="r",realm="q")",
           R"(Bearer/x realm="r")",
           R"("quoted")",
           "Bearer realm=\"a\x01\"",
           "Bearer realm=\"\x7f\"",
           "@",
           R"(Bearer realm=a"b")",
       }) {
    EXPECT_EQ(parse_challenges("Basic realm=a, " + tail), kept) << tail;
  }
}

TEST(Challenge, IsBounded) {
  EXPECT_TRUE(parse_challenges("Basic realm=" + std::string(20'000, 'a')).empty());
  std::string many;
  for (int i = 0; i < 100; ++i) {
    many += "Basic realm=a,";
  }
  EXPECT_EQ(parse_challenges(many).size(), 16U);
  std::string wide = "Bearer realm=r";
  for (int i = 0; i < 40; ++i) {
    wide += ",p" + std::to_string(i) + "=v";
  }
  EXPECT_TRUE(parse_challenges(wide).empty());
}

TEST(Challenge, PrefersATokenToAPassword) {
  const std::vector both = {basic(), bearer({{"realm", "r"}})};
  EXPECT_EQ(choose_challenge(both)->scheme, "bearer");
  EXPECT_EQ(choose_challenge(std::vector{basic()})->scheme, "basic");
  const std::vector nameless = {bearer({}), basic()};
  EXPECT_EQ(choose_challenge(nameless)->scheme, "basic");
  EXPECT_EQ(choose_challenge(std::vector{with_token("negotiate", "")}), std::nullopt);
}

}  // namespace
}  // namespace wasm_oci
