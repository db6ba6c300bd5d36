#include "registry/registry_client.hpp"

#include "tests/support/registry_session.hpp"
#include "tests/support/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

namespace wasm_oci {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::Connection;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::RegistrySession;
using testing::RegistrySessionOptions;
using testing::ScriptedServer;
using testing::SeenRequest;
using testing::TestCertificate;

const std::vector<Scope> kPull{{.repository = "me/app", .pull = true}};
const Credential kMe{.username = "me", .password = Secret("canary-password"), .source = "a test"};
const std::string kBasicMe = "Basic bWU6Y2FuYXJ5LXBhc3N3b3Jk";

RegistryRequest get(const std::string& path) { return {.path = path, .scopes = kPull, .what = "it"}; }

RegistrySessionOptions plain(std::optional<Credential> credential = std::nullopt) {
  return {.credential = std::move(credential), .flags = {.plain_http = {""}}};
}

Answer unauthorized() { return {.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=\"r\""}}}; }

template <typename Action>
std::string message_of(Action&& action, ErrorKind kind) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.message();
    EXPECT_THAT(error.message() + error.hint(), ::testing::Not(HasSubstr("canary")));
    return error.message();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(RegistryClient, AnswersAChallengeAndRemembersIt) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest& request) {
    return request.headers.get("Authorization") == kBasicMe ? Answer{.body = "in"} : unauthorized();
  }));
  RegistrySession session(server.host(), plain(kMe));
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = session.client().send(get("/v2/me/app/tags/list"));
    EXPECT_EQ(read_all(*response.body, 100), "in");
  }
  EXPECT_EQ(server.requests().size(), 3);
  EXPECT_EQ(server.requests().at(0).headers.get("Authorization"), std::nullopt);
  EXPECT_THAT(server.requests().at(0).headers.get("User-Agent").value_or(""), HasSubstr("wasm-oci"));
}

TEST(RegistryClient, SendsABodyAgainAfterAChallenge) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest& request) {
    return request.headers.get("Authorization") ? Answer{.status = 201} : unauthorized();
  }));
  RegistrySession session(server.host(), plain(kMe));
  StringSource body("content");
  RegistryRequest request = get("/v2/me/app/up");
  request.method = "PUT";
  request.body = &body;
  request.body_size = 7;
  EXPECT_EQ(session.client().send(request).status, 201);
  EXPECT_EQ(server.requests().back().body, "content");
}

TEST(RegistryClient, AsksTheRootWhereARefusalDoesNotSayWhatItWants) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest& request) {
    if (request.headers.get("Authorization")) {
      return Answer{};
    }
    return request.target == "/v2/" ? unauthorized() : Answer{.status = 401};
  }));
  RegistrySession session(server.host(), plain(kMe));
  EXPECT_EQ(session.client().send(get("/v2/me/app/x")).status, 200);
  EXPECT_THAT(server.lines(), ElementsAre("GET /v2/me/app/x", "GET /v2/", "GET /v2/me/app/x"));
}

TEST(RegistryClient, ARefusalThatStaysIsAnAuthError) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) { return unauthorized(); }));
  RegistrySession session(server.host(), plain(kMe));
  message_of([&] { session.client().send(get("/v2/me/app/x")); }, ErrorKind::auth);
  EXPECT_EQ(server.requests().size(), 2);
}

TEST(RegistryClient, RepeatsNoSecretThatARegistryRepeats) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest& request) {
    const auto sent = request.headers.get("Authorization");
    return !sent ? unauthorized() : Answer{.status = 503, .body = "you sent " + *sent};
  }));
  RegistrySessionOptions options = plain(kMe);
  options.retry.retries = 0;
  RegistrySession session(server.host(), options);
  EXPECT_EQ(message_of([&] { session.client().send(get("/v2/")); }, ErrorKind::network),
            "it: you sent Basic *** (HTTP 503)");
}

TEST(RegistryClient, TriesAgainWhatMayPass) {
  std::atomic<std::size_t> count = 0;
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest&) {
    constexpr std::array kStatuses{503, 429, 500};
    const std::size_t number = count++;
    return number < kStatuses.size() ? Answer{.status = kStatuses.at(number)} : Answer{};
  }));
  RegistrySession session(server.host(), plain());
  EXPECT_EQ(session.client().send(get("/v2/me/app/x")).status, 200);
  EXPECT_EQ(count, 4);
  ASSERT_EQ(session.notes().size(), 3);
  EXPECT_THAT(session.notes().at(1), HasSubstr("429"));
}

