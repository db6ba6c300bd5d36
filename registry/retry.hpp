// When a request is worth another try, and how long to wait before it. Functions of their arguments alone.
#pragma once

#include "registry/http_client.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace wasm_oci {

struct RetryPolicy {
  unsigned retries = 5;
  // How long all waits for one request may take together.
  std::chrono::milliseconds budget = std::chrono::minutes(2);
  std::chrono::milliseconds first = std::chrono::milliseconds(500);
  std::chrono::milliseconds longest = std::chrono::seconds(30);
};

// 408, 429, 499 and those 5xx that pass: the same request may succeed later.
bool is_retryable(int status);
// How often it makes sense to try again. A name that is not known or a port that is closed is most likely a slip, of
// which people want to hear soon; TLS that is refused stays refused.
unsigned retries_after(TransportFailure failure, const RetryPolicy& policy);

// Retry-After in either form, seconds or a date (RFC 9110, 10.2.3): how long from `now`, between 0 and a year (T-32).
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

// The wait before try number `tried` + 1 (`tried` counts from 1): exponential back-off with full jitter, where `random`
// is between 0 and 1, but never less than `retry_after`. nullopt where `waited` so far and this wait would be more than
// the budget.
std::optional<std::chrono::milliseconds> retry_delay(const RetryPolicy& policy, unsigned tried,
                                                     std::chrono::milliseconds waited,
                                                     std::optional<std::chrono::milliseconds> retry_after,
                                                     double random);

}  // namespace wasm_oci
