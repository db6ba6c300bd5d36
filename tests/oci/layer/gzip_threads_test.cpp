#include "oci/digest.hpp"
#include "oci/layer/gzip.hpp"
#include "tests/oci/layer/layer_support.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace wasm_oci {
namespace {

using testing::compressible;

constexpr std::size_t kLimit = std::size_t{64} << 20U;

std::string compressed(std::string_view text, unsigned threads, std::size_t chunk = kChunkSize,
                       int level = kGzipLevels.usual) {
  StringSink out(kLimit);
  GzipSink gzip(out, level, threads);
  testing::ChunkedSource in{std::string(text), chunk};
  copy(in, gzip);
  gzip.finish();
  return out.take();
}

// What the contract says, put together by hand.
std::string members(std::string_view text) {
  if (text.size() <= kGzipSingleMemberSize) {
    return compressed(text, 1);
  }
  std::string result;
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), kGzipMemberSize))) {
    result += compressed(text.substr(0, kGzipMemberSize), 1);
  }
  return result;
}

TEST(GzipThreads, CutsContentAboveFourMebibytesIntoMembersOfOne) {
  const std::string text = compressible(kGzipSingleMemberSize + 2 * kGzipMemberSize + 1);
  for (const std::size_t size : {kGzipSingleMemberSize - 1, kGzipSingleMemberSize, kGzipSingleMemberSize + 1,
                                 kGzipSingleMemberSize + kGzipMemberSize - 1, kGzipSingleMemberSize + kGzipMemberSize,
                                 kGzipSingleMemberSize + kGzipMemberSize + 1, text.size()}) {
    const std::string_view part = std::string_view(text).substr(0, size);
    EXPECT_EQ(compressed(part, 2), members(part)) << size;
  }
}

TEST(GzipThreads, WritesTheSameBytesWithAnyNumberOfThreadsAndAnyPieces) {
  const std::string text = compressible(20'000'000);
  const std::string expected = compressed(text, 1);
  EXPECT_EQ(digest_of(expected).str(), "sha256:e7805b9396e87357ae9b93ebf0cceb48c97093a7891f773c922c5a704581514a");
  for (const unsigned threads : {0U, 2U, 3U, 8U, 64U}) {
    EXPECT_EQ(compressed(text, threads), expected) << threads;
  }
  EXPECT_EQ(compressed(text, 2, 999'983), expected);
  EXPECT_EQ(compressed(text, 2, 777), expected);
  StringSource in(expected);
  GzipSource gzip(in);
  EXPECT_EQ(read_all(gzip, kLimit), text);
}

class FullSink final : public Sink {
 public:
  void write(ByteView /*bytes*/) override { throw std::runtime_error("disk full"); }
};

TEST(GzipThreads, EndsWhenItsSinkFails) {
  FullSink full;
  GzipSink gzip(full, 1, 4);
  const std::string text = compressible(16 * kGzipMemberSize);
  EXPECT_THROW(gzip.write(as_bytes(text)), std::runtime_error);
}

TEST(GzipThreads, MayBeAbandoned) {
  StringSink out(kLimit);
  GzipSink gzip(out, 1, 4);
  gzip.write(as_bytes(compressible(kGzipSingleMemberSize + 1)));
}

}  // namespace
}  // namespace wasm_oci
