#include "tests/support/scripted_server.hpp"

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace wasm_oci::testing {
namespace {

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::runtime_error(what);
  }
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_for_writing(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"), &std::fclose);
  require(file != nullptr, "cannot write a certificate file");
  return file;
}

}  // namespace

TestCertificate::TestCertificate() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> cert(X509_new(), &X509_free);
  require(key != nullptr && cert != nullptr, "cannot make a key");
  X509_set_version(cert.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 24L * 3600);
  X509_set_pubkey(cert.get(), key.get());
  X509_NAME* name = X509_get_subject_name(cert.get());
  const std::string common_name = "wasm-oci test";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()),  // NOLINT(*-reinterpret-cast)
                             -1, -1, 0);
  X509_set_issuer_name(cert.get(), name);
  for (const auto& [nid, value] : {std::pair(NID_basic_constraints, "critical,CA:TRUE"),
                                   std::pair(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1")}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    require(extension != nullptr, "cannot make a certificate extension");
    X509_add_ext(cert.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  require(X509_sign(cert.get(), key.get(), EVP_sha256()) > 0, "cannot sign a certificate");
  require(PEM_write_X509(open_for_writing(cert_file()).get(), cert.get()) == 1, "cannot write a certificate");
  require(
      PEM_write_PrivateKey(open_for_writing(key_file()).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "cannot write a key");
}

void Connection::FreeTls::operator()(ssl_st* tls) const { SSL_free(tls); }
void ScriptedServer::FreeTlsContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Connection::Connection(ScriptedServer& server, int socket, std::size_t number)
    : server_(server), socket_(socket), number_(number) {}

Connection::~Connection() {
  if (tls_) {
    SSL_shutdown(tls_.get());
  }
}

bool Connection::handshake() {
  if (!server_.tls_ || number_ >= server_.tls_connections_) {
    return true;
  }
  tls_.reset(SSL_new(server_.tls_.get()));
  SSL_set_fd(tls_.get(), socket_);
  return SSL_accept(tls_.get()) == 1;
}

std::size_t Connection::read_raw(char* into, std::size_t size) {
  if (tls_) {
    std::size_t count = 0;
    return SSL_read_ex(tls_.get(), into, size, &count) == 1 ? count : 0;
  }
  const ssize_t count = ::recv(socket_, into, size, 0);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool Connection::fill() {
  std::array<char, 64UL * 1024> buffer{};
  const std::size_t count = read_raw(buffer.data(), buffer.size());
  unread_.append(buffer.data(), count);
  return count > 0;
}

std::string Connection::read_some(std::size_t limit) {
  if (unread_.empty() && !fill()) {
    return {};
  }
  std::string piece = unread_.substr(0, limit);
  unread_.erase(0, piece.size());
  return piece;
}

std::optional<SeenRequest> Connection::parse_head() {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) {
      return std::nullopt;
    }
    if (unread_.starts_with("\x16\x03")) {  // a TLS greeting, which servers without TLS answer so
      send("HTTP/1.0 400 Bad Request\r\n\r\n");
      return std::nullopt;
    }
  }
  std::string head = unread_.substr(0, end + 2);
  unread_.erase(0, end + 4);
  ++requests_;
  SeenRequest request;
  request.connection = number_;
  const std::size_t line_end = head.find("\r\n");
  const std::string line = head.substr(0, line_end);
  request.method = line.substr(0, line.find(' '));
  const std::size_t target = request.method.size() + 1;
  request.target = line.substr(std::min(target, line.size()), line.rfind(' ') - target);
  for (std::size_t at = line_end + 2; at < head.size();) {
    const std::size_t next = head.find("\r\n", at);
    const std::string field = head.substr(at, next - at);
    const std::size_t colon = field.find(':');
    const std::size_t value = field.find_first_not_of(' ', colon + 1);
    request.headers.add(field.substr(0, colon), value == std::string::npos ? "" : field.substr(value));
    at = next + 2;
  }
  return request;
}

std::optional<SeenRequest> Connection::read_head() {
  auto request = parse_head();
  if (request) {
    server_.record(*request);
  }
  return request;
}

std::optional<SeenRequest> Connection::read_request() {
  auto request = parse_head();
  if (!request) {
    return std::nullopt;
  }
  if (request->headers.get("Expect")) {
    send("HTTP/1.1 100 Continue\r\n\r\n");
  }
  const auto take = [&](std::size_t count) {
    while (unread_.size() < count && fill()) {
    }
    std::string piece = unread_.substr(0, count);
    unread_.erase(0, piece.size());
    return piece;
  };
  if (const auto length = request->headers.get("Content-Length")) {
    const std::size_t size = std::stoull(*length);
    request->body = take(size);
    if (request->body.size() < size) {
      return std::nullopt;
    }
  } else if (request->headers.get("Transfer-Encoding")) {
    for (std::size_t size = 1; size > 0;) {
      std::size_t line_end = 0;
      while ((line_end = unread_.find("\r\n")) == std::string::npos && fill()) {
      }
      require(line_end != std::string::npos, "the peer broke off inside a chunk");
      size = std::stoull(unread_.substr(0, line_end), nullptr, 16);
      unread_.erase(0, line_end + 2);
      request->body += take(size);
      take(2);
    }
  }
  server_.record(*request);
  return request;
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t count = 0;
    if (tls_) {
      if (SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count) != 1) {
        return false;
      }
    } else {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      count = static_cast<std::size_t>(sent);
    }
    bytes.remove_prefix(count);
  }
  return true;
}

bool Connection::respond(const Answer& answer, bool head_only) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
  for (const auto& [name, value] : answer.headers.fields()) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  if (!answer.headers.get("Content-Length") && !answer.headers.get("Transfer-Encoding") && answer.status != 204) {
    text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  text += "\r\n";
  if (!head_only) {
    text += answer.body;
  }
  return send(text);
}

void Connection::stall() {
  while (!read_some(kChunkSize).empty()) {
  }
}

void Connection::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  tls_.reset();
}

