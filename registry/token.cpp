#include "registry/token.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/json/reader.hpp"
#include "oci/timestamp.hpp"
#include "registry/realm.hpp"

#include <algorithm>
#include <array>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxReply = 128UL * 1024;
constexpr int kMaxRedirects = 5;
constexpr std::chrono::seconds kShortest{60};
constexpr std::chrono::seconds kLongest{24 * 60 * 60};
constexpr std::string_view kClientId = "wasm-oci";

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

HttpResponse get_token(const Send& send, const TokenRequest& request, const std::optional<Credential>& credential,
                       const Hosts& hosts, const std::stop_token& stop) {
  Url url = request.realm;
  const bool has_password = credential && credential->has_password();
  if (!request.service.empty()) {
    url = url.with_query("service", request.service);
  }
  for (const std::string& scope : request.scopes) {
    url = url.with_query("scope", scope);
  }
  if (has_password) {
    url = url.with_query("account", credential->username);
  }
  for (int redirects = 0; redirects <= kMaxRedirects; ++redirects) {
    HttpRequest get{.url = url};
    get.headers.add("Accept", "application/json");
    if (url.origin() == request.realm.origin()) {
      get.tls = request.tls;
      if (has_password) {
        get.headers.add("Authorization", basic_authorization(*credential));
      }
    }
    HttpResponse response = send(get, stop);
    if (!is_redirect(response.status)) {
      return response;
    }
    const std::string location = response.headers.get("Location").value_or("");
    const auto next = location.empty() ? std::nullopt : url.resolve(location);
    if (!next || (url.origin().scheme == "https" && next->origin().scheme != "https")) {
      throw AuthError("the token server " + url.display() + " redirects to where no token is asked for");
    }
    check_realm(request.registry, *next, hosts);
    url = *next;
  }
  throw AuthError("the token server " + request.realm.display() + " redirects without end");
}

HttpResponse post_token(const Send& send, const TokenRequest& request, const Credential& credential,
                        const std::stop_token& stop) {
  std::string scopes;
  for (const std::string& scope : request.scopes) {
    scopes += (scopes.empty() ? "" : " ") + scope;
  }
  std::string form =
      "grant_type=refresh_token&client_id=" + percent_encode(kClientId) + "&service=" + percent_encode(request.service);
  if (!scopes.empty()) {
    form += "&scope=" + percent_encode(scopes);
  }
  form += "&refresh_token=" + percent_encode(credential.identity_token.reveal());
  HttpRequest post{.method = "POST",
                   .url = request.realm,
                   .body_size = form.size(),
                   .tls = request.tls,
                   .secret_in_body = credential.identity_token};
  StringSource body(std::move(form));
  post.body = &body;
  post.headers.add("Accept", "application/json");
  post.headers.add("Content-Type", "application/x-www-form-urlencoded");
  return send(post, stop);
}

[[noreturn]] void refuse(int status, const TokenRequest& request, const std::optional<Credential>& credential) {
  const std::string server = "the token server " + request.realm.display();
  if (status == 401 || status == 403) {
    if (!credential) {
      throw AuthError(server + " gives no token without credentials");
    }
    throw AuthError(
        server +
        (credential->identity_token.empty() ? " refuses the user name or password" : " refuses the identity token") +
        " from " + credential->source);
  }
  const std::string message = server + " answers with status " + std::to_string(status);
  if (status == 408 || status == 429 || status >= 500) {
    throw NetworkError(message);
  }
  throw FailureError(message);
}

std::string text_of(const JsonValue& value) { return std::string(value.string()); }

TokenClock::time_point expiry(const JsonValue& reply, TokenClock::time_point now) {
  const auto number = reply.find("expires_in");
  const std::int64_t seconds = number ? number->as_int64().value_or(kShortest.count()) : kShortest.count();
  const auto lifetime = std::chrono::seconds(std::clamp<std::int64_t>(seconds, kShortest.count(), kLongest.count()));
  const auto text = reply.find("issued_at");
  if (const auto issued = text ? Timestamp::parse(text->string()) : std::nullopt) {
    // Compared as numbers of seconds: the clock's own unit cannot hold every year that a server may write.
    const auto age = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count() - issued->seconds();
    // A token that comes from the future or has expired on its way is one of a server whose clock is wrong.
    if (age >= 0 && age < lifetime.count()) {
      return now + lifetime - std::chrono::seconds(age);
    }
  }
  return now + lifetime;
}

}  // namespace

std::string basic_authorization(const Credential& credential) {
  return "Basic " + base64_encode(credential.username + ":" + credential.password.reveal());
}

Token parse_token_reply(std::string text, TokenClock::time_point now) {
  const Document document = Document::parse(std::move(text), {.max_bytes = kMaxReply});
  const JsonValue reply = document.root();
  expect(reply, JsonKind::object);
  std::string value;
  for (const std::string_view name : {"token", "access_token"}) {
    if (const auto member = reply.find(name); member && value.empty()) {
      value = text_of(*member);
    }
  }
  const auto is_allowed = [](char c) { return c > 0x20 && c < 0x7f; };
  if (value.empty() || !std::ranges::all_of(value, is_allowed)) {
    throw ContentError(value.empty() ? "there is no token in it" : "the token has characters that no token may have");
  }
  return {.value = Secret(std::move(value)), .expires = expiry(reply, now)};
}

Token fetch_token(const Send& send, const TokenRequest& request, const std::optional<Credential>& credential,
                  const Hosts& hosts, TokenClock::time_point now, const std::stop_token& stop) {
  check_realm(request.registry, request.realm, hosts);
  HttpResponse response;
  if (credential && !credential->identity_token.empty()) {
    response = post_token(send, request, *credential, stop);
    // Servers without OAuth2 answer with one of these; others know only user names and passwords.
    constexpr std::array<int, 4> kNoOauth{400, 401, 404, 405};
    if (std::ranges::find(kNoOauth, response.status) != kNoOauth.end() && credential->has_password()) {
      response = get_token(send, request, credential, hosts, stop);
    }
  } else {
    response = get_token(send, request, credential, hosts, stop);
  }
  if (response.status < 200 || response.status > 299) {
    refuse(response.status, request, credential);
  }
  try {
    return parse_token_reply(response.body ? read_all(*response.body, kMaxReply) : "", now);
  } catch (ContentError&) {
    // Without the reader's words: they may hold a part of the token.
    throw ContentError("the token server " + request.realm.display() + " answers with something that is no token");
  }
}

}  // namespace wasm_oci
