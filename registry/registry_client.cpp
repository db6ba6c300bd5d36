#include "registry/registry_client.hpp"

#include "oci/error.hpp"
#include "registry/api_origin.hpp"
#include "registry/realm.hpp"

#include <array>
#include <condition_variable>
#include <random>
#include <thread>
#include <utility>

namespace wasm_oci {
namespace {

using std::chrono::milliseconds;

constexpr int kMaxRedirects = 10;
constexpr std::chrono::seconds kQuietTime(3);

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string describe(milliseconds delay) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(delay).count()) + " s";
}

void throw_if_temporary(HttpResponse& response, const std::string& what) {
  if (!is_retryable(response.status)) {
    return;
  }
  const auto header = response.headers.get("Retry-After");
  const auto retry_after = header ? parse_retry_after(*header, std::chrono::system_clock::now()) : std::nullopt;
  try {
    throw_error(what, read_error(response));
  } catch (const NetworkError& error) {
    throw TemporaryError(error, retry_after);
  }
}

}  // namespace

RegistryClient::RegistryClient(HttpClient& http, std::string host, const Hosts& hosts, FindCredential find_credential,
                               Progress& progress, std::stop_token stop, RegistryClientOptions options)
    : http_(http),
      host_(std::move(host)),
      hosts_(hosts),
      progress_(progress),
      stop_(std::move(stop)),
      options_(std::move(options)),
      authorizer_(
          host_, std::move(find_credential),
          [this](const HttpRequest& request, const std::stop_token& token) {
            // The token server is part of the registry's answer: its troubles are met with the same patience, by the
            // retries of the request that needs the token.
            HttpRequest named = request;
            named.headers.add("User-Agent", options_.user_agent);
            HttpResponse response = http_.send(named, token);
            throw_if_temporary(response, request.url.display());
            return response;
          },
          hosts),
      generator_(std::random_device{}()) {}

const Origin& RegistryClient::origin() const {
  std::call_once(origin_known_, [this] { origin_ = api_origin(host_, hosts_); });
  return origin_;
}

Url RegistryClient::url_of(const RegistryRequest& request) const {
  return request.url ? *request.url : Url::at(origin(), request.path);
}

HttpResponse RegistryClient::send(const RegistryRequest& request) {
  HttpResponse response;
  bool again = false;
  retrying([&] {
    if (std::exchange(again, true) && request.body != nullptr) {
      request.body->rewind();
    }
    response = send_once(request);
  });
  return response;
}

HttpResponse RegistryClient::send_once(const RegistryRequest& request) { return attempt(request, stop_); }

HttpResponse RegistryClient::attempt(const RegistryRequest& request, const std::stop_token& stop) {
  const Url url = url_of(request);
  HttpResponse response = follow(request, url, authorized(request, url, stop), stop);
  throw_if_temporary(response, request.what);
  return response;
}

HttpResponse RegistryClient::transfer(const RegistryRequest& request, const Url& url,
                                      const std::optional<std::string>& authorization, const std::stop_token& stop) {
  HttpRequest http{.method = request.method,
                   .url = url,
                   .headers = request.headers,
                   .body = request.body,
                   .body_size = request.body_size};
  http.headers.add("User-Agent", options_.user_agent);
  if (url.origin() == origin()) {  // T-01, T-03
    http.tls = hosts_.of(host_).tls;
    if (authorization) {
      http.headers.add("Authorization", *authorization);
    }
  }
  return http_.send(http, stop);
}

HttpResponse RegistryClient::authorized(const RegistryRequest& request, const Url& url, const std::stop_token& stop) {
  const Origin& api = origin();
  if (url.origin() != api) {
    return transfer(request, url, std::nullopt, stop);
  }
  const auto sent = authorizer_.header_for(api, request.scopes, stop);
  HttpResponse response = transfer(request, url, sent, stop);
  if (response.status != 401 && response.status != 403) {
    return response;
  }
  if (!respond_to_challenge(request, response, sent, stop)) {
    if (response.status == 401) {
      throw authorizer_.denial(request.scopes, response.status, stop);
    }
    return response;
  }
  response.body = nullptr;
  if (request.body != nullptr) {
    request.body->rewind();
  }
  response = transfer(request, url, authorizer_.header_for(api, request.scopes, stop), stop);
  if (response.status == 401) {
    throw authorizer_.denial(request.scopes, response.status, stop);
  }
  return response;
}

