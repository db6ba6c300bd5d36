#include "tests/support/token_server.hpp"

#include "tests/support/scripted_server.hpp"

#include <httplib.h>
#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <ctime>
#include <mutex>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace wasm_oci::testing {
namespace {

using Json = nlohmann::json;
using Bytes = std::vector<unsigned char>;

constexpr std::string_view kRefreshPrefix = "refresh-token-of-";

std::string base64(std::span<const unsigned char> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

std::string base64url(std::span<const unsigned char> bytes) {
  std::string text = base64(bytes);
  std::erase(text, '=');
  for (char& c : text) {
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  }
  return text;
}

std::string base64url(std::string_view text) {
  return base64url(std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
}

void require(bool fine, const char* what) {
  if (!fine) {
    throw std::runtime_error(std::string("cannot ") + what);
  }
}

// Signs as JWT's ES256 wants it.
class Signer {
 public:
  explicit Signer(const std::string& key_file) {
    const std::unique_ptr<BIO, int (*)(BIO*)> file(BIO_new_file(key_file.c_str(), "r"), BIO_free);
    require(file != nullptr, "open the signing key");
    key_.reset(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
    require(key_ != nullptr, "read the signing key");
  }

  // The key's id in the form of docker's libtrust: the first 30 bytes of the SHA-256 of its SubjectPublicKeyInfo, in
  // base32, in groups of four.
  std::string key_id() const {
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(key_.get(), &der);
    require(length > 0, "encode the public key");
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    EVP_Digest(der, static_cast<size_t>(length), hash.data(), nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    std::string id;
    for (size_t bit = 0; bit < 240; bit += 5) {
      const unsigned pair = static_cast<unsigned>(hash[bit / 8]) << 8U | hash[bit / 8 + 1];
      id += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[pair >> (11 - bit % 8) & 31U];
      if (bit % 20 == 15 && bit != 235) {
        id += ':';
      }
    }
    return id;
  }

  // The raw r and s, 32 bytes each: OpenSSL gives them in DER.
  Bytes sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1, "sign");
    Bytes der(256);
    size_t length = der.size();
    require(EVP_DigestSign(context.get(), der.data(), &length, reinterpret_cast<const unsigned char*>(text.data()),
                           text.size()) == 1,
            "sign");
    const unsigned char* position = der.data();
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> signature(
        d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(length)), ECDSA_SIG_free);
    require(signature != nullptr, "read the signature");
    Bytes raw(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + 32, 32);
    return raw;
  }

 private:
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_{nullptr, EVP_PKEY_free};
};

std::vector<std::string> words(const std::string& text, char separator) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) {
    if (!word.empty()) {
      result.push_back(std::move(word));
    }
  }
  return result;
}

// "repository:some/name:pull,push" as an entry of the token's access claim; an anonymous user gets only pull.
Json granted(const std::string& scope, bool anonymous) {
  const size_t first = scope.find(':');
  const size_t last = scope.rfind(':');
  if (first == std::string::npos || first == last) {
    return {};
  }
  Json actions = Json::array();
  for (const std::string& action : words(scope.substr(last + 1), ',')) {
    if (!anonymous || action == "pull") {
      actions.push_back(action);
    }
  }
  return {{"type", scope.substr(0, first)}, {"name", scope.substr(first + 1, last - first - 1)}, {"actions", actions}};
}

