#include "oci/wasm/payload.hpp"

#include "oci/error.hpp"
#include "oci/utf8.hpp"
#include "oci/wasm/leb128.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

constexpr std::size_t kFirstWindow = 512;
constexpr std::size_t kWindowGrowth = 4;

template <class Number>
void check(const PayloadCursor& payload, const Number& number) {
  if (number.size == 0) {
    payload.fail("the section ends within a number");
  }
  if (!number.fits) {
    payload.fail("a number has more bits than its type");
  }
}

}  // namespace

PayloadCursor::PayloadCursor(const RandomAccess& bytes, const WasmSection& section)
    : bytes_(&bytes),
      position_(section.offset),
      end_(section.offset + section.size),
      window_begin_(section.offset),
      next_window_(kFirstWindow) {}

ByteView PayloadCursor::peek(std::size_t count) {
  count = static_cast<std::size_t>(std::min<std::uint64_t>({count, kMaxWindow, remaining()}));
  if (position_ + count > window_begin_ + window_.size()) {
    window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(std::max(count, next_window_), remaining())));
    next_window_ = std::min(kWindowGrowth * next_window_, kMaxWindow);
    window_begin_ = position_;
    if (bytes_->read_at(position_, window_) < window_.size()) {
      throw ContentError("the file became shorter while it was read");
    }
  }
  return ByteView(window_).subspan(static_cast<std::size_t>(position_ - window_begin_), count);
}

std::uint8_t PayloadCursor::u8() {
  const ByteView next = peek(1);
  if (next.empty()) {
    fail("the section ends too early");
  }
  ++position_;
  return std::to_integer<std::uint8_t>(next.front());
}

std::uint32_t PayloadCursor::u32() {
  const Leb128 number = read_leb128_u32(peek(kMaxLeb128U32));
  check(*this, number);
  position_ += number.size;
  return static_cast<std::uint32_t>(number.value);
}

std::uint64_t PayloadCursor::u64() {
  const Leb128 number = read_leb128_u64(peek(kMaxLeb128U64));
  check(*this, number);
  position_ += number.size;
  return number.value;
}

std::int64_t PayloadCursor::s33() {
  const SignedLeb128 number = read_leb128_s33(peek(kMaxLeb128S33));
  check(*this, number);
  position_ += number.size;
  return number.value;
}

std::string PayloadCursor::bytes(std::uint64_t size) {
  require(size, "bytes");
  std::string content;
  content.reserve(static_cast<std::size_t>(size));
  while (content.size() < size) {
    const ByteView part = peek(static_cast<std::size_t>(std::min<std::uint64_t>(size - content.size(), kMaxWindow)));
    content += as_text(part);
    position_ += part.size();
  }
  return content;
}

std::string PayloadCursor::text(std::uint64_t size) {
  std::string content = bytes(size);
  if (!utf8::is_valid(content)) {
    fail("text is not UTF-8");
  }
  return content;
}

std::string PayloadCursor::name(std::uint64_t limit) {
  const std::uint32_t size = u32();
  require(size, "bytes of a name");
  if (size > limit) {
    fail("a name of " + std::to_string(size) + " bytes is longer than is kept");
  }
  return text(size);
}

void PayloadCursor::skip(std::uint64_t count) {
  require(count, "bytes");
  position_ += count;
}

void PayloadCursor::fail(const std::string& why) const {
  throw ContentError(why + " at byte " + std::to_string(position_));
}

void PayloadCursor::expect_end() const {
  if (remaining() > 0) {
    fail(std::to_string(remaining()) + " bytes are left over");
  }
}

void PayloadCursor::require(std::uint64_t count, const char* what) const {
  if (count > remaining()) {
    fail(std::to_string(count) + " " + what + " are announced, and " + std::to_string(remaining()) + " are there");
  }
}

std::string NameBudget::read(PayloadCursor& payload) {
  std::string name = payload.name(left_);
  left_ -= name.size();
  return name;
}

std::string NameBudget::copy(const std::string& name, const PayloadCursor& payload) {
  if (name.size() > left_) {
    payload.fail("the names together are longer than is kept");
  }
  left_ -= name.size();
  return name;
}

}  // namespace wasm_oci
