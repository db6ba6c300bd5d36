#include "registry/http_client.hpp"

#include "tests/support/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <thread>
#include <vector>

namespace wasm_oci {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::Connection;
using ::testing::HasSubstr;
using testing::ScriptedServer;
using testing::SeenRequest;
using testing::TestCertificate;

// Bytes that differ from place to place, so that a lost or doubled piece shows.
std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24U);
  }
  return text;
}

Url url(const std::string& text) { return Url::parse(text).value(); }
HttpRequest get(const std::string& text) { return {.url = url(text)}; }
HttpRequest put(const std::string& text, Source& body, std::uint64_t size) {
  return {.method = "PUT", .url = url(text), .body = &body, .body_size = size};
}
std::string text_of(const HttpResponse& response) { return read_all(*response.body, 256UL << 20U); }

TransportFailure failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const TransportError& error) {
    return error.failure();
  }
  throw std::logic_error("nothing failed");
}

HttpClientOptions impatient() { return {.stall_timeout = milliseconds(200), .commit_timeout = milliseconds(200)}; }

class FailingSource final : public Source {
 public:
  std::size_t read(std::span<std::byte> /*into*/) override { throw FailureError("the disk is broken"); }
  void rewind() override {}
};

TEST(HttpClient, GivesStatusHeadersAndBody) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) {
    return Answer{.status = 404, .headers = {{"X-One", " 1 "}, {"x-one", "2"}}, .body = "gone"};
  }));
  HttpClient client;
  HttpRequest request = get(server.url("/v2/?a=%2F+b"));
  request.headers.add("Accept", "text/plain");
  const HttpResponse response = client.send(request, {});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.all("X-ONE"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(text_of(response), "gone");
  EXPECT_EQ(server.requests().at(0).line(), "GET /v2/?a=%2F+b");
  EXPECT_EQ(server.requests().at(0).headers.all("accept"), std::vector<std::string>{"text/plain"});
  EXPECT_FALSE(server.requests().at(0).headers.get("Accept-Encoding"));
}

TEST(HttpClient, SendsABodyByteForByte) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) { return Answer{.status = 201}; }));
  HttpClient client;
  for (const std::size_t size : {std::size_t{1}, std::size_t{1} << 20U, (std::size_t{9} << 20U) + 7}) {
    const std::string content = pattern(size);
    StringSource body(content);
    EXPECT_EQ(client.send(put(server.url("/up"), body, size), {}).status, 201);
    EXPECT_TRUE(server.requests().back().body == content);
    EXPECT_EQ(server.requests().back().headers.get("Content-Length"), std::to_string(size));
    EXPECT_FALSE(server.requests().back().headers.get("Expect"));
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, AsksBeforeItSendsAVeryLargeBody) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_head();
    connection.respond({.status = 401, .headers = {{"Connection", "close"}}});
  });
  HttpClient client;
  StringSource body(std::string(64UL << 20U, 'x'));
  EXPECT_EQ(client.send(put(server.url("/up"), body, 64UL << 20U), {}).status, 401);
  EXPECT_EQ(server.requests().at(0).headers.get("Expect"), "100-continue");
}

TEST(HttpClient, RepeatsAfterExpectationFailed) {
  const std::string content = pattern(64UL << 20U);
  const ScriptedServer server([](Connection& connection) {
    auto head = connection.read_head();
    if (head && head->headers.get("Expect")) {
      connection.respond({.status = 417, .body = "no"});
    } else {
      return;
    }
    if (const auto again = connection.read_request()) {
      connection.respond({.status = 201});
    }
  });
  HttpClient client;
  StringSource body(content);
  const HttpResponse response = client.send(put(server.url("/up"), body, content.size()), {});
  EXPECT_EQ(response.status, 201);
  EXPECT_TRUE(server.requests().back().body == content);
}

TEST(HttpClient, SaysThatAnUploadHasNoBody) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) { return Answer{.status = 202}; }));
  HttpClient client;
  client.send({.method = "POST", .url = url(server.url("/uploads/"))}, {});
  EXPECT_EQ(server.requests().at(0).headers.get("Content-Length"), "0");
  EXPECT_FALSE(server.requests().at(0).headers.get("Content-Type"));
  EXPECT_FALSE(server.requests().at(0).headers.get("Transfer-Encoding"));
}

