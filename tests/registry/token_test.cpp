#include "registry/token.hpp"

#include "oci/error.hpp"
#include "tests/registry/fake_token_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using testing::FakeTokenServer;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::response;
using testing::SentRequest;
using testing::token_response;
using namespace std::chrono_literals;

const TokenClock::time_point kNow{std::chrono::seconds(1'800'000'000)};  // 2027-01-15T08:00:00Z
const Credential kMe{.username = "m e", .password = Secret("canary"), .source = "file"};
const Credential kToken{.identity_token = Secret("can&ary"), .source = "file"};

TokenRequest request(const std::string& realm = "https://auth.example/token?x=1") {
  return {.registry = {"https", "registry.example", 443},
          .realm = Url::parse(realm).value(),
          .service = "a service",
          .scopes = {"repository:a:pull,push", "repository:b:pull"},
          .tls = {.ca_file = "ca.pem"}};
}

Token fetch(FakeTokenServer& server, const std::optional<Credential>& credential,
            const TokenRequest& wanted = request()) {
  return fetch_token(server.send(), wanted, credential, {}, kNow, {});
}

TEST(FetchToken, GetsWithUserNameAndPassword) {
  FakeTokenServer server([](const SentRequest&) { return token_response("T"); });
  EXPECT_EQ(fetch(server, kMe).value.reveal(), "T");
  ASSERT_EQ(server.requests().size(), 1U);
  const SentRequest sent = server.requests().front();
  EXPECT_EQ(sent.method, "GET");
  EXPECT_EQ(sent.url,
            "https://auth.example/token?x=1&service=a%20service&scope=repository%3Aa%3Apull%2Cpush"
            "&scope=repository%3Ab%3Apull&account=m%20e");
  EXPECT_EQ(sent.authorization, "Basic bSBlOmNhbmFyeQ==");
  EXPECT_EQ(sent.tls.ca_file, "ca.pem");
}

TEST(FetchToken, GetsAnonymously) {
  FakeTokenServer server([](const SentRequest&) { return token_response("T"); });
  TokenRequest wanted = request("https://auth.example/token");
  wanted.service = "";
  wanted.scopes = {};
  EXPECT_EQ(fetch(server, std::nullopt, wanted).value.reveal(), "T");
  EXPECT_EQ(server.requests().front().url, "https://auth.example/token");
  EXPECT_EQ(server.requests().front().authorization, "");
}

TEST(FetchToken, PostsAnIdentityToken) {
  FakeTokenServer server([](const SentRequest&) { return response(200, R"({"access_token":"T"})"); });
  EXPECT_EQ(fetch(server, kToken).value.reveal(), "T");
  const SentRequest sent = server.requests().front();
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "https://auth.example/token?x=1");
  EXPECT_EQ(sent.body,
            "grant_type=refresh_token&client_id=wasm-oci&service=a%20service"
            "&scope=repository%3Aa%3Apull%2Cpush%20repository%3Ab%3Apull&refresh_token=can%26ary");
  EXPECT_EQ(sent.authorization, "");
}

TEST(FetchToken, FallsBackToGetOnlyWithAPassword) {
  Credential both = kToken;
  both.username = "me";
  both.password = Secret("pw");
  for (const int status : {400, 401, 404, 405}) {
    FakeTokenServer server(
        [&](const SentRequest& sent) { return sent.method == "POST" ? response(status) : token_response("T"); });
    EXPECT_EQ(fetch(server, both).value.reveal(), "T") << status;
    FakeTokenServer token_only(
        [&](const SentRequest& sent) { return sent.method == "POST" ? response(status) : token_response("T"); });
    EXPECT_THROW(fetch(token_only, kToken), Error) << status;
    EXPECT_EQ(token_only.requests().size(), 1U);
  }
  FakeTokenServer broken([](const SentRequest&) { return response(500); });
  EXPECT_THROW(fetch(broken, both), NetworkError);
  EXPECT_EQ(broken.requests().size(), 1U);
}

TEST(FetchToken, TellsRefusalsFromTrouble) {
  const auto with_status = [](int status, const std::optional<Credential>& credential) {
    FakeTokenServer server([&](const SentRequest&) { return response(status, "canary"); });
    fetch(server, credential);
  };
  EXPECT_THROW(with_status(401, kMe), AuthError);
  EXPECT_THROW(with_status(403, std::nullopt), AuthError);
  EXPECT_THROW(with_status(400, kMe), FailureError);
  EXPECT_THROW(with_status(404, kMe), FailureError);
  EXPECT_THROW(with_status(429, kMe), NetworkError);
  EXPECT_THROW(with_status(503, kMe), NetworkError);
}

TEST(FetchToken, NeverSaysASecret) {
  const std::vector<std::string> bodies = {"canary", R"({"token":"canary)", R"({"token":"canary\n"})",
                                           R"({"token":{"canary":1}})"};
  for (const int status : {200, 400, 401, 403, 500}) {
    for (const std::string& body : bodies) {
      for (const Credential& credential : {kMe, kToken}) {
        FakeTokenServer server([&](const SentRequest&) { return response(status, body); });
        try {
          fetch(server, credential, request("https://user:canary@auth.example/token?sig=canary"));
          ADD_FAILURE() << body;
        } catch (const Error& error) {
          EXPECT_THAT(error.message() + error.hint(), Not(HasSubstr("canary")));
        }
      }
    }
  }
}

