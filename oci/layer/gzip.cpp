#include "oci/layer/gzip.hpp"

#include <libdeflate.h>
#define ZLIB_CONST
#include "oci/error.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <string>

namespace wasm_oci {
namespace {

// Reading and hashing, which one thread does, keep about eight compressing threads busy. From level 10 on libdeflate's
// tables are 9 MiB for each thread, and memory is the narrower bound.
constexpr unsigned kMaxThreads = 8;
constexpr unsigned kMaxThreadsHighLevel = 4;
constexpr int kHighLevel = 10;

unsigned thread_count(int level, unsigned wanted) {
  const unsigned most = level < kHighLevel ? kMaxThreads : kMaxThreadsHighLevel;
  return std::clamp(wanted != 0 ? wanted : std::thread::hardware_concurrency(), 1U, most);
}

// One member being compressed by each thread, one waiting and one being filled; and the single member must fit.
std::size_t slot_count(unsigned threads) {
  return std::max<std::size_t>(threads + 2, kGzipSingleMemberSize / kGzipMemberSize);
}

}  // namespace

GzipSink::GzipSink(Sink& out, int level, unsigned threads)
    : out_(out),
      level_(level),
      threads_(thread_count(level, threads)),
      slots_(slot_count(threads_)),
      input_(std::make_unique_for_overwrite<std::byte[]>(slots_.size() * kGzipMemberSize)) {}  // NOLINT(*-c-arrays)

GzipSink::~GzipSink() = default;

void GzipSink::FreeCompressor::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

GzipSink::Compressor GzipSink::make_compressor(int level) {
  Compressor compressor(libdeflate_alloc_compressor(level));
  if (!compressor) {
    throw std::bad_alloc();
  }
  return compressor;
}

void GzipSink::write(ByteView bytes) {
  while (!bytes.empty()) {
    if (workers_.empty() && held_ == kGzipSingleMemberSize) {
      start_workers();
    }
    const std::size_t capacity = workers_.empty() ? kGzipSingleMemberSize : kGzipMemberSize;
    while (submitted_ - written_ == slots_.size()) {
      write_oldest();
    }
    const std::size_t count = std::min(bytes.size(), capacity - held_);
    std::memcpy(slot_input(submitted_) + held_, bytes.data(), count);
    held_ += count;
    bytes = bytes.subspan(count);
    if (!workers_.empty() && held_ == kGzipMemberSize) {
      submit(kGzipMemberSize);
    }
  }
}

void GzipSink::finish() {
  if (workers_.empty()) {
    const Compressor compressor = make_compressor(level_);
    const std::size_t bound = libdeflate_gzip_compress_bound(compressor.get(), held_);
    const auto output = std::make_unique_for_overwrite<std::byte[]>(bound);  // NOLINT(*-avoid-c-arrays)
    out_.write({output.get(), libdeflate_gzip_compress(compressor.get(), input_.get(), held_, output.get(), bound)});
    return;
  }
  if (held_ > 0) {
    submit(held_);
  }
  while (written_ < submitted_) {
    write_oldest();
  }
}

// What was held back for a single member becomes the first members.
void GzipSink::start_workers() {
  for (unsigned i = 0; i < threads_; ++i) {
    compressors_.push_back(make_compressor(level_));
  }
  const std::size_t bound = libdeflate_gzip_compress_bound(compressors_.front().get(), kGzipMemberSize);
  for (Slot& each : slots_) {
    each.output = std::make_unique_for_overwrite<std::byte[]>(bound);  // NOLINT(*-avoid-c-arrays)
  }
  for (const Compressor& compressor : compressors_) {
    workers_.emplace_back([this, tables = compressor.get()](const std::stop_token& stop) { work(stop, tables); });
  }
  for (std::size_t size = held_; size > 0; size -= kGzipMemberSize) {
    submit(kGzipMemberSize);
  }
}

void GzipSink::submit(std::size_t size) {
  {
    const std::scoped_lock lock(mutex_);
    slot(submitted_).input_size = size;
    slot(submitted_).done = false;
    ++submitted_;
  }
  submitted_changed_.notify_one();
  held_ = 0;
}

void GzipSink::work(const std::stop_token& stop, libdeflate_compressor* compressor) noexcept {
  const std::size_t bound = libdeflate_gzip_compress_bound(compressor, kGzipMemberSize);
  std::unique_lock lock(mutex_);
  while (submitted_changed_.wait(lock, stop, [this] { return taken_ < submitted_; })) {
    const std::uint64_t number = taken_++;
    Slot& mine = slot(number);
    lock.unlock();
    mine.output_size =
        libdeflate_gzip_compress(compressor, slot_input(number), mine.input_size, mine.output.get(), bound);
    lock.lock();
    mine.done = true;
    done_changed_.notify_one();
    if (stop.stop_requested()) {
      return;
    }
  }
}

void GzipSink::write_oldest() {
  const Slot& oldest = slot(written_);
  {
    std::unique_lock lock(mutex_);
    done_changed_.wait(lock, [&oldest] { return oldest.done; });
  }
  out_.write({oldest.output.get(), oldest.output_size});
  ++written_;
}

void GzipSource::FreeStream::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  std::default_delete<z_stream_s>()(stream);
}

