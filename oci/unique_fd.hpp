// Owns one open file descriptor and closes it.
#pragma once

#include <unistd.h>

#include <utility>

namespace wasm_oci {

class UniqueFd {
 public:
  UniqueFd() = default;
  // Takes `fd` over; a negative one stands for none.
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset(other.release());
    }
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

  // Gives the descriptor up without closing it; -1 where there is none.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  // Closes the descriptor and takes `fd` over. Whoever must know that the bytes reached the disk calls fsync before:
  // an error of close is of no use, since the descriptor is gone either way.
  void reset(int fd = -1) noexcept {
    if (const int old = std::exchange(fd_, fd); old >= 0) {
      ::close(old);
    }
  }

 private:
  int fd_ = -1;
};

}  // namespace wasm_oci
