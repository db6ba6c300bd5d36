// What goes to a server and what comes back, as values.
#pragma once

#include "oci/stream.hpp"
#include "registry/secret.hpp"
#include "registry/sent_secrets.hpp"
#include "registry/url.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

// Header fields in order; names are compared without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  // The first value of that name.
  std::optional<std::string> get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// What is known of how to speak to an origin. Belongs to that origin and never goes along to another one (T-01, T-03).
struct TlsOptions {
  std::string ca_file = {};  // added to the system's roots
  std::string cert_file = {};
  std::string key_file = {};

  bool operator==(const TlsOptions&) const = default;
};

struct HttpRequest {
  std::string method = "GET";
  Url url;
  Headers headers = {};
  Source* body = nullptr;  // read from where it stands; the caller rewinds it before a retry
  std::uint64_t body_size = 0;
  TlsOptions tls = {};
  Secret secret_in_body = {};  // beside that of the Authorization header
};

struct HttpResponse {
  int status = 0;
  Headers headers = {};
  // The body as it arrives, back-pressured. Reading throws NetworkError where the connection breaks or stalls.
  // Dropping it ends the transfer.
  std::unique_ptr<Source> body = nullptr;
  std::shared_ptr<const SentSecrets> sent = nullptr;

  // A text of this response as a message may hold it: without what was sent.
  std::string shown(std::string text) const { return sent ? sent->strike_out(std::move(text)) : text; }
};

}  // namespace wasm_oci