GzipSource::GzipSource(Source& in, const ExpansionLimits& limits)
    : DecompressingSource(in, limits), zeros_may_follow_(limits.zeros_may_follow) {
  constexpr int kGzipOnly = 16;  // added to the window's bits: no zlib or raw deflate; CRC and length are checked
  auto stream = std::make_unique<z_stream_s>();
  if (inflateInit2(stream.get(), MAX_WBITS + kGzipOnly) != Z_OK) {
    throw std::bad_alloc();
  }
  stream_.reset(stream.release());
}

void GzipSource::reset() {
  inflateReset(stream_.get());
  in_member_ = true;
}

std::size_t GzipSource::decode(std::span<std::byte> into) {
  const std::size_t wanted = std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max());
  stream_->next_out = reinterpret_cast<Bytef*>(into.data());  // NOLINT(*-reinterpret-cast)
  stream_->avail_out = static_cast<uInt>(wanted);
  while (stream_->avail_out == wanted && (in_member_ || next_member())) {
    const ByteView compressed = input();
    if (compressed.empty()) {
      throw ContentError("gzip content is truncated");
    }
    stream_->next_in = reinterpret_cast<const Bytef*>(compressed.data());  // NOLINT(*-reinterpret-cast)
    stream_->avail_in = static_cast<uInt>(compressed.size());
    const int status = inflate(stream_.get(), Z_NO_FLUSH);
    consume(compressed.size() - stream_->avail_in);
    if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    }
    if (status != Z_OK && status != Z_STREAM_END) {
      throw ContentError("gzip content is damaged" +
                         (stream_->msg != nullptr ? std::string(": ") + stream_->msg : std::string()));
    }
    in_member_ = status != Z_STREAM_END;
  }
  return wanted - stream_->avail_out;
}

bool GzipSource::next_member() {
  const ByteView rest = input();
  if (rest.empty()) {
    return false;
  }
  constexpr std::byte kMagic{0x1f};
  if (rest.front() != kMagic) {
    expect_zeros();
    return false;
  }
  inflateReset(stream_.get());
  in_member_ = true;
  return true;
}

void GzipSource::expect_zeros() {
  for (ByteView rest = input(); !rest.empty(); rest = input()) {
    if (!zeros_may_follow_) {
      throw ContentError("gzip content is followed by zeros, which Go's readers refuse");
    }
    if (std::ranges::any_of(rest, [](std::byte byte) { return byte != std::byte{0}; })) {
      throw ContentError("gzip content is followed by something else");
    }
    consume(rest.size());
  }
}

}  // namespace wasm_oci
