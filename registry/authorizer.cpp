#include "registry/authorizer.hpp"

#include <algorithm>
#include <utility>

namespace wasm_oci {
namespace {

// So that a token does not expire on its way to the registry.
constexpr std::chrono::seconds kRenewEarly{5};

std::string bearer_header(const Secret& token) { return "Bearer " + token.reveal(); }

// Who a token belongs to: tokens of one are never used for another (T-24).
std::string identity_of(const std::optional<Credential>& credential) {
  return credential ? credential->source + '\n' + credential->username : "";
}

std::string login_hint(const std::string& host) {
  return "log in: wasm-oci login" + (host == "docker.io" ? "" : " " + host);
}

AuthError no_credentials(const std::string& host) {
  return AuthError(host + " wants credentials, and there are no credentials for " + host, login_hint(host));
}

std::string actions_of(const Scope& scope) {
  if (scope.remove) {
    return "deleting from";
  }
  return scope.push ? "pushing to" : "pulling from";
}

}  // namespace

Authorizer::Authorizer(std::string_view host, FindCredential find_credential, Send send, Hosts hosts, Now now)
    : host_(canonical_host(host)),
      find_credential_(std::move(find_credential)),
      send_(std::move(send)),
      hosts_(std::move(hosts)),
      now_(std::move(now)) {}

std::optional<std::string> Authorizer::header_for(const Origin& registry, std::span<const Scope> wanted,
                                                  const std::stop_token& stop) {
  std::optional<Endpoint> endpoint;
  {
    const std::scoped_lock lock(mutex_);
    endpoint = endpoint_;
  }
  // No secret goes anywhere that has not asked for it, least of all to another scheme of the same host (T-23).
  if (!endpoint || endpoint->registry != registry) {
    return std::nullopt;
  }
  const auto credential = credential_for(wanted, stop);
  if (endpoint->is_basic) {
    return credential && credential->has_password() ? std::optional(basic_authorization(*credential)) : std::nullopt;
  }
  try {
    const ScopeSet scopes(wanted);
    return bearer(*endpoint, scopes, scopes, credential, std::nullopt, stop);
  } catch (const AuthError&) {
    return std::nullopt;
  }
}

bool Authorizer::respond(const Origin& registry, const HttpResponse& refused, std::span<const Scope> wanted,
                         const std::optional<std::string>& sent, const std::stop_token& stop) {
  const auto challenges = parse_challenges(refused.headers.all("WWW-Authenticate"));
  const auto challenge = choose_challenge(challenges);
  if (!challenge) {
    const auto nameless = std::ranges::find(challenges, "bearer", &Challenge::scheme);
    if (nameless != challenges.end()) {
      throw AuthError(host_ + " wants a token and does not say from where");
    }
    return false;
  }
  const bool wants_more = challenge->get("error") == "insufficient_scope";
  if (refused.status != 401 && !wants_more) {
    return false;
  }
  const auto credential = credential_for(wanted, stop);
  if (challenge->scheme == "basic") {
    return respond_to_basic({.registry = registry, .is_basic = true}, credential, sent);
  }
  Endpoint endpoint{.registry = registry, .service = challenge->get("service").value_or("")};
  const auto realm = Url::at(registry, "/v2/").resolve(challenge->get("realm").value_or(""));
  endpoint.realm = realm ? realm->str() : "";
  const ScopeSet needed(wanted);
  const ScopeSet challenged = ScopeSet::parse(challenge->get("scope").value_or(""));
  bearer(endpoint, needed.merged_with(challenged), ScopeSet::for_challenge(needed, challenged), credential, sent, stop);
  const std::scoped_lock lock(mutex_);
  endpoint_ = std::move(endpoint);
  return true;
}

AuthError Authorizer::denial(std::span<const Scope> wanted, int status, const std::stop_token& stop) {
  const auto credential = credential_for(wanted, stop);
  const std::string what = wanted.empty()
                               ? host_ + " refuses access"
                               : host_ + " refuses " + actions_of(wanted.front()) + " " + wanted.front().repository;
  if (!credential) {
    return AuthError(what + ": there are no credentials for " + host_, login_hint(host_));
  }
  return AuthError(
      what + " with the credentials from " + credential->source + " (status " + std::to_string(status) + ")",
      "check the repository's name and the rights of " +
          (credential->username.empty() ? "the token" : "user " + credential->username) + ", or " + login_hint(host_));
}

std::optional<Credential> Authorizer::credential_for(std::span<const Scope> wanted, const std::stop_token& stop) const {
  return find_credential_(wanted.empty() ? std::string_view() : wanted.front().repository, stop);
}

bool Authorizer::respond_to_basic(const Endpoint& endpoint, const std::optional<Credential>& credential,
                                  const std::optional<std::string>& sent) {
  if (!credential) {
    throw no_credentials(host_);
  }
  if (!credential->has_password()) {
    throw AuthError(host_ + " wants a user name and password, and " + credential->source + " has only a token",
                    login_hint(host_));
  }
  if (sent == basic_authorization(*credential)) {
    throw AuthError(host_ + " refuses the user name or password from " + credential->source, login_hint(host_));
  }
  const std::scoped_lock lock(mutex_);
  endpoint_ = endpoint;
  return true;
}

std::string Authorizer::bearer(const Endpoint& endpoint, const ScopeSet& scopes, const ScopeSet& asked,
                               const std::optional<Credential>& credential, const std::optional<std::string>& rejected,
                               const std::stop_token& stop) {
  if (credential && !credential->registry_token.empty()) {
    std::string header = bearer_header(credential->registry_token);
    if (rejected == header) {
      throw AuthError(host_ + " refuses the registry token from " + credential->source, login_hint(host_));
    }
    return header;
  }
  const std::string identity = identity_of(credential);
  const auto serves = [&](const KeptToken& kept) {
    return kept.identity == identity && kept.endpoint == endpoint && kept.scopes.covers(scopes);
  };
  std::unique_lock lock(mutex_);
  while (true) {
    std::erase_if(tokens_, [&](const KeptToken& kept) {
      const auto& token = kept.token;
      return token && (token->expires - kRenewEarly <= now_() || rejected == bearer_header(token->value));
    });
    const auto kept = std::ranges::find_if(tokens_, serves);
    if (kept == tokens_.end()) {
      break;
    }
    if (const auto& token = kept->token) {
      return bearer_header(token->value);
    }
    // Another thread is fetching it.
    if (!changed_.wait(lock, stop, [&] {
          const auto now_kept = std::ranges::find_if(tokens_, serves);
          return now_kept == tokens_.end() || now_kept->token;
        })) {
      throw CancelledError("cancelled");
    }
  }
  const auto is_mine = [&](const KeptToken& candidate) {
    return !candidate.token && candidate.identity == identity && candidate.endpoint == endpoint &&
           candidate.scopes.strings() == scopes.strings();
  };
  tokens_.push_back({.endpoint = endpoint, .identity = identity, .scopes = scopes, .token = std::nullopt});
  lock.unlock();
  try {
    Token token = fetch(endpoint, asked, credential, stop);
    std::string header = bearer_header(token.value);
    lock.lock();
    std::ranges::find_if(tokens_, is_mine)->token = std::move(token);
    changed_.notify_all();
    return header;
  } catch (...) {
    if (!lock.owns_lock()) {
      lock.lock();
    }
    std::erase_if(tokens_, is_mine);
    changed_.notify_all();
    throw;
  }
}

Token Authorizer::fetch(const Endpoint& endpoint, const ScopeSet& asked, const std::optional<Credential>& credential,
                        const std::stop_token& stop) const {
  const auto realm = Url::parse(endpoint.realm);
  if (!realm) {
    throw AuthError(host_ + " names a token server that is no http or https URL");
  }
  TokenRequest request{.registry = endpoint.registry,
                       .realm = *realm,
                       .service = endpoint.service,
                       .scopes = asked.strings(),
                       .tls = hosts_.of(host_).tls};
  if (realm->origin() != endpoint.registry) {
    // Trust extends to the token server, a client certificate does not (T-03).
    const std::string& own = hosts_.of(host_and_port(realm->origin())).tls.ca_file;
    request.tls = {.ca_file = own.empty() ? request.tls.ca_file : own};
  }
  try {
    return fetch_token(send_, request, credential, hosts_, now_(), stop);
  } catch (AuthError& error) {
    if (!credential) {
      error.add_context("there are no credentials for " + host_);
    }
    error.suggest(login_hint(host_));
    throw;
  }
}

}  // namespace wasm_oci
