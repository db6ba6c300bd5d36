#include "oci/layer/zstd.hpp"

#include "oci/digest.hpp"
#include "oci/error.hpp"
#include "tests/oci/layer/layer_support.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using testing::ChunkedSource;
using testing::compressible;

constexpr std::size_t kLimit = std::size_t{64} << 20U;

std::string compressed(std::string text, int level = kZstdLevels.usual, std::size_t chunk = kChunkSize) {
  StringSink out(kLimit);
  ZstdSink zstd(out, level);
  ChunkedSource in(std::move(text), chunk);
  copy(in, zstd);
  zstd.finish();
  return out.take();
}

std::string decompressed(std::string text, std::size_t chunk = kChunkSize, const ExpansionLimits& limits = {}) {
  ChunkedSource in(std::move(text), chunk);
  ZstdSource zstd(in, limits);
  return read_all(zstd, kLimit);
}

// Bytes are promised: these change only when the library or the level does, and every digest with them.
TEST(Zstd, WritesTheseBytes) {
  EXPECT_EQ(digest_of(compressed(compressible(1'000'000))).str(),
            "sha256:7de02951f14cb5f01e875518a991fe02691bdd31e4da30c3d4c23ddf98f8e06d");
}

TEST(Zstd, BytesDoNotDependOnHowTheyAreWritten) {
  const std::string text = compressible(700'000);
  for (const int level : {3, 19}) {
    const std::string expected = compressed(text, level);
    for (const std::size_t chunk : {997U, 131'072U, 1U << 20U}) {
      EXPECT_EQ(compressed(text, level, chunk), expected) << level << ' ' << chunk;
    }
  }
}

TEST(Zstd, EveryLevelReadsBack) {
  const std::string text = compressible(300'000);
  for (int level = kZstdLevels.lowest; level <= kZstdLevels.highest; ++level) {
    EXPECT_EQ(decompressed(compressed(text, level)), text) << level;
  }
  EXPECT_EQ(decompressed(compressed("")), "");
}

TEST(Zstd, ReadsSeveralFramesInAnyPieces) {
  const std::string text = compressible(10'000);
  const std::string skippable("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  const std::string frames = compressed(text) + skippable + compressed("") + compressed("end");
  for (const std::size_t chunk : {1U, 7U, 4096U}) {
    EXPECT_EQ(decompressed(frames, chunk), text + "end") << chunk;
  }
}

TEST(Zstd, RefusesEveryTruncationAndWhatFollows) {
  const std::string whole = compressed("some text that is long enough");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(decompressed(whole.substr(0, size)), ContentError) << size;
  }
  EXPECT_THROW(decompressed(whole + "garbage"), ContentError);
  EXPECT_THROW(decompressed(whole + std::string(8, '\0')), ContentError);
  EXPECT_THROW(decompressed("no zstd at all"), ContentError);
}

TEST(Zstd, RefusesAWrongChecksum) {
  std::string whole = compressed("some text");
  whole.back() = static_cast<char>(whole.back() ^ 1);
  EXPECT_THROW(decompressed(whole), ContentError);
}

TEST(Zstd, RefusesAWindowBeyondTheLimit) {
  // Magic, no single segment, a window of 2^WINDOW, one last empty raw block.
  const auto frame = [](int window) {
    return std::string("\x28\xb5\x2f\xfd\x00", 5) + static_cast<char>((window - 10) << 3) +
           std::string("\x01\x00\x00", 3);
  };
  EXPECT_EQ(decompressed(frame(kZstdMaxWindowLog)), "");
  EXPECT_THROW(decompressed(frame(kZstdMaxWindowLog + 1)), BeyondBoundsError);
}

TEST(Zstd, StopsBombs) {
  const std::string bomb = compressed(std::string(3'000'000, '\0'));
  EXPECT_EQ(decompressed(bomb).size(), 3'000'000U);
  EXPECT_THROW(decompressed(bomb, kChunkSize, {.max_size = 2'999'999}), ContentError);
  EXPECT_THROW(decompressed(bomb, kChunkSize, {.ratio_counts_from = 1'000'000}), ContentError);
}

TEST(Zstd, ReadsAgainAfterRewinding) {
  StringSource in(compressed("text"));
  ZstdSource zstd(in);
  EXPECT_EQ(read_all(zstd, kLimit), "text");
  zstd.rewind();
  EXPECT_EQ(read_all(zstd, kLimit), "text");
}

}  // namespace
}  // namespace wasm_oci