bool RegistryClient::respond_to_challenge(const RegistryRequest& request, const HttpResponse& refused,
                                          const std::optional<std::string>& sent, const std::stop_token& stop) {
  const Origin& api = origin();
  if (authorizer_.respond(api, refused, request.scopes, sent, stop)) {
    return true;
  }
  if (refused.status != 401) {
    return false;
  }
  // gcr.io has answered so: 401 and no word of what it wants. The root of the API knows.
  const RegistryRequest ping{.path = "/v2/", .what = host_};
  const HttpResponse response = transfer(ping, url_of(ping), sent, stop);
  return response.status == 401 && authorizer_.respond(api, response, request.scopes, sent, stop);
}

HttpResponse RegistryClient::follow(const RegistryRequest& request, const Url& url, HttpResponse response,
                                    const std::stop_token& stop) {
  if (request.redirects == Redirects::report || (request.method != "GET" && request.method != "HEAD")) {
    return response;
  }
  Url here = url;
  for (int hops = 0; is_redirect(response.status); ++hops) {
    const auto target = here.resolve(response.headers.get("Location").value_or(""));
    if (!target || hops == kMaxRedirects) {
      throw FailureError(request.what + ": " + response.shown(here.display()) +
                         (target ? " redirects without end" : " redirects to something that is no http or https URL"));
    }
    if (here.origin().scheme == "https" && target->origin().scheme != "https") {
      throw FailureError(request.what + ": " + response.shown(here.display()) + " redirects to " +
                         response.shown(target->display()) + ", which does not use TLS");
    }
    response.body = nullptr;
    here = *target;
    response = here.origin() == origin() ? authorized(request, here, stop) : transfer(request, here, {}, stop);
  }
  return response;
}

void RegistryClient::retrying(const std::function<void()>& attempt) {
  milliseconds waited(0);
  for (unsigned tried = 1;; ++tried) {
    std::optional<milliseconds> retry_after;
    std::string reason;
    try {
      attempt();
      return;
    } catch (const TransportError& error) {
      if (tried > retries_after(error.failure(), options_.retry)) {
        throw;
      }
      reason = error.message();
    } catch (const TemporaryError& error) {
      if (tried > options_.retry.retries) {
        throw;
      }
      retry_after = error.retry_after();
      if (retry_after && waited + *retry_after > options_.retry.budget) {
        throw NetworkError(error.message() + "; it asks to come back in " + describe(*retry_after),
                           "wait that long, or allow it with --retry-budget");
      }
      reason = error.message();
    }
    const auto delay = retry_delay(options_.retry, tried, waited, retry_after, random());
    if (!delay) {
      throw NetworkError(reason, "there is --retry-budget for more patience");
    }
    progress_.note(reason + "; trying again in " + describe(*delay));
    wait(*delay);
    waited += *delay;
  }
}

void RegistryClient::wait(milliseconds delay) const {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any nothing;
  nothing.wait_for(lock, stop_, delay, [] { return false; });
  if (stop_.stop_requested()) {
    throw CancelledError("stopped");
  }
}

double RegistryClient::random() {
  if (options_.random) {
    return options_.random();
  }
  const std::scoped_lock lock(random_mutex_);
  return std::uniform_real_distribution<>(0.0, 1.0)(generator_);
}

void RegistryClient::send_quietly(const RegistryRequest& request) noexcept {
  try {
    std::stop_source out_of_time;
    const std::jthread timer([&](const std::stop_token& done) {
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any nothing;
      nothing.wait_for(lock, done, kQuietTime, [] { return false; });
      out_of_time.request_stop();
    });
    attempt(request, out_of_time.get_token());
  } catch (...) {  // NOLINT(bugprone-empty-catch): a courtesy, of which nobody waits for the outcome
  }
}

std::optional<Url> RegistryClient::location(const HttpResponse& response, const RegistryRequest& request) const {
  const auto header = response.headers.get("Location");
  const Url base = url_of(request);
  auto target = header ? base.resolve(*header) : std::nullopt;
  if (!target || target->origin() == base.origin()) {
    return target;
  }
  const bool leaves_tls = base.origin().scheme == "https" && target->origin().scheme != "https";
  const bool into_private = is_internal_host(target->origin().host) && target->origin().host != base.origin().host;
  return leaves_tls || into_private ? std::nullopt : target;
}

}  // namespace wasm_oci
