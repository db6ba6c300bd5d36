#include "registry/tls_probe.hpp"

#include "registry/http_client.hpp"
#include "tests/support/scripted_server.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using std::chrono::milliseconds;
using testing::Connection;
using testing::ScriptedServer;
using testing::TestCertificate;

class TlsProbe : public ::testing::Test {
 protected:
  static Origin origin_of(unsigned port) { return {.scheme = "https", .host = "127.0.0.1", .port = port}; }
  static bool probe(const ScriptedServer& server) { return speaks_tls(origin_of(server.port()), milliseconds(100)); }

  HttpClient http_;
};

TEST_F(TlsProbe, KnowsServersOfTls) {
  const TestCertificate certificate;
  const ScriptedServer server(ScriptedServer::answering([](const auto&) { return testing::Answer{}; }), &certificate);
  EXPECT_TRUE(speaks_tls(origin_of(server.port())));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(TlsProbe, AnAlertIsTls) {
  const ScriptedServer server([](Connection& connection) {
    connection.read_some(1000);
    connection.send("\x15\x03\x03");
    connection.stall();
  });
  EXPECT_TRUE(probe(server));
}

TEST_F(TlsProbe, WhoeverAnswersTheGreetingInAnotherWayOrHangsUpSpeaksNone) {
  for (const std::string answer : {"HTTP/1.1 400 Bad Request\r\n\r\n", "<html>", "\x80", ""}) {
    const ScriptedServer server([&](Connection& connection) {
      connection.read_some(1000);
      connection.send(answer);
    });
    EXPECT_FALSE(probe(server)) << answer;
  }
  const ScriptedServer resetting([&](Connection& connection) {
    connection.read_some(1000);
    connection.reset();
  });
  EXPECT_FALSE(probe(resetting));
}

// TLS is left for knowledge alone.
TEST_F(TlsProbe, WhoeverSaysNothingMaySpeakTls) {
  const ScriptedServer silent([](Connection& connection) { connection.stall(); });
  EXPECT_TRUE(probe(silent));
  unsigned port = 0;
  {
    const ScriptedServer gone([](Connection&) {});
    port = gone.port();
  }
  EXPECT_TRUE(speaks_tls(origin_of(port), milliseconds(100)));
}

}  // namespace
}  // namespace wasm_oci