TEST(FetchToken, RefusesAnswersThatAreNoTokens) {
  for (const std::string body : {"", "<html>", "[]", "{}", R"({"token":""})", R"({"token":1})", R"({"token":"a b"})",
                                 R"({"token":"a\r\nX-Evil: 1"})", R"({"token":"a\u0000"})", R"({"token":"é"})"}) {
    FakeTokenServer server([&](const SentRequest&) { return response(200, body); });
    EXPECT_THROW(fetch(server, kMe), ContentError) << body;
  }
  FakeTokenServer endless([](const SentRequest&) { return token_response(std::string(200'000, 'a')); });
  EXPECT_THROW(fetch(endless, kMe), ContentError);
}

TEST(FetchToken, AsksNobodyWhereTheRealmIsRefused) {
  FakeTokenServer server([](const SentRequest&) { return token_response("T"); });
  EXPECT_THROW(fetch(server, kMe, request("http://auth.example/token")), AuthError);
  EXPECT_THROW(fetch(server, kMe, request("https://169.254.169.254/token")), AuthError);
  EXPECT_TRUE(server.requests().empty());
}

TEST(FetchToken, FollowsRedirectsWithoutThePassword) {
  FakeTokenServer server([](const SentRequest& sent) {
    if (sent.url.starts_with("https://auth.example/token")) {
      return response(307, "", {{"Location", "/moved"}});
    }
    if (sent.url == "https://auth.example/moved") {
      return response(302, "", {{"Location", "https://other.example/t"}});
    }
    return token_response("T");
  });
  EXPECT_EQ(fetch(server, kMe).value.reveal(), "T");
  const auto sent = server.requests();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_NE(sent[1].authorization, "");
  EXPECT_EQ(sent[2].authorization, "");
  EXPECT_EQ(sent[2].tls, TlsOptions());
}

TEST(FetchToken, RefusesRedirectsToWhereNoTokenIsAskedFor) {
  for (const auto* location :
       {"http://auth.example/t", "https://127.0.0.1/t", "https://169.254.169.254/", "ftp://x/", ""}) {
    FakeTokenServer server([&](const SentRequest& sent) {
      return sent.url.starts_with("https://auth.example/token?") ? response(302, "", {{"Location", location}})
                                                                 : token_response("T");
    });
    EXPECT_THROW(fetch(server, kMe), AuthError) << location;
    EXPECT_EQ(server.requests().size(), 1U) << location;
  }
  FakeTokenServer circle([](const SentRequest&) { return response(302, "", {{"Location", "/again"}}); });
  EXPECT_THROW(fetch(circle, kMe), AuthError);
  EXPECT_EQ(circle.requests().size(), 6U);
  FakeTokenServer post([](const SentRequest&) { return response(307, "", {{"Location", "/again"}}); });
  EXPECT_THROW(fetch(post, kToken), FailureError);
  EXPECT_EQ(post.requests().size(), 1U);
}

TEST(TokenReply, LastsAMinuteToADay) {
  const std::vector<std::pair<std::string, std::chrono::seconds>> rows = {
      {"", 60s},
      {R"(,"expires_in":300)", 300s},
      {R"(,"expires_in":0)", 60s},
      {R"(,"expires_in":-5)", 60s},
      {R"(,"expires_in":1e9)", 60s},
      {R"(,"expires_in":300.5)", 60s},
      {R"(,"expires_in":"300")", 60s},
      {R"(,"expires_in":null)", 60s},
      {R"(,"expires_in":9223372036854775807)", 86400s},
      {R"(,"expires_in":99999999999999999999999)", 60s},
      {R"(,"expires_in":300,"issued_at":"2027-01-15T07:59:00Z")", 240s},
      {R"(,"expires_in":300,"issued_at":"2027-01-15T08:59:00+01:00")", 240s},
      {R"(,"expires_in":300,"issued_at":"2027-01-15T07:59:00.123456789Z")", 240s},
      {R"(,"expires_in":300,"issued_at":"2027-01-15T08:01:00Z")", 300s},  // from the future
      {R"(,"expires_in":300,"issued_at":"2027-01-15T07:00:00Z")", 300s},  // expired on its way
      {R"(,"expires_in":300,"issued_at":"0001-01-01T00:00:00Z")", 300s},
      {R"(,"expires_in":300,"issued_at":"yesterday")", 300s},
      {R"(,"expires_in":300,"issued_at":5)", 300s},
  };
  for (const auto& [fields, lifetime] : rows) {
    EXPECT_EQ(parse_token_reply("{\"token\":\"T\"" + fields + "}", kNow).expires - kNow, lifetime) << fields;
  }
}

TEST(TokenReply, TakesEitherName) {
  EXPECT_EQ(parse_token_reply(R"({"token":"A","access_token":"B"})", kNow).value.reveal(), "A");
  EXPECT_EQ(parse_token_reply(R"({"token":"","access_token":"B"})", kNow).value.reveal(), "B");
}

}  // namespace
}  // namespace wasm_oci
