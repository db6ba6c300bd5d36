#include "registry/retry.hpp"

#include "registry/libcurl.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace wasm_oci {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kYear(24 * 365);

}  // namespace

bool is_retryable(int status) {
  switch (status) {
    case 408:
    case 429:
    case 499:  // nginx: the client went away, which is to say that a proxy's connection broke
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return status >= 520 && status <= 529;  // Cloudflare's names for an origin that does not answer
  }
}

unsigned retries_after(TransportFailure failure, const RetryPolicy& policy) {
  switch (failure) {
    case TransportFailure::resolve:
      return std::min(policy.retries, 1U);
    case TransportFailure::connect:
      return std::min(policy.retries, 2U);
    case TransportFailure::tls_not_spoken:
    case TransportFailure::certificate:
      return 0;
    case TransportFailure::stalled:
    case TransportFailure::broken:
      return policy.retries;
  }
  return 0;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
  if (!value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos) {
    std::uint64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    const auto limit = static_cast<std::uint64_t>(std::chrono::seconds(kYear).count());
    return std::chrono::seconds(error == std::errc() ? std::min(seconds, limit) : limit);
  }
  // A date has letters. What libcurl also takes for one, such as "12" or "-1", is none here.
  const bool has_letter = std::ranges::any_of(value, [](char c) { return c >= 'A' && c <= 'Z'; });
  const std::time_t date = has_letter ? libcurl().getdate(std::string(value).c_str(), nullptr) : -1;
  if (date < 0) {
    return std::nullopt;
  }
  const auto wait = std::chrono::seconds(date) - std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  return std::clamp(wait, std::chrono::seconds(0), std::chrono::seconds(kYear));
}

std::optional<milliseconds> retry_delay(const RetryPolicy& policy, unsigned tried, milliseconds waited,
                                        std::optional<milliseconds> retry_after, double random) {
  const unsigned doublings = std::min(std::max(tried, 1U) - 1, 20U);
  const milliseconds bound = std::min(policy.first * (1L << doublings), policy.longest);
  const milliseconds jittered(static_cast<milliseconds::rep>(static_cast<double>(bound.count()) * random));
  const milliseconds delay = std::max(jittered, retry_after.value_or(milliseconds(0)));
  return waited + delay > policy.budget ? std::nullopt : std::optional(delay);
}

}  // namespace wasm_oci
