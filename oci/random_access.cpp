#include "oci/random_access.hpp"

#include "oci/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace wasm_oci {

std::size_t FileAccess::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset >= size_) {
    return 0;
  }
  into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset)));
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      throw_errno(errno, "cannot read");
    }
    if (count == 0) {
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  return done;
}

std::size_t MemoryAccess::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset >= bytes_.size()) {
    return 0;
  }
  const ByteView rest = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(into.size(), rest.size());
  if (count > 0) {
    std::memcpy(into.data(), rest.data(), count);
  }
  return count;
}

std::size_t ForwardAccess::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset < begin_) {
    throw std::logic_error("a ForwardAccess is read backwards");
  }
  // Part by part: all of it may be longer than the window.
  std::size_t done = 0;
  while (done < into.size()) {
    const std::uint64_t end = begin_ + window_.size();
    if (offset + done < end) {
      const ByteView rest = ByteView(window_).subspan(static_cast<std::size_t>(offset + done - begin_));
      const std::size_t count = std::min(into.size() - done, rest.size());
      std::ranges::copy(rest.first(count), into.subspan(done).begin());
      done += count;
    } else if (!ended_) {
      read_more();
    } else {
      break;
    }
  }
  return done;
}

void ForwardAccess::read_more() const {
  const std::size_t gone = window_.size() > kLookBack ? window_.size() - kLookBack : 0;
  window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(gone));
  begin_ += gone;
  const std::size_t kept = window_.size();
  window_.resize(kept + kLookBack);
  std::size_t count = 0;
  try {
    count = read_(std::span(window_).subspan(kept));
  } catch (...) {
    window_.resize(kept);
    throw;
  }
  window_.resize(kept + count);
  ended_ = count == 0;
}

}  // namespace wasm_oci
