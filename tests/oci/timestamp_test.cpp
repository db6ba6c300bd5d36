#include "oci/timestamp.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::int64_t kFirst = -62'167'219'200;
constexpr std::int64_t kLast = 253'402'300'799;

// Of seconds within the range.
Timestamp at(std::int64_t seconds) { return Timestamp::from_seconds(seconds).value_or(Timestamp()); }

TEST(Timestamp, IsTheEpochByDefault) { EXPECT_EQ(format_rfc3339(Timestamp()), "1970-01-01T00:00:00Z"); }

TEST(Timestamp, ReadsSecondsAndDates) {
  struct Case {
    std::string_view text;
    std::int64_t seconds;
  };
  const std::vector<Case> cases = {
      {"0", 0},
      {"1700000000", 1'700'000'000},
      {"007", 7},
      {"253402300799", kLast},
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01t00:00:01z", 1},
      {"2023-11-14T22:13:20Z", 1'700'000'000},
      {"2023-11-14T23:13:20+01:00", 1'700'000'000},
      {"2023-11-14T16:43:20-05:30", 1'700'000'000},
      {"2023-11-14T22:13:20.999999999Z", 1'700'000'000},
      {"2023-11-14T22:13:20.1+00:00", 1'700'000'000},
      {"1969-12-31T23:59:59.5Z", -1},
      {"2000-02-29T00:00:00Z", 951'782'400},
      {"0000-01-01T00:00:00Z", kFirst},
      {"9999-12-31T23:59:59Z", kLast},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Timestamp::parse(c.text), at(c.seconds)) << c.text;
  }
}

TEST(Timestamp, RefusesNonsense) {
  for (const std::string_view text : {"",
                                      " ",
                                      " 0",
                                      "0 ",
                                      "+0",
                                      "-1",
                                      "1.5",
                                      "0x10",
                                      "1e3",
                                      "253402300800",
                                      "9223372036854775808",
                                      "99999999999999999999999999",
                                      "now",
                                      "2023-11-14",
                                      "2023-11-14T22:13:20",
                                      "2023-11-14 22:13:20Z",
                                      "2023-11-14T22:13Z",
                                      "2023-11-14T22:13:20.Z",
                                      "2023-11-14T22:13:20,5Z",
                                      "2023-11-14T22:13:20ZZ",
                                      "2023-11-14T22:13:20Z\n",
                                      "2023-11-14T22:13:20+0100",
                                      "2023-11-14T22:13:20+24:00",
                                      "2023-11-14T22:13:20+01:60",
                                      "2023-11-14T22:13:20+01",
                                      "2023-13-14T22:13:20Z",
                                      "2023-00-14T22:13:20Z",
                                      "2023-02-29T22:13:20Z",
                                      "2023-11-31T22:13:20Z",
                                      "2023-11-00T22:13:20Z",
                                      "2023-11-14T24:00:00Z",
                                      "2023-11-14T22:60:20Z",
                                      "2016-12-31T23:59:60Z",
                                      "23-11-14T22:13:20Z",
                                      "12023-11-14T22:13:20Z",
                                      "+2023-11-14T22:13:20Z",
                                      "2023-1-14T22:13:20Z",
                                      "2023/11/14T22:13:20Z",
                                      "0000-01-01T00:00:00+00:01",
                                      "9999-12-31T23:59:59-00:01"}) {
    EXPECT_EQ(Timestamp::parse(text), std::nullopt) << text;
  }
}

TEST(Timestamp, KeepsToTheYearsThatCanBeWritten) {
  EXPECT_TRUE(Timestamp::from_seconds(kFirst));
  EXPECT_TRUE(Timestamp::from_seconds(kLast));
  EXPECT_FALSE(Timestamp::from_seconds(kFirst - 1));
  EXPECT_FALSE(Timestamp::from_seconds(kLast + 1));
  EXPECT_FALSE(Timestamp::from_seconds(INT64_MIN));
  EXPECT_FALSE(Timestamp::from_seconds(INT64_MAX));
}

TEST(Timestamp, ReadsBackWhatItPrints) {
  std::mt19937_64 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same cases every time
  std::uniform_int_distribution<std::int64_t> seconds(kFirst, kLast);
  EXPECT_EQ(format_rfc3339(at(kFirst)), "0000-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(at(kLast)), "9999-12-31T23:59:59Z");
  for (int i = 0; i < 10'000; ++i) {
    const Timestamp timestamp = at(seconds(random));
    ASSERT_EQ(Timestamp::parse(format_rfc3339(timestamp)), timestamp) << timestamp.seconds();
  }
}

TEST(Timestamp, PrintsInTheOrderOfTime) {
  for (std::int64_t seconds = kFirst; seconds < kLast - 7'000'000; seconds += 6'543'210) {
    EXPECT_LT(format_rfc3339(at(seconds)), format_rfc3339(at(seconds + 6'543'210)));
  }
}

}  // namespace
}  // namespace wasm_oci
