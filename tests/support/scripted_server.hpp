// A server on 127.0.0.1 that does exactly what a test tells it, wrong and hostile things included: it stalls, cuts,
// resets and lies. Each connection runs the script on a thread of its own; what was requested is recorded.
#pragma once

#include "registry/http.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX
struct ssl_st;      // and SSL

namespace wasm_oci::testing {

// A request as the server saw it.
struct SeenRequest {
  std::string method;
  std::string target;  // path and query as sent
  Headers headers;
  std::string body;
  std::size_t connection = 0;  // counted from 0 in the order of accept()

  // "METHOD TARGET"
  std::string line() const { return method + " " + target; }
};

struct Answer {
  int status = 200;
  Headers headers = {};
  std::string body = {};
};

// A self-signed certificate for localhost and 127.0.0.1 with its key, as PEM files; the certificate is its own root.
class TestCertificate {
 public:
  TestCertificate();
  std::string cert_file() const { return (folder_ / "cert.pem").string(); }
  std::string key_file() const { return (folder_ / "key.pem").string(); }

 private:
  TempDir folder_;
};

class ScriptedServer;

// One accepted connection in the hands of a script. Reading functions return nothing once the peer is gone.
class Connection {
 public:
  Connection(ScriptedServer& server, int socket, std::size_t number);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::size_t number() const { return number_; }
  // How many requests were read so far.
  std::size_t requests() const { return requests_; }
  // The request line and headers; the body stays unread. Recorded without body.
  std::optional<SeenRequest> read_head();
  // A whole request: body by Content-Length or chunks; "Expect: 100-continue" is answered.
  std::optional<SeenRequest> read_request();
  // Up to `limit` more bytes, at least one; empty when the peer is gone.
  std::string read_some(std::size_t limit);

  // False when the peer is gone.
  bool send(std::string_view bytes);
  // A whole response with a Content-Length, unless `answer` brings one or Transfer-Encoding itself.
  bool respond(const Answer& answer, bool head_only = false);
  // Waits until the peer closes, reading and dropping what it sends.
  void stall();
  // Closes with a TCP reset instead of an orderly end.
  void reset();

 private:
  friend class ScriptedServer;
  struct FreeTls {
    void operator()(ssl_st* tls) const;
  };
  bool handshake();
  std::size_t read_raw(char* into, std::size_t size);
  bool fill();
  std::optional<SeenRequest> parse_head();

  ScriptedServer& server_;
  int socket_;
  std::size_t number_;
  std::size_t requests_ = 0;
  std::unique_ptr<ssl_st, FreeTls> tls_;
  std::string unread_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(Connection&)>;
  using Handler = std::function<Answer(const SeenRequest&)>;

  // `certificate` makes it speak TLS, on the first `tls_connections` only; it must outlive the server.
  explicit ScriptedServer(Script script, const TestCertificate* certificate = nullptr,
                          std::size_t tls_connections = SIZE_MAX);
  // Stops accepting, ends all connections and waits for their scripts.
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // A script that answers every request of every connection by `handler`, called from the connections' threads.
  static Script answering(Handler handler);

  unsigned port() const { return port_; }
  // "127.0.0.1:PORT"
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  // "http[s]://127.0.0.1:PORT" and `path`
  std::string url(std::string_view path = "/") const;

  std::vector<SeenRequest> requests() const;
  // "METHOD TARGET" of each.
  std::vector<std::string> lines() const;
  std::size_t connections() const;

 private:
  friend class Connection;
  struct FreeTlsContext {
    void operator()(ssl_ctx_st* context) const;
  };
  void accept_loop();
  void serve(int socket, std::size_t number);
  void record(const SeenRequest& request);

  Script script_;
  std::size_t tls_connections_;
  std::unique_ptr<ssl_ctx_st, FreeTlsContext> tls_;
  int listener_ = -1;
  unsigned port_ = 0;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::vector<SeenRequest> requests_;
  std::vector<int> open_sockets_;
  std::size_t accepted_ = 0;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

}  // namespace wasm_oci::testing
