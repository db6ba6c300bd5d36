// Tests of what is written and read on one thread; those of the thread pool are in gzip_threads_test.cpp.
#include "oci/layer/gzip.hpp"

#include "oci/error.hpp"
#include "tests/oci/layer/layer_support.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using testing::ChunkedSource;
using testing::compressible;

constexpr std::size_t kLimit = std::size_t{64} << 20U;

std::string compressed(std::string_view text, int level = kGzipLevels.usual) {
  StringSink out(kLimit);
  GzipSink gzip(out, level);
  gzip.write(as_bytes(text));
  gzip.finish();
  return out.take();
}

std::string decompressed(std::string text, std::size_t chunk = kChunkSize, const ExpansionLimits& limits = {}) {
  ChunkedSource in(std::move(text), chunk);
  GzipSource gzip(in, limits);
  return read_all(gzip, kLimit);
}

// Bytes are promised: these change only when the library or the level does, and every digest with them.
TEST(Gzip, WritesTheseBytes) {
  // No time, no name, and "unknown" as the operating system; one block with the fixed code; checksum and length.
  EXPECT_EQ(compressed(std::string(1000, 'a')), std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
                                                            "\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00\x00"
                                                            "\x03\xda\x38\x9a\xe8\x03\x00\x00",
                                                            29));
  EXPECT_EQ(digest_of(compressed(compressible(1'000'000))).str(),
            "sha256:4a0c4f8316d6c1331314a212315aecbc7d82d34af9b5042eb5cd6d6f863d693d");
}

TEST(Gzip, WritesOneMemberForNothing) {
  EXPECT_EQ(decompressed(compressed("")), "");
  EXPECT_EQ(compressed("").size(), 23U);
}

TEST(Gzip, BytesDoNotDependOnHowTheyAreWritten) {
  const std::string text = compressible(100'000);
  for (const std::size_t chunk : {1U, 511U, 65'536U}) {
    ChunkedSource in(text, chunk);
    StringSink out(kLimit);
    GzipSink gzip(out, kGzipLevels.usual);
    copy(in, gzip);
    gzip.finish();
    EXPECT_EQ(out.text(), compressed(text)) << chunk;
  }
}

TEST(Gzip, HigherLevelsAreSmaller) {
  const std::string text = compressible(300'000);
  EXPECT_LT(compressed(text, 9).size(), compressed(text, 1).size());
  EXPECT_LT(compressed(text, 12).size(), compressed(text, 9).size());
  EXPECT_EQ(decompressed(compressed(text, 12)), text);
}

TEST(Gzip, ReadsWhatGzipWrites) {
  const testing::TempDir folder;
  const std::string text = compressible(200'000);
  testing::write_file(folder / "text", text);
  EXPECT_EQ(decompressed(testing::run_or_throw({"gzip", "-c", (folder / "text").string()})),
            text);  // has name and time
}

TEST(Gzip, GzipReadsWhatIsWritten) {
  const testing::TempDir folder;
  const std::string text = compressible(200'000);
  testing::write_file(folder / "text.gz", compressed(text));
  EXPECT_EQ(testing::run_or_throw({"gzip", "-dc", (folder / "text.gz").string()}), text);
}

TEST(Gzip, ReadsSeveralMembersInAnyPieces) {
  const std::string text = compressible(10'000);
  const std::string members = compressed(text) + compressed("") + compressed("end");
  for (const std::size_t chunk : {1U, 7U, 4096U}) {
    EXPECT_EQ(decompressed(members, chunk), text + "end") << chunk;
  }
}

TEST(Gzip, ToleratesZerosAtTheEndAndNothingElse) {
  const std::string zeros(1000, '\0');
  EXPECT_EQ(decompressed(compressed("text") + zeros), "text");
  EXPECT_THROW(decompressed(compressed("text") + "garbage"), ContentError);
  EXPECT_THROW(decompressed(compressed("text") + "\x1f"), ContentError);
  EXPECT_THROW(decompressed(compressed("text") + zeros + "garbage"), ContentError);
  EXPECT_THROW(decompressed(compressed("text") + zeros + compressed("text")), ContentError);
}

TEST(Gzip, RefusesZerosAtTheEndWhereThatIsAsked) {
  const ExpansionLimits limits{.zeros_may_follow = false};
  EXPECT_EQ(decompressed(compressed("text"), kChunkSize, limits), "text");
  EXPECT_THROW(decompressed(compressed("text") + '\0', kChunkSize, limits), ContentError);
}

TEST(Gzip, RefusesEveryTruncation) {
  const std::string whole = compressed("some text that is long enough");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(decompressed(whole.substr(0, size)), ContentError) << size;
  }
}

TEST(Gzip, RefusesAWrongChecksumAndAWrongLength) {
  const std::string whole = compressed("some text");
  for (std::size_t from_end = 1; from_end <= 8; ++from_end) {
    std::string damaged = whole;
    damaged[damaged.size() - from_end] = static_cast<char>(damaged[damaged.size() - from_end] ^ 1);
    EXPECT_THROW(decompressed(damaged), ContentError) << from_end;
  }
  EXPECT_THROW(decompressed("no gzip at all"), ContentError);
}

TEST(Gzip, StopsBombs) {
  const std::string bomb = compressed(std::string(3'000'000, '\0'));
  EXPECT_EQ(decompressed(bomb).size(), 3'000'000U);  // small content may be as repetitive as it likes
  EXPECT_THROW(decompressed(bomb, kChunkSize, {.max_size = 2'999'999}), ContentError);
  EXPECT_THROW(decompressed(bomb, kChunkSize, {.max_ratio = 200, .ratio_counts_from = 1'000'000}), ContentError);
  EXPECT_NO_THROW(decompressed(bomb, kChunkSize, {.max_ratio = 1100, .ratio_counts_from = 1'000'000}));
}

TEST(Gzip, ReadsAgainAfterRewinding) {
  StringSource in(compressed("first") + compressed("second"));
  GzipSource gzip(in);
  EXPECT_EQ(read_all(gzip, kLimit), "firstsecond");
  gzip.rewind();
  EXPECT_EQ(read_all(gzip, kLimit), "firstsecond");
}

}  // namespace
}  // namespace wasm_oci