TEST(HttpClient, HeadHasNoBody) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) { return Answer{.body = "four"}; }));
  HttpClient client;
  const HttpResponse response = client.send({.method = "HEAD", .url = url(server.url())}, {});
  EXPECT_EQ(response.headers.get("Content-Length"), "4");
  EXPECT_EQ(text_of(response), "");
}

TEST(HttpClient, KeepsOneConnectionAlive) {
  const ScriptedServer server(ScriptedServer::answering([](const SeenRequest&) { return Answer{.body = "x"}; }));
  HttpClient client;
  for (int i = 0; i < 5; ++i) {
    text_of(client.send(get(server.url()), {}));
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, FollowsNoRedirect) {
  const ScriptedServer server(ScriptedServer::answering(
      [](const SeenRequest&) { return Answer{.status = 307, .headers = {{"Location", "/other"}}}; }));
  HttpClient client;
  EXPECT_EQ(client.send(get(server.url()), {}).status, 307);
  EXPECT_EQ(server.lines(), std::vector<std::string>{"GET /"});
}

TEST(HttpClient, PassesOverInformationalAnswers) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
    connection.respond({.body = "final"});
  });
  HttpClient client;
  const HttpResponse response = client.send(get(server.url()), {});
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.headers.get("Link"));
  EXPECT_EQ(text_of(response), "final");
}

TEST(HttpClient, RefusesHeadersThatSmuggle) {
  HttpClient client;
  for (const auto& [name, value] :
       {std::pair("X", "a\r\nEvil: 1"), std::pair("X\r\nEvil", "1"), std::pair("X:", "1")}) {
    HttpRequest request = get("http://127.0.0.1:1/");
    request.headers.add(name, value);
    EXPECT_THROW(client.send(request, {}), UsageError);
  }
}

TEST(HttpClient, RefusesEndlessHeaders) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("X-Filler: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  HttpClient client;
  EXPECT_EQ(failure_of([&] { client.send(get(server.url()), {}); }), TransportFailure::broken);
}

TEST(HttpClient, ReturnsAnErrorThatComesBeforeTheUploadEnds) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_head();
    connection.respond({.status = 401, .headers = {{"Connection", "close"}}, .body = "who?"});
    connection.stall();
  });
  HttpClient client;
  StringSource body(std::string(32UL << 20U, 'x'));
  const HttpResponse response = client.send(put(server.url(), body, 32UL << 20U), {});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(text_of(response), "who?");
}

TEST(HttpClient, CopiesFromServerToServerOnOneThread) {
  const std::string content = pattern(24UL << 20U);
  const ScriptedServer from(ScriptedServer::answering([&](const SeenRequest&) { return Answer{.body = content}; }));
  const ScriptedServer to(ScriptedServer::answering([](const SeenRequest&) { return Answer{.status = 201}; }));
  HttpClient client;
  const HttpResponse response = client.send(get(from.url()), {});
  EXPECT_EQ(client.send(put(to.url(), *response.body, content.size()), {}).status, 201);
  EXPECT_TRUE(to.requests().at(0).body == content);
}

TEST(HttpClient, AResponseThatNobodyReadsHoldsUpNobody) {
  const std::string content(24UL << 20U, 'x');
  const ScriptedServer server(ScriptedServer::answering(
      [&](const SeenRequest& request) { return Answer{.body = request.target == "/large" ? content : "small"}; }));
  HttpClient client({.stall_timeout = std::chrono::seconds(1)});
  const HttpResponse large = client.send(get(server.url("/large")), {});
  EXPECT_EQ(text_of(client.send(get(server.url("/small")), {})), "small");
  std::this_thread::sleep_for(milliseconds(1500));  // longer than the stall time: it is we who do not read
  EXPECT_EQ(text_of(large).size(), content.size());
}

