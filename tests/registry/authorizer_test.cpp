#include "registry/authorizer.hpp"

#include "oci/error.hpp"
#include "tests/registry/fake_token_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

namespace wasm_oci {
namespace {

using testing::FakeTokenServer;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::response;
using testing::SentRequest;
using testing::token_response;
using namespace std::chrono_literals;

const Origin kRegistry{"https", "registry.example", 443};
const Credential kMe{.username = "me", .password = Secret("canary"), .source = "file"};
const std::string kBasic = "Basic bWU6Y2FuYXJ5";

std::vector<Scope> pull(const std::string& repository = "a") { return {{.repository = repository, .pull = true}}; }
std::vector<Scope> push(const std::string& repository = "a") {
  return {{.repository = repository, .pull = true, .push = true}};
}

HttpResponse bearer_challenge(const std::string& more = {}, int status = 401) {
  return response(status, "",
                  {{"WWW-Authenticate", R"(Bearer realm="https://auth.example/token",service="s")" + more}});
}
HttpResponse basic_challenge() { return response(401, "", {{"WWW-Authenticate", "Basic realm=x"}}); }

// Answers each request with a new token: T1, T2, …
class Authorizers : public ::testing::Test {
 protected:
  Authorizer authorizer(const std::optional<Credential>& credential = kMe, Hosts hosts = {}) {
    return {"registry.example", [=](std::string_view, const std::stop_token&) { return credential; }, server_.send(),
            std::move(hosts), [this] { return now_; }};
  }
  std::size_t fetched() const { return server_.requests().size(); }
  std::string last_url() const { return server_.requests().back().url; }

  std::atomic<int> count_ = 0;
  FakeTokenServer server_{[this](const SentRequest&) { return token_response("T" + std::to_string(++count_)); }};
  TokenClock::time_point now_{std::chrono::seconds(1'800'000'000)};
};

TEST_F(Authorizers, SaysNothingUntilAsked) {
  Authorizer auth = authorizer();
  EXPECT_EQ(auth.header_for(kRegistry, pull()), std::nullopt);
  EXPECT_EQ(fetched(), 0U);
}

TEST_F(Authorizers, AnswersBasicWithThePassword) {
  Authorizer auth = authorizer();
  EXPECT_TRUE(auth.respond(kRegistry, basic_challenge(), pull(), std::nullopt));
  EXPECT_EQ(auth.header_for(kRegistry, push("other")), kBasic);
  EXPECT_THROW(auth.respond(kRegistry, basic_challenge(), pull(), kBasic), AuthError);
  EXPECT_EQ(fetched(), 0U);
}

TEST_F(Authorizers, AnswersBearerWithAToken) {
  Authorizer auth = authorizer();
  EXPECT_TRUE(auth.respond(kRegistry, bearer_challenge(R"(,scope="repository:a:pull")"), pull(), std::nullopt));
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T1");
  EXPECT_EQ(fetched(), 1U);
  EXPECT_EQ(last_url(), "https://auth.example/token?service=s&scope=repository%3Aa%3Apull&account=me");
}

TEST_F(Authorizers, PrefersBearer) {
  Authorizer auth = authorizer();
  const HttpResponse both = response(
      401, "", {{"WWW-Authenticate", "Basic realm=x"}, {"www-authenticate", "Bearer realm=https://auth.example/t"}});
  EXPECT_TRUE(auth.respond(kRegistry, both, pull(), std::nullopt));
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T1");
}

TEST_F(Authorizers, FetchesAheadForOtherScopes) {
  Authorizer auth = authorizer();
  auth.respond(kRegistry, bearer_challenge(), push(), std::nullopt);
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T1") << "a token that allows more serves";
  EXPECT_EQ(auth.header_for(kRegistry, pull("b")), "Bearer T2");
  EXPECT_EQ(auth.header_for(kRegistry, pull("b")), "Bearer T2");
  EXPECT_EQ(auth.header_for(kRegistry, push("b")), "Bearer T3");
  EXPECT_EQ(fetched(), 3U);
}

TEST_F(Authorizers, AsksForBothRepositoriesOfAMount) {
  Authorizer auth = authorizer();
  const std::vector<Scope> mount = {{.repository = "to", .pull = true, .push = true},
                                    {.repository = "from", .pull = true}};
  auth.respond(kRegistry, bearer_challenge(R"(,scope="repository:to:push,pull")"), mount, std::nullopt);
  EXPECT_THAT(last_url(), HasSubstr("scope=repository%3Ato%3Apull%2Cpush&scope=repository%3Afrom%3Apull"));
}

TEST_F(Authorizers, ServesADeleteThatTheChallengeCallsPush) {
  Authorizer auth = authorizer();
  const std::vector<Scope> remove = {{.repository = "a", .remove = true}};
  EXPECT_TRUE(auth.respond(kRegistry, bearer_challenge(R"(,scope="repository:a:push")"), remove, std::nullopt));
  EXPECT_EQ(auth.header_for(kRegistry, remove), "Bearer T1");
  EXPECT_THAT(last_url(), Not(HasSubstr("delete")));
}

TEST_F(Authorizers, RenewsFiveSecondsEarly) {
  Authorizer auth = authorizer();
  auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt);
  now_ += 294s;
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T1");
  now_ += 1s;
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T2");
}

TEST_F(Authorizers, ReplacesATokenThatIsRejected) {
  Authorizer auth = authorizer();
  auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt);
  EXPECT_TRUE(auth.respond(kRegistry, bearer_challenge(R"(,error="invalid_token")"), pull(), "Bearer T1"));
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T2");
  // Another request that was rejected with the old one takes the new one.
  EXPECT_TRUE(auth.respond(kRegistry, bearer_challenge(), pull(), "Bearer T1"));
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T2");
  EXPECT_EQ(fetched(), 2U);
}

TEST_F(Authorizers, AsksForWhatWasInsufficient) {
  Authorizer auth = authorizer();
  auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt);
  const std::string more = R"(,error="insufficient_scope",scope="repository:a:pull,push")";
  EXPECT_TRUE(auth.respond(kRegistry, bearer_challenge(more, 403), pull(), "Bearer T1"));
  EXPECT_THAT(last_url(), HasSubstr("pull%2Cpush"));
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T2");
  EXPECT_FALSE(auth.respond(kRegistry, bearer_challenge("", 403), pull(), "Bearer T2"));
}

TEST_F(Authorizers, HasNoAnswerWithoutAChallenge) {
  Authorizer auth = authorizer();
  EXPECT_FALSE(auth.respond(kRegistry, response(401), pull(), std::nullopt));
  EXPECT_FALSE(auth.respond(kRegistry, response(401, "", {{"WWW-Authenticate", "Negotiate"}}), pull(), std::nullopt));
  EXPECT_THROW(
      auth.respond(kRegistry, response(401, "", {{"WWW-Authenticate", "Bearer service=s"}}), pull(), std::nullopt),
      AuthError);
}

TEST_F(Authorizers, GivesAnotherOriginNothing) {
  Authorizer auth = authorizer();
  auth.respond(kRegistry, basic_challenge(), pull(), std::nullopt);
  EXPECT_EQ(auth.header_for({"http", "registry.example", 443}, pull()), std::nullopt);
  EXPECT_EQ(auth.header_for({"https", "registry.example", 444}, pull()), std::nullopt);
  EXPECT_EQ(auth.header_for({"https", "evil.example", 443}, pull()), std::nullopt);
}

TEST_F(Authorizers, KeepsTokensOfIdentitiesApart) {
  Authorizer auth(
      "registry.example",
      [](std::string_view repository, const std::stop_token&) -> std::optional<Credential> {
        Credential credential = kMe;
        credential.username = repository;
        return repository == "public" ? std::nullopt : std::optional(credential);
      },
      server_.send());
  const auto everything = R"(,scope="repository:a:* repository:b:* repository:public:*")";
  auth.respond(kRegistry, bearer_challenge(everything), pull("a"), std::nullopt);
  EXPECT_EQ(auth.header_for(kRegistry, pull("a")), "Bearer T1");
  EXPECT_EQ(auth.header_for(kRegistry, pull("b")), "Bearer T2");
  EXPECT_EQ(auth.header_for(kRegistry, pull("public")), "Bearer T3");
  EXPECT_THAT(server_.requests()[1].url, HasSubstr("account=b"));
  EXPECT_EQ(server_.requests()[2].authorization, "");
}

TEST_F(Authorizers, SendsARegistryTokenAsItIs) {
  Authorizer auth = authorizer(Credential{.registry_token = Secret("R"), .source = "file"});
  EXPECT_TRUE(auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt));
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer R");
  EXPECT_THROW(auth.respond(kRegistry, bearer_challenge(), pull(), "Bearer R"), AuthError);
  EXPECT_EQ(fetched(), 0U);
}

TEST_F(Authorizers, NeverShowsTheRegistryAnIdentityToken) {
  Authorizer auth = authorizer(Credential{.identity_token = Secret("I"), .source = "file"});
  EXPECT_THROW(auth.respond(kRegistry, basic_challenge(), pull(), std::nullopt), AuthError);
  EXPECT_TRUE(auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt));
  EXPECT_EQ(auth.header_for(kRegistry, pull()), "Bearer T1");
}

TEST_F(Authorizers, SaysHowToLogIn) {
  Authorizer auth = authorizer(std::nullopt);
  try {
    auth.respond(kRegistry, basic_challenge(), pull(), std::nullopt);
    FAIL();
  } catch (const AuthError& error) {
    EXPECT_THAT(error.message(), HasSubstr("no credentials for registry.example"));
    EXPECT_THAT(error.hint(), HasSubstr("wasm-oci login registry.example"));
  }
  const AuthError denial = auth.denial(push(), 403);
  EXPECT_THAT(denial.message(), HasSubstr("pushing to a"));
  EXPECT_THAT(denial.hint(), HasSubstr("wasm-oci login registry.example"));
  EXPECT_THAT(authorizer().denial(pull(), 403).message(), HasSubstr("with the credentials from file"));
}

TEST_F(Authorizers, LeavesARefusedTokenToTheChallenge) {
  FakeTokenServer picky(
      [](const SentRequest& sent) { return sent.url.contains("push") ? response(403) : token_response("T"); });
  Authorizer auth("registry.example", [](auto, const auto&) { return std::optional(kMe); }, picky.send());
  auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt);
  EXPECT_EQ(auth.header_for(kRegistry, push()), std::nullopt);
  EXPECT_THROW(auth.respond(kRegistry, bearer_challenge(), push(), std::nullopt), AuthError);
}

TEST_F(Authorizers, TrustGoesToTheTokenServerAndTheCertificateDoesNot) {
  const Hosts hosts({.ca_file = {"ca"}, .cert = {"c"}, .key = {"k"}}, std::vector<std::string>{"registry.example"});
  Authorizer auth = authorizer(kMe, hosts);
  auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt);
  EXPECT_EQ(server_.requests().back().tls, TlsOptions{.ca_file = "ca"});
  const HttpResponse own = response(401, "", {{"WWW-Authenticate", R"(Bearer realm="/jwt/auth")"}});
  auth.respond(kRegistry, own, pull(), std::nullopt);
  EXPECT_THAT(last_url(), HasSubstr("https://registry.example/jwt/auth"));
  EXPECT_EQ(server_.requests().back().tls, (TlsOptions{.ca_file = "ca", .cert_file = "c", .key_file = "k"}));
}

TEST_F(Authorizers, NeverSaysASecret) {
  FakeTokenServer refusing([](const SentRequest&) { return response(401, "canary"); });
  Authorizer auth("registry.example", [](auto, const auto&) { return std::optional(kMe); }, refusing.send());
  try {
    auth.respond(kRegistry, bearer_challenge(), pull(), std::nullopt);
    FAIL();
  } catch (const AuthError& error) {
    EXPECT_THAT(error.message() + error.hint(), Not(HasSubstr("canary")));
    EXPECT_THAT(error.message(), HasSubstr("from file"));
  }
  const AuthError denial = auth.denial(pull(), 401);
  EXPECT_THAT(denial.message() + denial.hint(), Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace wasm_oci
