// A token server for registries that use Docker's token authentication: it answers the Bearer challenge of
// docker-registry by GET with Basic authentication and by POST (OAuth2: password and refresh_token grants).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wasm_oci::testing {

struct TokenServerOptions {
  std::map<std::string, std::string> users;  // name to password; each may do all that it asks for
  bool anonymous_pull = false;               // without a user: pull; otherwise 401
  std::chrono::seconds lifetime{300};        // of the tokens
};

struct TokenRequest {
  std::string method;      // GET or POST
  std::string user;        // empty: anonymous
  std::string grant_type;  // of a POST
  std::vector<std::string> scopes;
  int status = 0;  // what was answered
};

class TokenServer {
 public:
  // Listens on a loopback port until the object goes.
  explicit TokenServer(TokenServerOptions options);
  ~TokenServer();
  TokenServer(const TokenServer&) = delete;
  TokenServer& operator=(const TokenServer&) = delete;

  // What a registry must be told: auth.token.{realm,service,issuer,rootcertbundle}.
  std::string realm() const;
  static std::string service();
  static std::string issuer();
  std::string root_certificates() const;

  std::vector<TokenRequest> requests() const;

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace wasm_oci::testing