TEST(HttpClient, ServesManyThreads) {
  const ScriptedServer server(ScriptedServer::answering(
      [](const SeenRequest& request) { return Answer{.body = request.target + request.body}; }));
  HttpClient client;
  std::vector<std::jthread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 20; ++k) {
        const std::string content = pattern(static_cast<std::size_t>(i) * 40'000 + 1);
        StringSource body(content);
        const std::string target = "/" + std::to_string(i);
        good += text_of(client.send(put(server.url(target), body, content.size()), {})) == target + content ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(good, 160);
}

TEST(HttpClient, NoticesABodyThatIsCut) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    if (connection.number() == 1) {
      connection.reset();
    }
  });
  HttpClient client;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(failure_of([&] { text_of(client.send(get(server.url()), {})); }), TransportFailure::broken);
  }
}

TEST(HttpClient, NoticesAConnectionThatEndsWithoutAnswer) {
  const ScriptedServer server([](Connection& connection) { connection.read_head(); });
  HttpClient client;
  EXPECT_EQ(failure_of([&] { client.send(get(server.url()), {}); }), TransportFailure::broken);
}

TEST(HttpClient, SendsASmallBodyAgainWhereAKeptConnectionIsDead) {
  const ScriptedServer server([](Connection& connection) {
    while (connection.read_request()) {
      if (connection.number() == 0 && connection.requests() > 1) {
        return;
      }
      connection.respond({.status = 201});
    }
  });
  HttpClient client;
  for (int i = 0; i < 2; ++i) {
    StringSource body("manifest");
    EXPECT_EQ(client.send(put(server.url(), body, 8), {}).status, 201);
  }
  EXPECT_EQ(server.requests().back().body, "manifest");
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, GivesUpOnAServerThatStalls) {
  const ScriptedServer server([](Connection& connection) {
    if (const auto request = connection.read_head(); request && request->target == "/body") {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    }
    connection.stall();
  });
  HttpClient client(impatient());
  EXPECT_EQ(failure_of([&] { client.send(get(server.url("/head")), {}); }), TransportFailure::stalled);
  EXPECT_EQ(failure_of([&] { text_of(client.send(get(server.url("/body")), {})); }), TransportFailure::stalled);
}

TEST(HttpClient, GivesUpOnAServerThatTakesNothing) {
  std::promise<void> done;
  const ScriptedServer server([future = done.get_future().share()](Connection& connection) {
    connection.read_head();
    future.wait();
  });
  HttpClient client(impatient());
  StringSource body(std::string(48UL << 20U, 'x'));
  EXPECT_EQ(failure_of([&] { client.send(put(server.url(), body, 48UL << 20U), {}); }), TransportFailure::stalled);
  done.set_value();
}

TEST(HttpClient, GivesMoreTimeToTheAnswerOnAWholeUpload) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_request();
    std::this_thread::sleep_for(milliseconds(400));
    connection.respond({.status = 201});
  });
  HttpClient client({.stall_timeout = milliseconds(100), .commit_timeout = std::chrono::seconds(60)});
  StringSource body("content");
  EXPECT_EQ(client.send(put(server.url(), body, 7), {}).status, 201);
}