std::string rfc3339(std::time_t time) {
  std::tm parts{};
  require(gmtime_r(&time, &parts) != nullptr, "tell the time");
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace

class TokenServer::Server {
 public:
  explicit Server(TokenServerOptions options) : options_(std::move(options)), signer_(certificate_.key_file()) {
    const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
      handle(request, response);
    };
    http_.Get("/token", answer);
    http_.Post("/token", answer);
    port_ = http_.bind_to_any_port("127.0.0.1");
    require(port_ > 0, "listen for token requests");
    thread_ = std::thread([this] { http_.listen_after_bind(); });
    while (!http_.is_running()) {  // stop() does nothing before
      std::this_thread::yield();
    }
  }

  ~Server() {
    http_.stop();
    thread_.join();
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  std::string certificate() const { return certificate_.cert_file(); }

  std::vector<TokenRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  // Who asks: a name, an empty name for nobody, nothing for wrong credentials.
  std::optional<std::string> user_of(const httplib::Request& request) const {
    if (request.method == "POST") {
      if (request.get_param_value("grant_type") == "refresh_token") {
        return user_of_refresh_token(request.get_param_value("refresh_token"));
      }
      return checked(request.get_param_value("username"), request.get_param_value("password"));
    }
    const std::string authorization = request.get_header_value("Authorization");
    if (authorization.empty()) {
      return std::string();
    }
    for (const auto& [name, password] : options_.users) {
      std::string pair = name;
      pair.append(":").append(password);
      if (authorization ==
          "Basic " + base64(std::span(reinterpret_cast<const unsigned char*>(pair.data()), pair.size()))) {
        return name;
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> user_of_refresh_token(const std::string& token) const {
    const std::string name = token.starts_with(kRefreshPrefix) ? token.substr(kRefreshPrefix.size()) : std::string();
    return options_.users.contains(name) ? std::optional(name) : std::nullopt;
  }

  std::optional<std::string> checked(const std::string& name, const std::string& password) const {
    const auto user = options_.users.find(name);
    return user != options_.users.end() && user->second == password ? std::optional(name) : std::nullopt;
  }

  static std::vector<std::string> scopes_of(const httplib::Request& request) {
    std::vector<std::string> scopes;
    for (size_t i = 0; i < request.get_param_value_count("scope"); ++i) {
      for (std::string& scope : words(request.get_param_value("scope", i), ' ')) {
        scopes.push_back(std::move(scope));
      }
    }
    return scopes;
  }

  void handle(const httplib::Request& request, httplib::Response& response) {
    const std::optional<std::string> user = user_of(request);
    TokenRequest record{request.method, user.value_or(""), request.get_param_value("grant_type"), scopes_of(request)};
    const bool anonymous = record.user.empty();
    if (!user || (anonymous && !options_.anonymous_pull)) {
      record.status = 401;
      response.set_content(R"({"details":"incorrect username or password"})", "application/json");
    } else {
      record.status = 200;
      const bool offline =
          request.get_param_value("offline_token") == "true" || request.get_param_value("access_type") == "offline";
      response.set_content(reply(record, !anonymous && offline).dump(), "application/json");
    }
    response.status = record.status;
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(record));
  }

  Json reply(const TokenRequest& request, bool offline) const {
    const std::time_t now = std::time(nullptr);
    Json access = Json::array();
    for (const std::string& scope : request.scopes) {
      if (Json entry = granted(scope, request.user.empty()); !entry.empty()) {
        access.push_back(std::move(entry));
      }
    }
    const Json header = {{"typ", "JWT"}, {"alg", "ES256"}, {"kid", signer_.key_id()}};
    const Json claims = {{"iss", issuer()},
                         {"sub", request.user},
                         {"aud", service()},
                         {"iat", now},
                         {"nbf", now - 10},
                         {"exp", now + options_.lifetime.count()},
                         {"jti", std::to_string(now)},
                         {"access", std::move(access)}};
    const std::string payload = base64url(header.dump()) + "." + base64url(claims.dump());
    const std::string token = payload + "." + base64url(signer_.sign(payload));
    Json result = {{"token", token},
                   {"access_token", token},
                   {"expires_in", options_.lifetime.count()},
                   {"issued_at", rfc3339(now)}};
    if (offline) {
      result["refresh_token"] = std::string(kRefreshPrefix) + request.user;
    }
    return result;
  }

  TokenServerOptions options_;
  TestCertificate certificate_;
  Signer signer_;
  httplib::Server http_;
  int port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::vector<TokenRequest> requests_;
};

TokenServer::TokenServer(TokenServerOptions options) : server_(std::make_unique<Server>(std::move(options))) {}
TokenServer::~TokenServer() = default;

std::string TokenServer::realm() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/token"; }
std::string TokenServer::service() { return "wasm-oci test registry"; }
std::string TokenServer::issuer() { return "wasm-oci test token server"; }
std::string TokenServer::root_certificates() const { return server_->certificate(); }
std::vector<TokenRequest> TokenServer::requests() const { return server_->requests(); }

}  // namespace wasm_oci::testing
