// Numbers as Wasm binaries hold them: LEB128, seven bits a byte, the lowest first (core specification 5.2.2).
//
// A number may take as many bytes as its type can need, even where fewer would do: linkers leave such room and patch
// it. Bits beyond the type are not allowed.
#pragma once

#include "oci/stream.hpp"

#include <cstddef>
#include <cstdint>

namespace wasm_oci {

// The most bytes that each of them takes.
inline constexpr std::size_t kMaxLeb128U32 = 5;
inline constexpr std::size_t kMaxLeb128U64 = 10;
inline constexpr std::size_t kMaxLeb128S33 = 5;

struct Leb128 {
  std::uint64_t value;
  std::size_t size;  // in bytes; 0 where `bytes` ends within the number
  bool fits;         // whether it is a number of its type; else the value means nothing
};

// The number that `bytes` begins with.
Leb128 read_leb128_u32(ByteView bytes);
Leb128 read_leb128_u64(ByteView bytes);

struct SignedLeb128 {
  std::int64_t value;
  std::size_t size;  // as above
  bool fits;         // as above
};

// The signed number of 33 bits that `bytes` begins with: what says "a type index, or a type of its own".
SignedLeb128 read_leb128_s33(ByteView bytes);

}  // namespace wasm_oci
