// Asks a token server for a token: Docker's token authentication by GET, and OAuth2 by POST for identity tokens.
#pragma once

#include "registry/credential.hpp"
#include "registry/hosts.hpp"
#include "registry/http.hpp"
#include "registry/secret.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// Sends one request and returns what the server says, redirects included. May retry.
using Send = std::function<HttpResponse(const HttpRequest&, const std::stop_token&)>;

using TokenClock = std::chrono::system_clock;

// The value of an Authorization header for a user name and password.
std::string basic_authorization(const Credential& credential);

struct Token {
  Secret value;
  TokenClock::time_point expires;
};

struct TokenRequest {
  Origin registry;  // whose challenge it was
  Url realm;
  std::string service;              // may be empty
  std::vector<std::string> scopes;  // may be empty: a token that only says who we are
  TlsOptions tls;                   // for the realm's origin
};

// A token that allows the scopes or a part of them. Without a credential the request is anonymous. Redirects of a GET
// are followed under the rules of the realm (check_realm), the password only to the realm's own origin; an identity
// token is never redirected (T-04).
// Throws AuthError where the server refuses or `realm` may not be asked, ContentError where its answer is no token,
// FailureError for other refusals, and what `send` throws.
Token fetch_token(const Send& send, const TokenRequest& request, const std::optional<Credential>& credential,
                  const Hosts& hosts, TokenClock::time_point now, const std::stop_token& stop);

// Reads the answer of a token server. At least a minute long, as the specification says, and at most a day; an
// `issued_at` that a wrong clock must have made does not count (T-32). Throws ContentError for text that is no such
// answer, for an empty token, and for one with characters that no header may have (T-25).
Token parse_token_reply(std::string text, TokenClock::time_point now);

}  // namespace wasm_oci
