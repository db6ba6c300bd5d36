// One registry: where its API is, how it is spoken to, and everything that stands between a request and its answer,
// which is to say authentication, retries, redirects and the registry's own words where it refuses.
#pragma once

#include "oci/progress.hpp"
#include "registry/authorizer.hpp"
#include "registry/error_response.hpp"
#include "registry/hosts.hpp"
#include "registry/http_client.hpp"
#include "registry/retry.hpp"
#include "registry/scope.hpp"
#include "registry/single_flight.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

// A status that may be another one soon.
class TemporaryError final : public NetworkError {
 public:
  TemporaryError(const NetworkError& error, std::optional<std::chrono::milliseconds> retry_after)
      : NetworkError(error), retry_after_(retry_after) {}

  std::optional<std::chrono::milliseconds> retry_after() const { return retry_after_; }

 private:
  std::optional<std::chrono::milliseconds> retry_after_;
};

enum class Redirects { follow, report };

struct RegistryRequest {
  std::string method = "GET";
  // Below the API: "/v2/me/app/tags/list". Or `url`: a place that the registry named, which gets neither credentials
  // nor a client certificate unless it has the API's origin.
  std::string path = {};
  std::optional<Url> url = std::nullopt;
  Headers headers = {};
  Source* body = nullptr;  // rewound before it is sent again
  std::uint64_t body_size = 0;
  std::vector<Scope> scopes = {};
  std::string what;  // is asked for, in errors: "docker.io/me/app: tag 1.0"
  Redirects redirects = Redirects::follow;
};

struct RegistryClientOptions {
  RetryPolicy retry = {};
  std::string user_agent = "wasm-oci";
  std::function<double()> random = {};  // between 0 and 1; by default a generator of its own
};

// All functions may be called by several threads.
class RegistryClient {
 public:
  // `host` as references name it. The client and the progress must outlive this and the bodies of its responses.
  RegistryClient(HttpClient& http, std::string host, const Hosts& hosts, FindCredential find_credential,
                 Progress& progress, std::stop_token stop, RegistryClientOptions options = {});

  const std::string& host() const { return host_; }
  const std::stop_token& stop() const { return stop_; }
  Progress& progress() { return progress_; }
  SingleFlight& uploads() { return uploads_; }

  // The answer, after authentication, redirects (of GET and HEAD) and as many tries as it takes. Its status is any but
  // 401 and those that is_retryable() names. Throws AuthError, NetworkError once the tries are used up, and
  // CancelledError.
  HttpResponse send(const RegistryRequest& request);
  // The same in one try: throws TemporaryError for a status that is retryable.
  HttpResponse send_once(const RegistryRequest& request);
  // Runs `attempt` until it throws neither TransportError nor TemporaryError, with waits in between.
  void retrying(const std::function<void()>& attempt);
  // Asks once, without retries, for at most three seconds, even when everything else is stopped.
  void send_quietly(const RegistryRequest& request) noexcept;

  // Where the request goes.
  Url url_of(const RegistryRequest& request) const;
  // What a Location or Link header says, seen from where the response came; nullopt where it is no http or https URL,
  // leaves TLS, or points into a private network that the registry is not in itself (T-05).
  std::optional<Url> location(const HttpResponse& response, const RegistryRequest& request) const;
  // Where the API is; found out by the first who asks. Throws as api_origin().
  const Origin& origin() const;

 private:
  HttpResponse attempt(const RegistryRequest& request, const std::stop_token& stop);
  HttpResponse authorized(const RegistryRequest& request, const Url& url, const std::stop_token& stop);
  HttpResponse follow(const RegistryRequest& request, const Url& url, HttpResponse response,
                      const std::stop_token& stop);
  HttpResponse transfer(const RegistryRequest& request, const Url& url, const std::optional<std::string>& authorization,
                        const std::stop_token& stop);
  bool respond_to_challenge(const RegistryRequest& request, const HttpResponse& refused,
                            const std::optional<std::string>& sent, const std::stop_token& stop);
  void wait(std::chrono::milliseconds delay) const;
  double random();

  HttpClient& http_;
  std::string host_;
  Hosts hosts_;
  Progress& progress_;
  std::stop_token stop_;
  RegistryClientOptions options_;
  Authorizer authorizer_;
  SingleFlight uploads_;

  mutable std::once_flag origin_known_;
  mutable Origin origin_;
  std::mutex random_mutex_;
  std::mt19937 generator_;
};

}  // namespace wasm_oci
