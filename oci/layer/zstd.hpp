// Zstandard (RFC 8878), written and read by libzstd as a stream.
//
// Writing is bounded to a window of 4 MiB and tables of that order, so that the highest levels stay below 40 MiB of
// memory (unbounded, level 22 takes 780 MiB, and every reader 128 MiB more); levels up to 11 are not touched by this.
// One thread, and the content's size is never announced, since libzstd would choose other parameters by it.
//
// Reading accepts windows of up to 32 MiB: what Go's encoder, which docker, buildkit, podman and skopeo use, writes at
// its best level. Larger ones come only from `zstd --ultra` or `--long`, and would let a few bytes take 128 MiB.
#pragma once

#include "oci/layer/compression.hpp"

#include <memory>

struct ZSTD_CCtx_s;  // libzstd's contexts, kept out of this header
struct ZSTD_DCtx_s;

namespace wasm_oci {

inline constexpr LevelRange kZstdLevels = {.lowest = 1, .highest = 22, .usual = 3};
inline constexpr int kZstdMaxWindowLog = 25;

// One frame with a checksum.
class ZstdSink final : public CompressingSink {
 public:
  ZstdSink(Sink& out, int level);  // `level` within kZstdLevels

  void write(ByteView bytes) override;
  void finish() override;

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  Sink& out_;
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::vector<std::byte> output_;
};

// Reads any number of frames, skippable ones included; nothing else may follow them.
class ZstdSource final : public DecompressingSource {
 public:
  explicit ZstdSource(Source& in, const ExpansionLimits& limits = {});

 protected:
  std::size_t decode(std::span<std::byte> into) override;
  void reset() override;

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  bool in_frame_ = true;
};

}  // namespace wasm_oci
