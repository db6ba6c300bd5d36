#include "registry/retry.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

const auto kNow = std::chrono::system_clock::from_time_t(1'700'000'000);  // Tue, 14 Nov 2023 22:13:20 GMT

TEST(Retry, OnlyWhatMayPassIsRepeated) {
  for (const int status : {408, 429, 499, 500, 502, 503, 504, 520, 522, 529}) {
    EXPECT_TRUE(is_retryable(status)) << status;
  }
  for (const int status : {200, 301, 400, 401, 403, 404, 405, 409, 413, 415, 416, 501, 505, 519, 530}) {
    EXPECT_FALSE(is_retryable(status)) << status;
  }
}

TEST(Retry, ARefusedCertificateIsNotTriedAgain) {
  const RetryPolicy policy;
  EXPECT_EQ(retries_after(TransportFailure::certificate, policy), 0);
  EXPECT_EQ(retries_after(TransportFailure::tls_not_spoken, policy), 0);
  EXPECT_EQ(retries_after(TransportFailure::broken, policy), 5);
  EXPECT_EQ(retries_after(TransportFailure::resolve, policy), 1);
  EXPECT_EQ(retries_after(TransportFailure::connect, {.retries = 0}), 0);
}

TEST(Retry, ReadsRetryAfterInBothForms) {
  EXPECT_EQ(parse_retry_after("0", kNow), 0ms);
  EXPECT_EQ(parse_retry_after("120", kNow), 120s);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:14:00 GMT", kNow), 40s);
  EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:00:00 GMT", kNow), 0s);
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", kNow), std::chrono::hours(24 * 365));
  EXPECT_EQ(parse_retry_after("1000000000", kNow), std::chrono::hours(24 * 365));
  for (const std::string_view text : {"", "-1", "soon", "1.5", "12 s"}) {
    EXPECT_FALSE(parse_retry_after(text, kNow)) << text;
  }
}

TEST(Retry, BacksOffWithFullJitterUpToALimit) {
  const RetryPolicy policy{.budget = std::chrono::hours(1), .first = 100ms, .longest = 1s};
  EXPECT_EQ(retry_delay(policy, 1, 0ms, {}, 1.0), 100ms);
  EXPECT_EQ(retry_delay(policy, 3, 0ms, {}, 1.0), 400ms);
  EXPECT_EQ(retry_delay(policy, 3, 0ms, {}, 0.5), 200ms);
  EXPECT_EQ(retry_delay(policy, 3, 0ms, {}, 0.0), 0ms);
  EXPECT_EQ(retry_delay(policy, 1000, 0ms, {}, 1.0), 1s);
}

TEST(Retry, WaitsAtLeastAsLongAsTheServerAsksFor) {
  const RetryPolicy policy{.first = 100ms};
  EXPECT_EQ(retry_delay(policy, 1, 0ms, 7s, 1.0), 7s);
  EXPECT_EQ(retry_delay(policy, 1, 0ms, 1ms, 1.0), 100ms);
}

TEST(Retry, GivesUpWhereTheBudgetDoesNotReach) {
  const RetryPolicy policy{.budget = 10s, .first = 100ms};
  EXPECT_EQ(retry_delay(policy, 1, 0ms, 10s, 1.0), 10s);
  EXPECT_FALSE(retry_delay(policy, 1, 0ms, 11s, 1.0));
  EXPECT_FALSE(retry_delay(policy, 2, 5s, 6s, 1.0));
}

}  // namespace
}  // namespace wasm_oci
