#include "cli/duration.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wasm_oci::cli {
namespace {

using std::chrono::milliseconds;

TEST(Duration, ReadsGosSyntax) {
  const auto of = [](const char* text) { return parse_duration("--timeout", text); };
  EXPECT_EQ(of("0"), milliseconds(0));
  EXPECT_EQ(of("500ms"), milliseconds(500));
  EXPECT_EQ(of("60s"), milliseconds(60'000));
  EXPECT_EQ(of("1m30s"), milliseconds(90'000));
  EXPECT_EQ(of("1h2m3s4ms"), milliseconds(3'723'004));
  EXPECT_EQ(of("1.5h"), milliseconds(5'400'000));
  EXPECT_EQ(of(".5s"), milliseconds(500));
  EXPECT_EQ(of("2.s"), milliseconds(2000));
  EXPECT_EQ(of("8760h"), milliseconds(kMaxDuration));
}

TEST(Duration, RoundsUpSoThatNoneIsZeroUnlessItSaysSo) {
  EXPECT_EQ(parse_duration("--timeout", "1ns"), milliseconds(1));
  EXPECT_EQ(parse_duration("--timeout", "1500us"), milliseconds(2));
  EXPECT_EQ(parse_duration("--timeout", "1500\u00b5s"), milliseconds(2));
  EXPECT_EQ(parse_duration("--timeout", "1500\u03bcs"), milliseconds(2));
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* text :
       {"", "s", ".s", "-1s", "+1s", "1", "1 s", "1s ", "1d", "1s2", "1..5s", "1e3s", "nan", "inf", "1S"}) {
    EXPECT_THROW(parse_duration("--timeout", text), UsageError) << text;
  }
  EXPECT_THROW(parse_duration("--timeout", "8761h"), UsageError);
  EXPECT_THROW(parse_duration("--timeout", std::string(400, '9') + "h"), UsageError);
}

TEST(Duration, AsksForTheUnitThatIsMissing) {
  try {
    parse_duration("--timeout", "60");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.message(), "--timeout: '60' is not a duration");
    EXPECT_EQ(error.hint(), "a unit is missing: did you mean 60s?");
  }
}

}  // namespace
}  // namespace wasm_oci::cli
