#include "cli/transfer.hpp"

#include "oci/media_type.hpp"
#include "tests/cli/captured.hpp"

#include <gtest/gtest.h>

namespace wasm_oci::cli::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string short_digest(const std::string& name) { return digest_of(name).hex().substr(0, 12); }

TEST(Transfer, IsNamedByWhatIsKnownOfIt) {
  Descriptor descriptor = layer("x", 5);
  EXPECT_EQ(label_of(descriptor), short_digest("x") + " layer");
  descriptor.annotations.emplace(annotation::kTitle, "app\x1b.wasm");
  EXPECT_EQ(label_of(descriptor), short_digest("x") + " layer app\\x1b.wasm");
  descriptor.annotations.begin()->second = std::string(10'000, 'x');
  EXPECT_LT(label_of(descriptor).size(), 150U);
  descriptor = {.media_type = std::string(media_type::kOciManifest), .digest = digest_of("m"), .size = 1};
  descriptor.platform =
      Platform{.os = "wasi", .architecture = "wasm", .variant = {}, .os_version = {}, .os_features = {}};
  EXPECT_EQ(label_of(descriptor), short_digest("m") + " manifest wasi/wasm");
  descriptor.platform.reset();
  descriptor.media_type = media_type::kOciIndex;
  EXPECT_EQ(label_of(descriptor), short_digest("m") + " index");
  descriptor.media_type = media_type::kOciConfig;
  EXPECT_EQ(label_of(descriptor), short_digest("m") + " config");
  descriptor.media_type = "application/wasm";
  EXPECT_EQ(label_of(descriptor), short_digest("m") + " blob");
}

TEST(Transfer, EndsWithItsOutcome) {
  const std::string label = short_digest("x") + " layer: ";
  EXPECT_EQ(outcome_line(layer("x", 49'500'000), TransferOutcome::copied, milliseconds(1600)),
            label + "copied 49.5 MB in 1.6s");
  EXPECT_EQ(outcome_line(layer("x", 5), TransferOutcome::copied, std::nullopt), label + "copied 5 B");
  EXPECT_EQ(outcome_line(layer("x", 5), TransferOutcome::copied, milliseconds(99)), label + "copied 5 B");
  EXPECT_EQ(outcome_line(layer("x", 5), TransferOutcome::exists, std::nullopt), label + "exists");
  EXPECT_EQ(outcome_line(layer("x", 5), TransferOutcome::mounted, std::nullopt),
            label + "mounted from another repository");
  EXPECT_EQ(outcome_line(layer("x", 5), TransferOutcome::failed, seconds(1)), label + "failed");
}

TEST(ShortDuration, KeepsTwoUnits) {
  EXPECT_EQ(short_duration(milliseconds(0)), "0.0s");
  EXPECT_EQ(short_duration(milliseconds(440)), "0.4s");
  EXPECT_EQ(short_duration(milliseconds(9940)), "9.9s");
  EXPECT_EQ(short_duration(milliseconds(9960)), "10s");
  EXPECT_EQ(short_duration(milliseconds(59'600)), "1m00s");
  EXPECT_EQ(short_duration(seconds(125)), "2m05s");
  EXPECT_EQ(short_duration(seconds(3725)), "1h02m");
  EXPECT_EQ(whole_seconds(seconds(4)), "4s");
}

TEST(Speed, FollowsTheLastSeconds) {
  Speed speed;
  TimePoint now(seconds(100));
  std::uint64_t position = 0;
  speed.update(now, position);
  EXPECT_EQ(speed.bytes_per_second(), 0);
  for (int i = 0; i < 10; ++i) {
    speed.update(now += seconds(1), position += 1000);
  }
  EXPECT_NEAR(speed.bytes_per_second(), 1000, 1);
  for (int i = 0; i < 15; ++i) {
    speed.update(now += seconds(1), position);
  }
  EXPECT_LT(speed.bytes_per_second(), 10) << "a stall is seen";
}

TEST(Speed, IsNotConfusedByARetry) {
  Speed speed;
  TimePoint now(seconds(100));
  speed.update(now, 0);
  speed.update(now += seconds(1), 1000);
  speed.update(now += seconds(1), 0);
  EXPECT_NEAR(speed.bytes_per_second(), 1000, 1);
  speed.update(now += seconds(1), 1000);
  EXPECT_NEAR(speed.bytes_per_second(), 1000, 1);
  speed.update(now, 5000);
  EXPECT_NEAR(speed.bytes_per_second(), 1000, 1) << "no time, no speed";
}

}  // namespace
}  // namespace wasm_oci::cli::testing
