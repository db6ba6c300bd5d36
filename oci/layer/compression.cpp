#include "oci/layer/compression.hpp"

#include "oci/error.hpp"
#include "oci/layer/gzip.hpp"
#include "oci/layer/zstd.hpp"

#include <string>

namespace wasm_oci {
namespace {

class PlainSink final : public CompressingSink {
 public:
  explicit PlainSink(Sink& out) : out_(out) {}
  void write(ByteView bytes) override { out_.write(bytes); }
  void finish() override {}

 private:
  Sink& out_;
};

class PlainSource final : public Source {
 public:
  explicit PlainSource(Source& in) : in_(in) {}
  std::size_t read(std::span<std::byte> into) override { return in_.read(into); }
  void rewind() override { in_.rewind(); }

 private:
  Source& in_;
};

int checked_level(LevelRange range, std::optional<int> level) {
  if (level && (*level < range.lowest || *level > range.highest)) {
    throw UsageError("compression level " + std::to_string(*level) + " is out of range",
                     "levels go from " + std::to_string(range.lowest) + " to " + std::to_string(range.highest));
  }
  return level.value_or(range.usual);
}

}  // namespace

std::optional<LevelRange> level_range(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return kGzipLevels;
    case Compression::zstd:
      return kZstdLevels;
    case Compression::none:
      break;
  }
  return std::nullopt;
}

std::unique_ptr<CompressingSink> make_compressor(Compression compression, std::optional<int> level, Sink& out) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipSink>(out, checked_level(kGzipLevels, level));
    case Compression::zstd:
      return std::make_unique<ZstdSink>(out, checked_level(kZstdLevels, level));
    case Compression::none:
      break;
  }
  if (level) {
    throw UsageError("a compression level makes no sense without compression");
  }
  return std::make_unique<PlainSink>(out);
}

DecompressingSource::DecompressingSource(Source& in, const ExpansionLimits& limits)
    : in_(in), limits_(limits), buffer_(kChunkSize) {}

ByteView DecompressingSource::input() {
  if (input_.empty()) {
    input_ = ByteView(buffer_).first(in_.read(buffer_));
    consumed_ += input_.size();
  }
  return input_;
}

std::size_t DecompressingSource::read(std::span<std::byte> into) {
  const std::size_t count = decode(into);
  produced_ += count;
  if (produced_ > limits_.max_size) {
    throw ContentError("compressed content expands to more than " + std::to_string(limits_.max_size) + " bytes");
  }
  if (produced_ > limits_.ratio_counts_from && produced_ / limits_.max_ratio > consumed_) {
    throw ContentError("compressed content expands to more than " + std::to_string(limits_.max_ratio) +
                       " times its size");
  }
  return count;
}

void DecompressingSource::rewind() {
  in_.rewind();
  input_ = {};
  consumed_ = 0;
  produced_ = 0;
  reset();
}

std::unique_ptr<Source> make_decompressor(Compression compression, Source& in, const ExpansionLimits& limits) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipSource>(in, limits);
    case Compression::zstd:
      return std::make_unique<ZstdSource>(in, limits);
    case Compression::none:
      break;
  }
  return std::make_unique<PlainSource>(in);
}

}  // namespace wasm_oci
