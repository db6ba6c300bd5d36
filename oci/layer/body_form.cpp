#include "oci/layer/body_form.hpp"

#include <algorithm>

namespace wasm_oci {

Compression compression_of(BodyForm form) {
  return form == BodyForm::gzip ? Compression::gzip : form == BodyForm::zstd ? Compression::zstd : Compression::none;
}

BodyForm form_of(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return BodyForm::gzip;
    case Compression::zstd:
      return BodyForm::zstd;
    case Compression::none:
      break;
  }
  return BodyForm::other;
}

PeekedSource::PeekedSource(Source& source) : source_(source) {
  while (end_ < begin_.size()) {
    const std::size_t count = source_.read(std::span(begin_).subspan(end_));
    if (count == 0) {
      break;
    }
    end_ += count;
  }
}

std::size_t PeekedSource::read(std::span<std::byte> into) {
  if (at_ < end_) {
    const std::size_t count = std::min(into.size(), end_ - at_);
    std::copy_n(begin_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    return count;
  }
  try {
    return source_.read(into);
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

void PeekedSource::rewind() {
  source_.rewind();
  at_ = end_;
  failure_ = nullptr;
}

BodyForm PeekedSource::form() const {
  constexpr std::array kGzip = {std::byte{0x1f}, std::byte{0x8b}};
  constexpr std::array kZstd = {std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd}};
  constexpr std::array kWasm = {std::byte{0}, std::byte{'a'}, std::byte{'s'}, std::byte{'m'}};
  const auto begins_with = [this](const auto& magic) {
    return end_ >= magic.size() && std::equal(magic.begin(), magic.end(), begin_.begin());
  };
  return begins_with(kGzip)   ? BodyForm::gzip
         : begins_with(kZstd) ? BodyForm::zstd
         : begins_with(kWasm) ? BodyForm::wasm
                              : BodyForm::other;
}

void PeekedSource::rethrow_failure() const {
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

}  // namespace wasm_oci
