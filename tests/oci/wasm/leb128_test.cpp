#include "oci/wasm/leb128.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace wasm_oci {
namespace {

using namespace std::string_literals;

template <class Number>
void expect(const Number& number, std::int64_t value, std::size_t size) {
  EXPECT_TRUE(number.fits);
  EXPECT_EQ(static_cast<std::int64_t>(number.value), value);
  EXPECT_EQ(number.size, size);
}

Leb128 u32(const std::string& bytes) { return read_leb128_u32(as_bytes(bytes)); }
Leb128 u64(const std::string& bytes) { return read_leb128_u64(as_bytes(bytes)); }
SignedLeb128 s33(const std::string& bytes) { return read_leb128_s33(as_bytes(bytes)); }

TEST(WasmLeb128, HasSevenBitsAByteTheLowestFirst) {
  expect(u32("\0"s), 0, 1);
  expect(u32("\x7f"s), 127, 1);
  expect(u32("\x80\x01"s), 128, 2);
  expect(u32("\xe5\x8e\x26"s), 624485, 3);
  expect(u32("\xff\xff\xff\xff\x0f"s), UINT32_MAX, 5);
  expect(u64("\xe5\x8e\x26"s), 624485, 3);
  EXPECT_EQ(u64("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s).value, UINT64_MAX);
}

TEST(WasmLeb128, EndsWithItsLastByte) {
  expect(u32("\x05\xff\xff"s), 5, 1);
  expect(u64("\x85\x01\xff"s), 133, 2);
  expect(s33("\x7f\x80"s), -1, 1);
}

TEST(WasmLeb128, MayTakeAsManyBytesAsItsTypeCanNeed) {
  expect(u32("\x81\x80\x80\x80\0"s), 1, 5);
  expect(u64("\x81\x80\x80\x80\x80\x80\x80\x80\x80\0"s), 1, 10);
  expect(s33("\x81\x80\x80\x80\0"s), 1, 5);
  expect(s33("\xff\xff\xff\xff\x7f"s), -1, 5);
  for (const Leb128& number : {u32("\x81\x80\x80\x80\x80\0"s), u64("\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\0"s)}) {
    EXPECT_FALSE(number.fits) << "one byte more";
  }
  EXPECT_FALSE(s33("\x81\x80\x80\x80\x80\0"s).fits);
}

TEST(WasmLeb128, HasNoBitsBeyondItsType) {
  EXPECT_FALSE(u32("\xff\xff\xff\xff\x1f"s).fits);
  EXPECT_FALSE(u32("\x80\x80\x80\x80\x10"s).fits);
  EXPECT_FALSE(u64("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03"s).fits);
  EXPECT_FALSE(s33("\x80\x80\x80\x80\x10"s).fits) << "2 to the power of 32";
  EXPECT_FALSE(s33("\xff\xff\xff\xff\x6f"s).fits) << "one less than the smallest";
}

TEST(WasmLeb128, OfThirtyThreeBitsIsSigned) {
  expect(s33("?"s), 63, 1);
  expect(s33("@"s), -64, 1);
  expect(s33("\xc0\0"s), 64, 2);
  expect(s33("\x80\x7f"s), -128, 2);
  expect(s33("\xff\xff\xff\xff\x0f"s), UINT32_MAX, 5);
  expect(s33("\x80\x80\x80\x80\x70"s), -(std::int64_t{1} << 32U), 5);
}

TEST(WasmLeb128, OfWhichTheEndIsMissingHasNoSize) {
  for (const std::string& bytes : {""s, "\x80"s, "\xff\xff\xff\xff"s}) {
    EXPECT_EQ(u32(bytes).size, 0U);
    EXPECT_EQ(u64(bytes).size, 0U);
    EXPECT_EQ(s33(bytes).size, 0U);
    EXPECT_FALSE(u32(bytes).fits || u64(bytes).fits || s33(bytes).fits);
  }
}

}  // namespace
}  // namespace wasm_oci
