#include "oci/layer/compression.hpp"

#include "oci/error.hpp"
#include "tests/oci/layer/layer_support.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

constexpr std::size_t kLimit = 1 << 20U;

TEST(Compression, ReadsBackWhatItWrites) {
  const std::string text = testing::compressible(100'000);
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    StringSink out(kLimit);
    const auto sink = make_compressor(compression, std::nullopt, out);
    sink->write(as_bytes(text));
    sink->finish();
    EXPECT_EQ(out.text() == text, compression == Compression::none);
    StringSource in(out.text());
    EXPECT_EQ(read_all(*make_decompressor(compression, in), kLimit), text);
  }
}

TEST(Compression, RefusesLevelsOutOfRange) {
  StringSink out(kLimit);
  EXPECT_THROW(make_compressor(Compression::gzip, 0, out), UsageError);
  EXPECT_THROW(make_compressor(Compression::gzip, 13, out), UsageError);
  EXPECT_THROW(make_compressor(Compression::zstd, 0, out), UsageError);
  EXPECT_THROW(make_compressor(Compression::zstd, 23, out), UsageError);
  EXPECT_THROW(make_compressor(Compression::none, 1, out), UsageError);
  EXPECT_NO_THROW(make_compressor(Compression::gzip, 12, out));
  EXPECT_NO_THROW(make_compressor(Compression::zstd, 22, out));
}

// Where the end is told, the store below has verified the content (promise 3).
TEST(Compression, EndsOnlyAfterTheSourceBelowHas) {
  StringSink out(kLimit);
  const auto sink = make_compressor(Compression::gzip, std::nullopt, out);
  sink->write(as_bytes("text"));
  sink->finish();
  Descriptor wrong = describe("type", out.text());
  wrong.digest = digest_of("something else");
  for (const std::size_t chunk : {std::size_t{1}, kChunkSize}) {
    VerifiedSource source(std::make_unique<testing::ChunkedSource>(out.text(), chunk), wrong);
    EXPECT_THROW(read_all(*make_decompressor(Compression::gzip, source), kLimit), ContentError);
  }
}

}  // namespace
}  // namespace wasm_oci