TEST(RegistryClient, GivesUpAfterSoManyTries) {
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest&) {
    return Answer{.status = 503, .body = R"({"errors":[{"code":"UNAVAILABLE","message":"in a bad mood"}]})"};
  }));
  RegistrySession session(server.host(), plain());
  EXPECT_THAT(message_of([&] { session.client().send(get("/v2/me/app/x")); }, ErrorKind::network),
              HasSubstr("it: UNAVAILABLE: in a bad mood (HTTP 503)"));
  EXPECT_EQ(server.requests().size(), 4);
}

TEST(RegistryClient, TriesAgainWhereTheConnectionBreaks) {
  const ScriptedServer server([](Connection& connection) {
    if (connection.read_request() && connection.number() < 2) {
      connection.reset();
    } else {
      connection.respond({});
    }
  });
  RegistrySession session(server.host(), plain());
  EXPECT_EQ(session.client().send(get("/v2/me/app/x")).status, 200);
}

TEST(RegistryClient, WaitsAsLongAsItIsTold) {
  std::atomic<int> count = 0;
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest&) {
    return count++ == 0 ? Answer{.status = 429, .headers = {{"Retry-After", "1"}}} : Answer{};
  }));
  RegistrySession session(server.host(), plain());
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(session.client().send(get("/v2/me/app/x")).status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(RegistryClient, SaysAtOnceThatItWillNotWaitThatLong) {
  const ScriptedServer server(ScriptedServer::answering(
      [&](const SeenRequest&) { return Answer{.status = 429, .headers = {{"Retry-After", "3600"}}}; }));
  RegistrySession session(server.host(), plain());
  EXPECT_THAT(message_of([&] { session.client().send(get("/v2/me/app/x")); }, ErrorKind::network), HasSubstr("3600 s"));
  EXPECT_EQ(server.requests().size(), 1);
}

TEST(RegistryClient, StopsWhileItWaits) {
  const ScriptedServer server(ScriptedServer::answering(
      [&](const SeenRequest&) { return Answer{.status = 429, .headers = {{"Retry-After", "60"}}}; }));
  RegistrySession session(server.host(), plain());
  const std::jthread stopper([&] {
    while (session.notes().empty()) {
      std::this_thread::yield();
    }
    session.stop().request_stop();
  });
  EXPECT_THROW(session.client().send(get("/v2/me/app/x")), CancelledError);
}

TEST(RegistryClient, FollowsARedirectElsewhereWithoutSecrets) {
  const ScriptedServer storage(ScriptedServer::answering([](const SeenRequest&) { return Answer{.body = "bytes"}; }));
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest& request) {
    if (!request.headers.get("Authorization")) {
      return unauthorized();
    }
    return Answer{.status = 307, .headers = {{"Location", storage.url("/b?sig=%2Fcanary+")}}};
  }));
  RegistrySession session(server.host(), plain(kMe));
  RegistryRequest request = get("/v2/me/app/blobs/x");
  request.headers.add("Accept", "a/b");
  const HttpResponse response = session.client().send(request);
  EXPECT_EQ(read_all(*response.body, 100), "bytes");
  ASSERT_EQ(storage.requests().size(), 1);
  EXPECT_EQ(storage.requests().at(0).target, "/b?sig=%2Fcanary+");
  EXPECT_FALSE(storage.requests().at(0).headers.get("Authorization"));
  EXPECT_EQ(storage.requests().at(0).headers.get("Accept"), "a/b");
}

TEST(RegistryClient, AnswersNoChallengeOfAnotherOrigin) {
  const ScriptedServer storage(ScriptedServer::answering([](const SeenRequest&) { return unauthorized(); }));
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest& request) {
    return request.headers.get("Authorization") ? Answer{.status = 307, .headers = {{"Location", storage.url("/b")}}}
                                                : unauthorized();
  }));
  RegistrySession session(server.host(), plain(kMe));
  EXPECT_EQ(session.client().send(get("/v2/me/app/blobs/x")).status, 401);
  EXPECT_THAT(storage.lines(), ElementsAre("GET /b"));
}

TEST(RegistryClient, KeepsSecretsOnARedirectWithinTheOrigin) {
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest& request) {
    if (!request.headers.get("Authorization")) {
      return unauthorized();
    }
    return request.target == "/v2/a" ? Answer{.status = 301, .headers = {{"Location", "/v2/b"}}} : Answer{};
  }));
  RegistrySession session(server.host(), plain(kMe));
  EXPECT_EQ(session.client().send(get("/v2/a")).status, 200);
  EXPECT_EQ(server.requests().back().line(), "GET /v2/b");
}

