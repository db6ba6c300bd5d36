// A bounded first-in first-out buffer of bytes. It locks nothing: what is written through writable() stays out of the
// reader's sight until commit(), so a producer may fill that span while others use the ring under their lock.
#pragma once

#include "oci/stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace wasm_oci {

class ByteRing {
 public:
  explicit ByteRing(std::size_t capacity)
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)),
        capacity_(capacity) {}  // NOLINT(*-avoid-c-arrays)

  std::size_t size() const { return size_; }
  std::size_t room() const { return capacity_ - size_; }

  // Free bytes that lie in one piece; fewer than room() where the ring wraps.
  std::span<std::byte> writable() {
    const std::size_t tail = (head_ + size_) % capacity_;
    return {bytes_.get() + tail, std::min(room(), capacity_ - tail)};
  }
  void commit(std::size_t count) {
    size_ += count;
    committed_ += count;
  }

  // At most room() bytes.
  void push(ByteView bytes) {
    while (!bytes.empty()) {
      const std::span<std::byte> span = writable();
      const std::size_t count = std::min(span.size(), bytes.size());
      std::memcpy(span.data(), bytes.data(), count);
      commit(count);
      bytes = bytes.subspan(count);
    }
  }

  // Moves up to `into.size()` bytes out; returns how many.
  std::size_t pop(std::span<std::byte> into) {
    std::size_t total = 0;
    while (total < into.size() && size_ > 0) {
      const std::size_t count = std::min({into.size() - total, size_, capacity_ - head_});
      std::memcpy(into.data() + total, bytes_.get() + head_, count);
      head_ = (head_ + count) % capacity_;
      size_ -= count;
      total += count;
    }
    return total;
  }

  // Makes everything that was ever committed readable again. False where some of it may have been written over.
  bool replay() {
    if (committed_ >= capacity_) {
      return false;
    }
    size_ = committed_;
    head_ = 0;
    return true;
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;  // NOLINT(*-avoid-c-arrays): left without values, unlike a vector's
  std::size_t capacity_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  std::size_t committed_ = 0;
};

}  // namespace wasm_oci
