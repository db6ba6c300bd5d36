// Bytes that can be read at any place, without a position of their own: a file, or memory.
#pragma once

#include "oci/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace wasm_oci {

class RandomAccess {
 public:
  RandomAccess() = default;
  RandomAccess(const RandomAccess&) = delete;
  RandomAccess& operator=(const RandomAccess&) = delete;
  virtual ~RandomAccess() = default;

  virtual std::uint64_t size() const = 0;
  // Fills `into` from `offset` on and returns how many bytes there were: fewer only at the end.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

// Reads an open file, which must outlive it. `size` is what fstat said: bytes behind it are not looked at.
class FileAccess final : public RandomAccess {
 public:
  FileAccess(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  std::uint64_t size() const override { return size_; }
  // Throws FailureError where the file cannot be read.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  int fd_;
  std::uint64_t size_;
};

// Reads memory, which must outlive it.
class MemoryAccess final : public RandomAccess {
 public:
  explicit MemoryAccess(ByteView bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  ByteView bytes_;
};

// Reads what comes but once, for a reader that moves forward: it may go back by kLookBack bytes and no more.
class ForwardAccess final : public RandomAccess {
 public:
  static constexpr std::size_t kLookBack = std::size_t{128} * 1024;

  // Puts bytes into a buffer as Source::read does.
  using Read = std::function<std::size_t(std::span<std::byte> into)>;

  // `size`: how many bytes `read` is going to give.
  ForwardAccess(Read read, std::uint64_t size) : read_(std::move(read)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  // Passes on what `read` throws. Going back too far is a mistake of the caller: std::logic_error.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;

 private:
  void read_more() const;

  Read read_;
  std::uint64_t size_;
  mutable std::vector<std::byte> window_;
  mutable std::uint64_t begin_ = 0;  // of the window
  mutable bool ended_ = false;
};

}  // namespace wasm_oci
