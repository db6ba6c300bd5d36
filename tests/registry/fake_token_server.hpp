// A token server in memory: a Send that records requests and answers from a function.
#pragma once

#include "oci/stream.hpp"
#include "registry/token.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace wasm_oci::testing {

struct SentRequest {
  std::string method;
  std::string url;
  std::string authorization;  // empty for none
  std::string body;
  TlsOptions tls;
};

inline HttpResponse response(int status, std::string body = {}, Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::make_unique<StringSource>(std::move(body))};
}

inline HttpResponse token_response(const std::string& token) {
  return response(200, R"({"token":")" + token + R"(","expires_in":300})");
}

class FakeTokenServer {
 public:
  using Answer = std::function<HttpResponse(const SentRequest&)>;

  explicit FakeTokenServer(Answer answer) : answer_(std::move(answer)) {}

  Send send() {
    return [this](const HttpRequest& request, const std::stop_token&) {
      const SentRequest sent{.method = request.method,
                             .url = request.url.str(),
                             .authorization = request.headers.get("Authorization").value_or(""),
                             .body = request.body == nullptr ? "" : read_all(*request.body, 100'000),
                             .tls = request.tls};
      {
        const std::scoped_lock lock(mutex_);
        requests_.push_back(sent);
      }
      return answer_(sent);
    };
  }
  std::vector<SentRequest> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<SentRequest> requests_;
};

}  // namespace wasm_oci::testing
