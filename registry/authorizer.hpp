// Answers one registry's challenges. The registry's client asks it for an Authorization header before each request, and
// shows it each refusal; what it learns there (Basic or Bearer, which token server) and the tokens serve later
// requests.
//
//   header = authorizer.header_for(origin, wanted, stop)
//   response = send(request with header)
//   if (response is 401 or 403, and authorizer.respond(origin, response, wanted, header, stop)):
//     once more, with a new header_for(); refused again: throw authorizer.denial(origin, response, wanted)
//
// Tokens are kept in memory only, by origin, token server, service, identity and scopes; one that allows more serves,
// too. All functions may be called by several threads; what one of them fetches, the others wait for.
#pragma once

#include "oci/error.hpp"
#include "registry/challenge.hpp"
#include "registry/credential.hpp"
#include "registry/hosts.hpp"
#include "registry/http.hpp"
#include "registry/scope.hpp"
#include "registry/token.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// The credentials for a repository of the registry (empty for none in particular); nullopt: anonymous.
using FindCredential =
    std::function<std::optional<Credential>(std::string_view repository, const std::stop_token& stop)>;

class Authorizer {
 public:
  using Now = std::function<TokenClock::time_point()>;

  // `host` is the registry as references name it ("docker.io", not its API's host). `send` is for requests to token
  // servers and must not come back here.
  Authorizer(std::string host, FindCredential find_credential, Send send, Hosts hosts = {}, Now now = TokenClock::now);

  // The Authorization header for a request that needs these scopes; nullopt where the registry has not yet said what it
  // wants. Fetches a token where there is none that lasts five more seconds. The credentials are those for the first
  // scope's repository. Throws what fetching a token throws, but not that it was refused: the registry's challenge may
  // ask for less.
  std::optional<std::string> header_for(const Origin& registry, std::span<const Scope> wanted,
                                        const std::stop_token& stop = {});

  // Looks at a response with status 401, or 403, to a request that carried `sent` (nullopt: no Authorization). True
  // where the request should be made once more. False where the response has no challenge that could be answered: for a
  // 401 without one, the registry's client shows the response to GET /v2/ instead. Only responses from `registry`
  // itself may be shown, never those of where it redirected to (T-01). Throws AuthError where there are no credentials,
  // or they were refused, and what fetching a token throws.
  bool respond(const Origin& registry, const HttpResponse& refused, std::span<const Scope> wanted,
               const std::optional<std::string>& sent, const std::stop_token& stop = {});

  // The error for a request that stays refused: who asked for what, where the credentials came from, what to do next.
  AuthError denial(std::span<const Scope> wanted, int status, const std::stop_token& stop = {});

 private:
  struct Endpoint {  // of the challenge that was answered last
    Origin registry;
    bool is_basic = false;
    std::optional<Url> realm;
    std::string service;

    bool operator==(const Endpoint& other) const;
  };
  struct KeptToken {
    Endpoint endpoint;
    std::string identity;
    ScopeSet scopes;             // of the requests that it is used for: what was asked for may be less
    std::optional<Token> token;  // nullopt while one thread fetches it
  };

  std::optional<Credential> credential_for(std::span<const Scope> wanted, const std::stop_token& stop) const;
  bool respond_to_basic(const Endpoint& endpoint, const std::optional<Credential>& credential,
                        const std::optional<std::string>& sent);
  // A kept token for requests with these scopes, other than `rejected`, else a new one that asks for `asked`.
  std::string bearer(const Endpoint& endpoint, const ScopeSet& scopes, const ScopeSet& asked,
                     const std::optional<Credential>& credential, const std::optional<std::string>& rejected,
                     const std::stop_token& stop);
  Token fetch(const Endpoint& endpoint, const ScopeSet& asked, const std::optional<Credential>& credential,
              const std::stop_token& stop) const;

  std::string host_;
  FindCredential find_credential_;
  Send send_;
  Hosts hosts_;
  Now now_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Endpoint> endpoint_;
  std::vector<KeptToken> tokens_;
};

}  // namespace wasm_oci