TEST(RegistryClient, FollowsNoRedirectOfAnUpload) {
  const ScriptedServer server(ScriptedServer::answering(
      [&](const SeenRequest&) { return Answer{.status = 307, .headers = {{"Location", "/elsewhere"}}}; }));
  RegistrySession session(server.host(), plain());
  RegistryRequest request = get("/v2/me/app/blobs/uploads/");
  request.method = "POST";
  EXPECT_EQ(session.client().send(request).status, 307);
}

TEST(RegistryClient, GivesUpOnEndlessRedirects) {
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest& request) {
    return Answer{.status = 302, .headers = {{"Location", request.target + "x"}}};
  }));
  RegistrySession session(server.host(), plain());
  message_of([&] { session.client().send(get("/v2/")); }, ErrorKind::failure);
  EXPECT_EQ(server.requests().size(), 11);
}

class RegistryClientTls : public ::testing::Test {
 protected:
  RegistrySessionOptions trusting(std::optional<Credential> credential = std::nullopt) const {
    return {.credential = std::move(credential), .flags = {.ca_file = {certificate_.cert_file()}}};
  }
  TestCertificate certificate_;
};

TEST_F(RegistryClientTls, NeverFollowsARedirectAwayFromTls) {
  const ScriptedServer storage(ScriptedServer::answering([](const SeenRequest&) { return Answer{}; }));
  const ScriptedServer server(ScriptedServer::answering([&](const SeenRequest&) {
                                return Answer{.status = 307, .headers = {{"Location", storage.url("/b?canary")}}};
                              }),
                              &certificate_);
  RegistrySession session(server.host(), trusting());
  EXPECT_THAT(message_of([&] { session.client().send(get("/v2/me/app/blobs/x")); }, ErrorKind::failure),
              HasSubstr("does not use TLS"));
  EXPECT_TRUE(storage.requests().empty());
}

TEST_F(RegistryClientTls, ALoopbackServerWithoutTlsIsSpokenToWithoutIt) {
  const ScriptedServer server(ScriptedServer::answering(
      [](const SeenRequest& request) { return request.headers.get("Authorization") ? Answer{} : unauthorized(); }));
  RegistrySession session(server.host(), {.credential = kMe});
  EXPECT_EQ(session.client().send(get("/v2/")).status, 200);
  EXPECT_EQ(session.client().origin().scheme, "http");
}

TEST_F(RegistryClientTls, AnUntrustedCertificateIsNoReasonToLeaveTls) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) { return Answer{}; }), &certificate_);
  RegistrySession session(server.host(), {});
  EXPECT_THAT(message_of([&] { session.client().send(get("/v2/")); }, ErrorKind::network), HasSubstr("not trusted"));
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(session.client().origin().scheme, "https");
}

TEST_F(RegistryClientTls, NobodyLeavesTlsOnceItWasSpoken) {
  const ScriptedServer server(
      [](Connection& connection) {
        if (connection.read_request()) {
          connection.respond({.headers = {{"Connection", "close"}}});
        }
      },
      &certificate_, 2);  // the first is only asked whether it is TLS
  RegistrySession session(server.host(), trusting());
  EXPECT_EQ(session.client().send(get("/v2/")).status, 200);
  EXPECT_THAT(message_of([&] { session.client().send(get("/v2/")); }, ErrorKind::network),
              HasSubstr("does not speak TLS"));
  EXPECT_EQ(server.requests().size(), 1);
}

TEST(RegistryClient, TakesNoUnsafeLocation) {
  HttpClient http;
  testing::NotedProgress progress;
  RegistryClient client(http, "registry.example", {}, [](auto, auto&) { return std::nullopt; }, progress, {});
  const RegistryRequest request = get("/v2/me/app/blobs/uploads/");
  const auto location = [&](const std::string& text) {
    const auto url = client.location({.status = 202, .headers = {{"Location", text}}}, request);
    return url ? url->str() : "";
  };
  EXPECT_EQ(location("/v2/up/1?_state=a%2B"), "https://registry.example/v2/up/1?_state=a%2B");
  EXPECT_EQ(location("https://upload.example/1"), "https://upload.example/1");
  for (const std::string text : {"http://registry.example/1", "https://169.254.169.254/1", "https://10.0.0.1/1",
                                 "https://localhost/1", "https://2130706433/", "ftp://registry.example/1"}) {
    EXPECT_EQ(location(text), "") << text;
  }
  EXPECT_FALSE(client.location({.status = 202}, request));
}

}  // namespace
}  // namespace wasm_oci
