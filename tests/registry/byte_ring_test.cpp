#include "registry/byte_ring.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

std::string pop(ByteRing& ring, std::size_t count) {
  std::string text(count, '\0');
  text.resize(ring.pop(std::as_writable_bytes(std::span(text))));
  return text;
}

TEST(ByteRing, KeepsTheOrderAcrossItsEnd) {
  ByteRing ring(8);
  ring.push(as_bytes("abcdef"));
  EXPECT_EQ(pop(ring, 4), "abcd");
  ring.push(as_bytes("ghijkl"));
  EXPECT_EQ(ring.room(), 0);
  EXPECT_TRUE(ring.writable().empty());
  EXPECT_EQ(pop(ring, 100), "efghijkl");
}

TEST(ByteRing, OffersFreeBytesInOnePiece) {
  ByteRing ring(8);
  ring.push(as_bytes("abcdef"));
  pop(ring, 4);
  EXPECT_EQ(ring.room(), 6);
  EXPECT_EQ(ring.writable().size(), 2);
}

TEST(ByteRing, ReplaysOnlyWhatItStillHolds) {
  ByteRing ring(8);
  ring.push(as_bytes("abc"));
  pop(ring, 2);
  ring.push(as_bytes("de"));
  EXPECT_TRUE(ring.replay());
  EXPECT_EQ(pop(ring, 100), "abcde");
  ring.push(as_bytes("fgh"));
  EXPECT_FALSE(ring.replay());
}

}  // namespace
}  // namespace wasm_oci
