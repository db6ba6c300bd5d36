#include "oci/random_access.hpp"

#include "oci/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

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

}  // namespace wasm_oci
