#include "oci/layer/zstd.hpp"

// For ZSTD_getCParams: what a level means has to be known to be bounded. The library is linked statically, so an
// interface that may change between its versions is no risk.
#define ZSTD_STATIC_LINKING_ONLY
#include "oci/error.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <new>
#include <string>

namespace wasm_oci {
namespace {

constexpr unsigned kMaxLog = 22;  // 4 MiB

void set(ZSTD_CCtx* context, ZSTD_cParameter parameter, int value) {
  if (ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)) != 0U) {
    throw FailureError("libzstd refuses a parameter");
  }
}

void set_at_most(ZSTD_CCtx* context, ZSTD_cParameter parameter, unsigned value) {
  set(context, parameter, static_cast<int>(std::min(value, kMaxLog)));
}

}  // namespace

void ZstdSink::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }
void ZstdSource::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdSink::ZstdSink(Sink& out, int level) : out_(out), context_(ZSTD_createCCtx()), output_(ZSTD_CStreamOutSize()) {
  if (!context_) {
    throw std::bad_alloc();
  }
  const ZSTD_compressionParameters usual = ZSTD_getCParams(level, 0, 0);
  set(context_.get(), ZSTD_c_compressionLevel, level);
  set_at_most(context_.get(), ZSTD_c_windowLog, usual.windowLog);
  set_at_most(context_.get(), ZSTD_c_chainLog, usual.chainLog);
  set_at_most(context_.get(), ZSTD_c_hashLog, usual.hashLog);
  set(context_.get(), ZSTD_c_checksumFlag, 1);
}

void ZstdSink::write(ByteView bytes) {
  ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
  while (in.pos < in.size) {
    ZSTD_outBuffer out = {output_.data(), output_.size(), 0};
    if (ZSTD_isError(ZSTD_compressStream2(context_.get(), &out, &in, ZSTD_e_continue)) != 0U) {
      throw FailureError("libzstd cannot compress");
    }
    if (out.pos > 0) {
      out_.write(ByteView(output_).first(out.pos));
    }
  }
}

void ZstdSink::finish() {
  ZSTD_inBuffer nothing = {nullptr, 0, 0};
  std::size_t left = 1;
  while (left != 0) {
    ZSTD_outBuffer out = {output_.data(), output_.size(), 0};
    left = ZSTD_compressStream2(context_.get(), &out, &nothing, ZSTD_e_end);
    if (ZSTD_isError(left) != 0U) {
      throw FailureError("libzstd cannot compress");
    }
    out_.write(ByteView(output_).first(out.pos));
  }
}

ZstdSource::ZstdSource(Source& in, const ExpansionLimits& limits)
    : DecompressingSource(in, limits), context_(ZSTD_createDCtx()) {
  if (!context_) {
    throw std::bad_alloc();
  }
  if (ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kZstdMaxWindowLog)) != 0U) {
    throw FailureError("libzstd refuses a parameter");
  }
}

void ZstdSource::reset() {
  ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  in_frame_ = true;
}

std::size_t ZstdSource::decode(std::span<std::byte> into) {
  ZSTD_outBuffer out = {into.data(), into.size(), 0};
  while (out.pos == 0) {
    const ByteView compressed = input();
    if (compressed.empty() && !in_frame_) {
      break;
    }
    ZSTD_inBuffer in = {compressed.data(), compressed.size(), 0};
    const std::size_t status = ZSTD_decompressStream(context_.get(), &out, &in);
    consume(in.pos);
    if (ZSTD_isError(status) != 0U) {
      if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge) {
        throw BeyondBoundsError("zstd content needs a window of more than " +
                                std::to_string(1U << unsigned{kZstdMaxWindowLog - 20}) + " MiB");
      }
      throw ContentError(std::string("zstd content is damaged: ") + ZSTD_getErrorName(status));
    }
    in_frame_ = status != 0;
    if (compressed.empty() && out.pos == 0) {
      throw ContentError("zstd content is truncated");
    }
  }
  return out.pos;
}

}  // namespace wasm_oci
