#include "oci/stream.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <array>

namespace wasm_oci {
namespace {

TEST(StringSource, GivesItsBytesInPiecesAndAgainAfterRewind) {
  StringSource source("abcde");
  std::array<std::byte, 3> buffer{};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(source.read(buffer), 3U);
    EXPECT_EQ(as_text(buffer), "abc");
    EXPECT_EQ(source.read(buffer), 2U);
    EXPECT_EQ(as_text(buffer).substr(0, 2), "de");
    EXPECT_EQ(source.read(buffer), 0U);
    EXPECT_EQ(source.read(buffer), 0U) << "the end stays the end";
    source.rewind();
  }
}

TEST(StringSink, HoldsExactlyItsLimit) {
  StringSink sink(4);
  sink.write(as_bytes("ab"));
  sink.write(as_bytes("cd"));
  EXPECT_THROW(sink.write(as_bytes("e")), ContentError);
  EXPECT_EQ(sink.text(), "abcd");
  EXPECT_NO_THROW(sink.write({}));
  EXPECT_EQ(sink.take(), "abcd");
}

TEST(ReadAll, StopsAtTheLimit) {
  StringSource source("abcd");
  EXPECT_EQ(read_all(source, 4), "abcd");
  source.rewind();
  EXPECT_THROW(read_all(source, 3), ContentError);
  StringSource empty("");
  EXPECT_EQ(read_all(empty, 0), "");
}

TEST(Copy, MovesTheRestOfAnySize) {
  std::string text(kChunkSize * 2 + 17, 'x');
  text[kChunkSize] = '\0';
  StringSource source(text);
  std::array<std::byte, 1> first{};
  ASSERT_EQ(source.read(first), 1U);
  StringSink sink(text.size());
  EXPECT_EQ(copy(source, sink), text.size() - 1);
  EXPECT_EQ(sink.text(), text.substr(1));
}

}  // namespace
}  // namespace wasm_oci