ScriptedServer::ScriptedServer(Script script, const TestCertificate* certificate, std::size_t tls_connections)
    : script_(std::move(script)), tls_connections_(tls_connections) {
  if (certificate != nullptr) {
    tls_.reset(SSL_CTX_new(TLS_server_method()));
    require(SSL_CTX_use_certificate_file(tls_.get(), certificate->cert_file().c_str(), SSL_FILETYPE_PEM) == 1 &&
                SSL_CTX_use_PrivateKey_file(tls_.get(), certificate->key_file().c_str(), SSL_FILETYPE_PEM) == 1,
            "cannot use the certificate");
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT(*-reinterpret-cast): how sockets are addressed
  require(::bind(listener_, generic, size) == 0 && ::listen(listener_, 64) == 0 &&
              ::getsockname(listener_, generic, &size) == 0,
          "cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_loop(); });
}

ScriptedServer::~ScriptedServer() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    for (const int socket : open_sockets_) {
      ::shutdown(socket, SHUT_RDWR);
    }
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  workers_.clear();
  ::close(listener_);
}

ScriptedServer::Script ScriptedServer::answering(Handler handler) {
  return [handler = std::move(handler)](Connection& connection) {
    while (const auto request = connection.read_request()) {
      if (!connection.respond(handler(*request), request->method == "HEAD")) {
        return;
      }
    }
  };
}

void ScriptedServer::accept_loop() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::scoped_lock lock(mutex_);
    if (stopping_) {
      if (socket >= 0) {
        ::close(socket);
      }
      return;
    }
    if (socket >= 0) {
      open_sockets_.push_back(socket);
      workers_.emplace_back([this, socket, number = accepted_++] { serve(socket, number); });
    }
  }
}

void ScriptedServer::serve(int socket, std::size_t number) {
  // OpenSSL writes to a closed connection like anybody.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  {
    Connection connection(*this, socket, number);
    if (connection.handshake()) {
      script_(connection);
    }
  }
  const std::scoped_lock lock(mutex_);
  std::erase(open_sockets_, socket);
  ::close(socket);
}

void ScriptedServer::record(const SeenRequest& request) {
  const std::scoped_lock lock(mutex_);
  requests_.push_back(request);
}

std::string ScriptedServer::url(std::string_view path) const {
  return (tls_ ? "https://" : "http://") + host() + std::string(path);
}

std::vector<SeenRequest> ScriptedServer::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::vector<std::string> ScriptedServer::lines() const {
  std::vector<std::string> lines;
  for (const SeenRequest& request : requests()) {
    lines.push_back(request.line());
  }
  return lines;
}

std::size_t ScriptedServer::connections() const {
  const std::scoped_lock lock(mutex_);
  return accepted_;
}

}  // namespace wasm_oci::testing
