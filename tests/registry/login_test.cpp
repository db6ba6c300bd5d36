#include "registry/login.hpp"

#include "oci/error.hpp"
#include "tests/registry/fake_token_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using testing::FakeTokenServer;
using testing::response;
using testing::SentRequest;
using testing::token_response;

const Origin kRegistry{"https", "registry.example", 443};
const Credential kMe{.username = "me", .password = Secret("pw"), .source = "login"};
const std::string kBasic = "Basic bWU6cHc=";

using Answer = std::function<HttpResponse(const std::optional<std::string>& authorization)>;

LoginCheck check(const Answer& registry, FakeTokenServer& tokens) {
  const PingRegistry ping = [&](const std::optional<std::string>& authorization, const std::stop_token&) {
    return Ping{.registry = kRegistry, .response = registry(authorization)};
  };
  return check_login("registry.example", kMe, ping, tokens.send(), {}, {});
}

HttpResponse unauthorized(const std::string& challenge) { return response(401, "", {{"WWW-Authenticate", challenge}}); }

class Login : public ::testing::Test {
 protected:
  FakeTokenServer tokens_{
      [](const SentRequest& sent) { return sent.authorization == kBasic ? token_response("T") : response(401); }};
};

TEST_F(Login, IsVerifiedByTheRegistryItself) {
  const Answer basic = [](const auto& sent) { return sent == kBasic ? response(200) : unauthorized("Basic realm=x"); };
  EXPECT_EQ(check(basic, tokens_), LoginCheck::verified);
  const Answer wrong = [](const auto&) { return unauthorized("Basic realm=x"); };
  EXPECT_THROW(check(wrong, tokens_), AuthError);
}

TEST_F(Login, IsVerifiedByTheTokenServer) {
  const Answer bearer = [](const auto& sent) {
    return sent == "Bearer T" ? response(200) : unauthorized("Bearer realm=https://auth.example/token");
  };
  EXPECT_EQ(check(bearer, tokens_), LoginCheck::verified);
  FakeTokenServer refusing([](const SentRequest&) { return response(403); });
  EXPECT_THROW(check(bearer, refusing), AuthError);
  FakeTokenServer useless([](const SentRequest&) { return token_response("other"); });
  EXPECT_THROW(check(bearer, useless), AuthError);
}

TEST_F(Login, IsNotVerifiedWhereNobodyAsks) {
  bool sent_something = false;
  const Answer open = [&](const auto& sent) {
    sent_something = sent_something || sent.has_value();
    return response(200);
  };
  EXPECT_EQ(check(open, tokens_), LoginCheck::not_asked);
  EXPECT_FALSE(sent_something);
}

TEST_F(Login, NeedsARegistry) {
  EXPECT_THROW(check([](const auto&) { return response(404); }, tokens_), FailureError);
  EXPECT_THROW(check([](const auto&) { return response(503); }, tokens_), NetworkError);
  EXPECT_THROW(check([](const auto&) { return response(401); }, tokens_), AuthError);
}

}  // namespace
}  // namespace wasm_oci