TEST(HttpClient, AStopFromBeforeItWaitsIsNotMissed) {
  const ScriptedServer server([](Connection& connection) { connection.stall(); });
  HttpClient client({.stall_timeout = std::chrono::seconds(20)});
  const std::stop_source stop = [] {
    std::stop_source requested;
    requested.request_stop();
    return requested;
  }();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW(client.send(get(server.url("/")), stop.get_token()), CancelledError);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(HttpClient, StopsWhereverItWaits) {
  std::promise<void> done;
  const ScriptedServer server([future = done.get_future().share()](Connection& connection) {
    if (const auto request = connection.read_head(); request && request->target == "/body") {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    }
    future.wait();
  });
  HttpClient client;
  StringSource content(std::string(48UL << 20U, 'x'));
  const std::vector<std::function<void(const std::stop_token&)>> waits = {
      [&](const std::stop_token& stop) { client.send(get(server.url("/head")), stop); },
      [&](const std::stop_token& stop) { text_of(client.send(get(server.url("/body")), stop)); },
      [&](const std::stop_token& stop) { client.send(put(server.url("/up"), content, 48UL << 20U), stop); },
  };
  for (const auto& wait : waits) {
    std::stop_source stop;
    const std::jthread stopper([&] {
      std::this_thread::sleep_for(milliseconds(50));
      stop.request_stop();
    });
    EXPECT_THROW(wait(stop.get_token()), CancelledError);
  }
  done.set_value();
}

TEST(HttpClient, DroppingAResponseEndsItsTransfer) {
  std::promise<void> gone;
  const ScriptedServer server([&](Connection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (connection.send("400\r\n" + std::string(1024, 'x') + "\r\n")) {
    }
    gone.set_value();
  });
  HttpClient client;
  client.send(get(server.url()), {});
  EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(HttpClient, AnErrorOfTheBodyEndsTheTransfer) {
  std::promise<void> gone;
  const ScriptedServer server([&](Connection& connection) {
    connection.read_head();
    connection.stall();
    gone.set_value();
  });
  HttpClient client;
  FailingSource body;
  EXPECT_THROW(client.send(put(server.url(), body, 10), {}), FailureError);
  // The request may not have reached the server yet; where it did, the connection ends.
  if (server.connections() > 0) {
    EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }
}

TEST(HttpClient, RefusesABodyThatIsShorterThanItSaid) {
  const ScriptedServer server([](Connection& connection) { connection.stall(); });
  HttpClient client;
  StringSource body("abc");
  EXPECT_THROW(client.send(put(server.url(), body, 10), {}), ContentError);
}

TEST(HttpClient, NamesTheHostItCannotReach) {
  unsigned port = 0;
  {
    const ScriptedServer server([](Connection&) {});
    port = server.port();
  }
  HttpClient client;
  try {
    client.send(get("http://127.0.0.1:" + std::to_string(port) + "/secret?token=secret"), {});
    FAIL();
  } catch (const TransportError& error) {
    EXPECT_EQ(error.failure(), TransportFailure::connect);
    EXPECT_EQ(error.message(), "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
  }
}

class HttpClientTls : public ::testing::Test {
 protected:
  TestCertificate certificate_;
  const ScriptedServer server_{ScriptedServer::answering([](const SeenRequest&) { return Answer{.body = "safe"}; }),
                               &certificate_};
};

TEST_F(HttpClientTls, TrustsAnAddedAuthority) {
  const TestCertificate other;
  // Beside roots in a folder, in a file, or none.
  for (const TrustRoots& roots : {TrustRoots{}, TrustRoots{.file = "", .dir = "/etc/ssl/certs"},
                                  TrustRoots{.file = other.cert_file(), .dir = ""}}) {
    HttpClient client({.roots = roots});
    HttpRequest request = get(server_.url());
    request.tls.ca_file = certificate_.cert_file();
    EXPECT_EQ(text_of(client.send(request, {})), "safe");
  }
}

TEST_F(HttpClientTls, TrustsGivenRoots) {
  HttpClient client({.roots = TrustRoots{.file = certificate_.cert_file(), .dir = ""}});
  EXPECT_EQ(text_of(client.send(get(server_.url()), {})), "safe");
}

TEST_F(HttpClientTls, RefusesACertificateThatNobodyVouchesFor) {
  for (const TrustRoots& roots : {TrustRoots{}, TrustRoots{.file = "", .dir = "/etc/ssl/certs"}}) {
    HttpClient client({.roots = roots});
    EXPECT_EQ(failure_of([&] { client.send(get(server_.url()), {}); }), TransportFailure::certificate);
  }
}

TEST_F(HttpClientTls, AMissingCertificateFileIsNamed) {
  HttpClient client;
  HttpRequest request = get(server_.url());
  request.tls.ca_file = "/nowhere/ca.pem";
  try {
    client.send(request, {});
    FAIL();
  } catch (const NotFoundError& error) {
    EXPECT_THAT(error.message(), HasSubstr("/nowhere/ca.pem"));
  }
}

TEST(HttpClient, TellsAServerWithoutTlsFromOneWithAWrongCertificate) {
  const ScriptedServer answers([](Connection& connection) {
    connection.read_some(100);
    connection.send("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
    connection.stall();
  });
  const ScriptedServer hangs_up([](Connection& connection) { connection.read_some(1000); });
  HttpClient client;
  for (const ScriptedServer* server : {&answers, &hangs_up}) {
    EXPECT_EQ(failure_of([&] { client.send(get("https://" + server->host() + "/"), {}); }),
              TransportFailure::tls_not_spoken);
  }
}

}  // namespace
}  // namespace wasm_oci
