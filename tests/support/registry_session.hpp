// A client of one registry as the program has it, with a test's credentials and little patience.
#pragma once

#include "registry/http_client.hpp"
#include "registry/registry_client.hpp"
#include "registry/registry_store.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci::testing {

// Keeps what was noted.
class NotedProgress final : public Progress {
 public:
  void start(const Descriptor& /*descriptor*/) noexcept override {}
  void advance(const Descriptor& /*descriptor*/, std::uint64_t /*position*/) noexcept override {}
  void finish(const Descriptor& /*descriptor*/, TransferOutcome /*outcome*/) noexcept override {}
  void note(std::string_view text) noexcept override {
    const std::scoped_lock lock(mutex_);
    notes_.emplace_back(text);
  }
  std::vector<std::string> notes() const {
    const std::scoped_lock lock(mutex_);
    return notes_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
};

struct RegistrySessionOptions {
  std::optional<Credential> credential = std::nullopt;
  HostFlags flags = {};
  RetryPolicy retry = {.retries = 3, .first = std::chrono::milliseconds(1), .longest = std::chrono::milliseconds(5)};
  HttpClientOptions http = {};
};

class RegistrySession {
 public:
  explicit RegistrySession(const std::string& host, const RegistrySessionOptions& options = {})
      : http_(options.http),
        client_(std::make_shared<RegistryClient>(
            http_, host, Hosts(options.flags, std::span(&host, 1)),
            [credential = options.credential](std::string_view, const std::stop_token&) { return credential; },
            progress_, stop_.get_token(), RegistryClientOptions{.retry = options.retry})) {}

  RegistryClient& client() { return *client_; }
  const std::shared_ptr<RegistryClient>& shared_client() { return client_; }
  std::vector<std::string> notes() const { return progress_.notes(); }
  std::stop_source& stop() { return stop_; }
  std::unique_ptr<RegistryStore> store(const std::string& repository, Access access = Access::push) {
    return std::make_unique<RegistryStore>(client_, repository, access);
  }

 private:
  NotedProgress progress_;
  std::stop_source stop_;
  HttpClient http_;
  std::shared_ptr<RegistryClient> client_;
};

}  // namespace wasm_oci::testing
