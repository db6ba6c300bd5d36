// gzip (RFC 1952). Writing is libdeflate, fast and independent of the CPU; it works on whole buffers, so reading, which
// must be bounded for content of any size, is zlib.
//
// A layer of up to 4 MiB is one gzip member. A larger one is cut into members of exactly 1 MiB each, which a pool of
// threads compresses side by side: the cut, and with it every byte, is the same for any number of threads. Any reader
// that follows the RFC reads several members as one stream, and all container tools do (eStargz layers are such files);
// a few simple ones stop after the first, hence the single member where time does not matter.
//
// The default level is the best that stays within 0.65 of the time and within the size of umoci 0.4.7, which compresses
// with Go on all cores at its default level. File to layer in a store, medians on two cores, libdeflate 1.14:
//
//            CRuby, 49,454,737 B       SQLite, 866,600 B
//   umoci    16,501,313 B   320 ms     416,099 B   32 ms
//   level 3  16,068,655 B   191 ms     404,770 B   17 ms
//   level 4  15,942,937 B   202 ms     403,785 B   17 ms
//   level 5  15,523,030 B   218 ms     394,497 B   19 ms
//
// Reading, two hashes and writing are 65 ms of processor time in each; the rest is libdeflate.
#pragma once

#include "oci/layer/compression.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

struct libdeflate_compressor;  // the libraries' states, kept out of this header
struct z_stream_s;             // NOLINT(*-identifier-naming): zlib's name

namespace wasm_oci {

inline constexpr LevelRange kGzipLevels = {.lowest = 1, .highest = 12, .usual = 4};
inline constexpr std::size_t kGzipSingleMemberSize = std::size_t{4} << 20U;
inline constexpr std::size_t kGzipMemberSize = std::size_t{1} << 20U;

// Memory does not grow with the content: 2 MiB for each of (threads + 2) members in flight, and each thread's tables
// (0.7 MiB; 9 MiB from level 10 on). Content of one member is compressed in finish(), on the caller's thread.
class GzipSink final : public CompressingSink {
 public:
  // `level` within kGzipLevels; `threads` 0 takes the machine's number of cores, within bounds.
  GzipSink(Sink& out, int level, unsigned threads = 0);
  ~GzipSink() override;

  void write(ByteView bytes) override;
  void finish() override;

 private:
  struct FreeCompressor {
    void operator()(libdeflate_compressor* compressor) const;
  };
  using Compressor = std::unique_ptr<libdeflate_compressor, FreeCompressor>;

  // A member in flight: its input is slot `number % slots_.size()` of input_.
  struct Slot {
    std::size_t input_size = 0;
    std::size_t output_size = 0;
    std::unique_ptr<std::byte[]> output;  // NOLINT(*-avoid-c-arrays): its pages must not be touched before use
    bool done = false;
  };

  static Compressor make_compressor(int level);
  Slot& slot(std::uint64_t number) { return slots_[number % slots_.size()]; }
  std::byte* slot_input(std::uint64_t number) { return input_.get() + (number % slots_.size()) * kGzipMemberSize; }
  void start_workers();
  void work(const std::stop_token& stop, libdeflate_compressor* compressor) noexcept;
  void submit(std::size_t size);
  void write_oldest();

  Sink& out_;
  int level_;
  unsigned threads_;
  std::vector<Slot> slots_;
  std::unique_ptr<std::byte[]> input_;  // NOLINT(*-avoid-c-arrays): as above
  std::size_t held_ = 0;                // bytes in front of the first member's end, or in the slot being filled

  // Numbers of members; written_ <= taken_ <= submitted_ <= written_ + slots_.size()
  std::uint64_t submitted_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t written_ = 0;
  std::mutex mutex_;  // guards the numbers and Slot::done
  std::condition_variable_any submitted_changed_;
  std::condition_variable done_changed_;
  std::vector<Compressor> compressors_;
  std::vector<std::jthread> workers_;  // last: they stop before anything they use goes away
};

// Reads any number of members; after the last one only zero bytes (the padding of tapes and of some tools) may follow.
class GzipSource final : public DecompressingSource {
 public:
  explicit GzipSource(Source& in, const ExpansionLimits& limits = {});

 protected:
  std::size_t decode(std::span<std::byte> into) override;
  void reset() override;

 private:
  struct FreeStream {
    void operator()(z_stream_s* stream) const;
  };

  bool next_member();
  void expect_zeros();

  std::unique_ptr<z_stream_s, FreeStream> stream_;
  bool zeros_may_follow_;
  bool in_member_ = true;
};

}  // namespace wasm_oci
