// The one place that speaks HTTP. Requests block the thread that makes them; the transfers themselves run on one thread
// of the client, which never blocks, never touches a disk and never hashes: bodies pass through bounded buffers, and
// whoever waits for the other side is paused. So a copy from registry to registry on one thread cannot deadlock.
//
// A response is what the server said, whatever its status. Redirects are not followed and nothing is retried here.
#pragma once

#include "oci/error.hpp"
#include "registry/http.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace wasm_oci {

enum class TransportFailure {
  resolve,         // no such name
  connect,         // refused, unreachable, or no answer in time
  tls_not_spoken,  // the server answered a TLS greeting with something that is not TLS
  certificate,     // the server's certificate is not trusted; never a reason to go on without TLS (T-23)
  stalled,         // no byte for too long
  broken,          // cut, reset, or not HTTP
};

// A request that got no response, or a body that broke off.
class TransportError final : public NetworkError {
 public:
  TransportError(TransportFailure failure, std::string message, std::string hint = {})
      : NetworkError(std::move(message), std::move(hint)), failure_(failure) {}

  TransportFailure failure() const noexcept { return failure_; }

 private:
  TransportFailure failure_;
};

// Where the certificates are that everything else is checked against; empty for none.
struct TrustRoots {
  std::string file;  // a PEM bundle
  std::string dir;   // folders of hashed certificates, separated by colons

  // SSL_CERT_FILE and SSL_CERT_DIR where one is set, else the system's. Where the system has a hashed folder it is
  // taken alone: a bundle is parsed anew for each connection, which costs more than all the rest of a handshake.
  static TrustRoots system();
};

struct HttpClientOptions {
  // HTTP/2 shares one connection between many small requests; uploads are faster and safer over HTTP/1.1.
  bool http2 = false;
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(30);
  // Without a byte in either direction for this long while we are the ones who wait.
  std::chrono::milliseconds stall_timeout = std::chrono::seconds(60);
  // For the response once a whole upload was sent: registries hash what they got before they answer.
  std::chrono::milliseconds commit_timeout = std::chrono::seconds(300);
  std::optional<TrustRoots> roots = std::nullopt;  // nullopt: TrustRoots::system()
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  // Must outlive the bodies of its responses.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends the request and waits for the final status line and headers. The request's body is read on this thread; an
  // error that it throws ends the transfer. The response's body stays tied to `stop`, too; it cannot be rewound.
  // Throws TransportError, CancelledError, and UsageError where a header could smuggle another one in (T-25).
  HttpResponse send(const HttpRequest& request, const std::stop_token& stop);

 private:
  class Loop;
  class Body;
  HttpClientOptions options_;
  std::shared_ptr<SentSecrets> sent_ = std::make_shared<SentSecrets>();
  std::unique_ptr<Loop> loop_;
};

}  // namespace wasm_oci
