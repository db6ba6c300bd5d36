// The compressed forms of a layer, behind one pair of interfaces: a sink that compresses what it is given and a source
// that decompresses what it reads. Which level is the default and which are allowed is decided here.
#pragma once

#include "oci/media_type.hpp"
#include "oci/stream.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace wasm_oci {

using media_type::Compression;

struct LevelRange {
  int lowest;
  int highest;
  int usual;  // taken where nobody asks for another
};

// nullopt for Compression::none, which has no levels.
std::optional<LevelRange> level_range(Compression compression);

// Compresses into another sink. The bytes depend on the content and the level alone: not on how the content is cut into
// calls of write(), not on the number of cores, not on the CPU.
class CompressingSink : public Sink {
 public:
  // Writes what is still held back and the end of the format. To be called once; without it the output is useless.
  virtual void finish() = 0;
};

// `out` must outlive the result. Compression::none gives a sink that passes everything on.
// Throws UsageError where `level` is out of range, or given for Compression::none.
std::unique_ptr<CompressingSink> make_compressor(Compression compression, std::optional<int> level, Sink& out);

// What a compressed blob may become (T-15). Layers of real images compress to a tenth and rarely below a fiftieth;
// deflate ends at 1032:1, zstd far beyond. A ratio says nothing about small content, so it counts only from a size on.
struct ExpansionLimits {
  std::uint64_t max_size = std::uint64_t{16} << 30U;
  std::uint64_t max_ratio = 200;
  std::uint64_t ratio_counts_from = std::uint64_t{64} << 20U;
  bool zeros_may_follow = true;  // gzip content, as on tapes: gzip and libarchive read on, Go's compress/gzip fails
};

// Decompresses what another source gives, in bounded memory. Throws ContentError for content that is truncated,
// damaged, followed by something else, or larger than the limits.
//
// It reports its end only after `in` has reported its own, so a VerifiedSource below has checked size and digest by
// then.
class DecompressingSource : public Source {
 public:
  DecompressingSource(Source& in, const ExpansionLimits& limits);

  std::size_t read(std::span<std::byte> into) final;
  void rewind() final;

 protected:
  // Fills `into` from input(), refilling it; 0 only at the end.
  virtual std::size_t decode(std::span<std::byte> into) = 0;
  virtual void reset() = 0;

  // Compressed bytes that decode() has not used yet. Reads more when there are none; empty at the end of `in`.
  ByteView input();
  void consume(std::size_t count) { input_ = input_.subspan(count); }

 private:
  Source& in_;
  ExpansionLimits limits_;
  std::vector<std::byte> buffer_;
  ByteView input_;
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
};

// `in` must outlive the result. Compression::none gives a source that passes everything on, without limits.
std::unique_ptr<Source> make_decompressor(Compression compression, Source& in, const ExpansionLimits& limits = {});

}  // namespace wasm_oci
