#include "oci/wasm/leb128.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

constexpr std::uint64_t kMore = 0x80;

// In the last byte that is allowed, what lies above `bits` must be clear: the mark that more follows as well.
Leb128 read_unsigned(ByteView bytes, unsigned bits, std::size_t most) {
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < std::min(bytes.size(), most); ++index) {
    const auto byte = std::to_integer<std::uint64_t>(bytes[index]);
    value |= (byte & ~kMore) << (7 * index);
    if (index + 1 == most) {
      return {.value = value, .size = most, .fits = byte >> (bits - 7 * index) == 0};
    }
    if ((byte & kMore) == 0) {
      return {.value = value, .size = index + 1, .fits = true};
    }
  }
  return {.value = 0, .size = 0, .fits = false};
}

}  // namespace

Leb128 read_leb128_u32(ByteView bytes) { return read_unsigned(bytes, 32, kMaxLeb128U32); }

Leb128 read_leb128_u64(ByteView bytes) { return read_unsigned(bytes, 64, kMaxLeb128U64); }

SignedLeb128 read_leb128_s33(ByteView bytes) {
  // Five bytes carry 35 bits: read as such, the number is one of 33 bits where its sign fills the rest.
  const Leb128 raw = read_unsigned(bytes, 35, kMaxLeb128S33);
  if (!raw.fits) {
    return {.value = 0, .size = raw.size, .fits = false};
  }
  const std::int64_t sign = std::int64_t{1} << (7 * raw.size - 1);
  const std::int64_t value = (static_cast<std::int64_t>(raw.value) ^ sign) - sign;
  constexpr std::int64_t kLimit = std::int64_t{1} << 32U;
  return {.value = value, .size = raw.size, .fits = value >= -kLimit && value < kLimit};
}

}  // namespace wasm_oci
