#include "oci/store/tar_index.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/lexical_path.hpp"
#include "oci/libarchive.hpp"
#include "oci/store/stoppable.hpp"
#include "oci/text.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxEntries = 100'000;
constexpr std::size_t kMaxNameSize = 4096;
// Of all names and targets of links, in bytes.
constexpr std::size_t kMaxNames = std::size_t{16} * 1024 * 1024;
constexpr unsigned kMaxLinkHops = 10;

constexpr std::uint64_t kFreeExpansion = 64ULL * 1024 * 1024;
constexpr std::uint64_t kMaxExpansion = 200;
constexpr int kPollMilliseconds = 50;

struct FreeReader {
  void operator()(archive* reader) const { libarchive().read_free(reader); }
};
using ReaderPtr = std::unique_ptr<archive, FreeReader>;

ReaderPtr new_reader() {
  ReaderPtr reader(libarchive().read_new());
  if (reader == nullptr) {
    throw std::bad_alloc();
  }
  return reader;
}

[[noreturn]] void fail(archive* reader, const std::string& shown) {
  const char* reason = libarchive().error_string(reader);
  throw ContentError(shown + " is no sound tar archive: " + (reason == nullptr ? "unknown error" : reason));
}

// "./a//b/../c/" is "a/c", and nothing leads out of the archive.
std::string normalise(std::string_view name) {
  std::string text = normal_path(name);
  if (text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

// Waits for bytes in a way that can be stopped; libarchive's own reader cannot.
struct StoppableInput {
  int file;
  std::stop_token stop;
  std::vector<std::byte> buffer = std::vector<std::byte>(64 * 1024);
};

la_ssize_t read_input(archive* reader, void* data, const void** bytes) noexcept {
  StoppableInput& input = *static_cast<StoppableInput*>(data);
  *bytes = input.buffer.data();
  while (!input.stop.stop_requested()) {
    pollfd ready{.fd = input.file, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kPollMilliseconds) == 0) {
      continue;
    }
    const ssize_t count = ::read(input.file, input.buffer.data(), input.buffer.size());
    if (count >= 0) {
      return count;
    }
    if (errno != EINTR && errno != EAGAIN) {
      libarchive().set_error(reader, errno, "cannot read");
      return -1;
    }
  }
  libarchive().set_error(reader, ECANCELED, "stopped");
  return -1;
}

bool is_compressed(int file) {
  std::array<unsigned char, 6> start{};
  const ssize_t count = ::pread(file, start.data(), start.size(), 0);
  const std::string_view magic(reinterpret_cast<const char*>(start.data()),  // NOLINT(*-reinterpret-cast)
                               static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return magic.starts_with("\x1f\x8b") || magic.starts_with("BZh") ||
         magic.starts_with(std::string_view("\xfd"
                                            "7zXZ\0",
                                            6)) ||
         magic.starts_with("\x28\xb5\x2f\xfd");
}

UniqueFd spool(int file, const std::string& shown, const std::stop_token& stop) {
  UniqueFd copy = make_unlinked_file();
  StoppableInput input{.file = file, .stop = stop};
  const ReaderPtr reader = new_reader();
  libarchive().read_support_filter_gzip(reader.get());
  libarchive().read_support_filter_bzip2(reader.get());
  libarchive().read_support_filter_xz(reader.get());
  libarchive().read_support_filter_zstd(reader.get());
  libarchive().read_support_format_raw(reader.get());
  archive_entry* entry = nullptr;
  if (libarchive().read_open(reader.get(), &input, nullptr, read_input, nullptr) != ARCHIVE_OK ||
      libarchive().read_next_header(reader.get(), &entry) != ARCHIVE_OK) {
    throw_if_stopped(stop);
    fail(reader.get(), shown);
  }
  std::vector<std::byte> buffer(256 * 1024);
  std::uint64_t total = 0;
  while (const la_ssize_t count = libarchive().read_data(reader.get(), buffer.data(), buffer.size())) {
    throw_if_stopped(stop);
    if (count < 0) {
      fail(reader.get(), shown);
    }
    total += static_cast<std::uint64_t>(count);
    const auto consumed = static_cast<std::uint64_t>(libarchive().filter_bytes(reader.get(), -1));
    if (total > kFreeExpansion && total / kMaxExpansion > consumed) {
      throw ContentError(shown + " grows more than " + std::to_string(kMaxExpansion) + " times when decompressed");
    }
    write_all(copy.get(), std::span(buffer).first(static_cast<std::size_t>(count)), "a temporary file");
  }
  return copy;
}

// The content of the file whose header was read last. `end` is the archive's.
TarIndex::Slice locate_content(archive* reader, archive_entry* file, std::uint64_t end, const std::string& shown,
                               const std::string& name) {
  if (libarchive().entry_sparse_count(file) > 0) {
    throw ContentError(shown + " holds a sparse file, " + excerpt(name));
  }
  // What the reader has taken by now is everything up to the content.
  const TarIndex::Slice content{.offset = static_cast<std::uint64_t>(libarchive().filter_bytes(reader, 0)),
                                .size = static_cast<std::uint64_t>(libarchive().entry_size(file))};
  if (content.offset > end || content.size > end - content.offset) {
    throw ContentError(shown + " ends in the midst of " + excerpt(name));
  }
  return content;
}

}  // namespace

TarIndex::TarIndex(int file, const std::string& shown, const std::stop_token& stop) : shown_(shown) {
  const std::uint64_t end = file_size(file, shown);
  if (::lseek(file, 0, SEEK_SET) != 0) {
    throw_errno(errno, "cannot read " + shown);
  }
  const ReaderPtr reader = new_reader();
  libarchive().read_support_format_tar(reader.get());
  // Names are bytes; without this a name that is no text in the current locale would be lost.
  libarchive().read_set_options(reader.get(), "hdrcharset=BINARY");
  if (libarchive().read_open_fd(reader.get(), file, 64UL * 1024) != ARCHIVE_OK) {
    fail(reader.get(), shown);
  }
  archive_entry* entry = nullptr;
  std::uint64_t content_end = 0;
  for (std::size_t count = 0;; ++count) {
    throw_if_stopped(stop);
    const int result = libarchive().read_next_header(reader.get(), &entry);
    // Some writers leave out the end, even the padding of the last file.
    if (result == ARCHIVE_EOF || (result < ARCHIVE_WARN && count > 0 && content_end == end)) {
      return;
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
      fail(reader.get(), shown);
    }
    const char* path = libarchive().entry_pathname(entry);
    if (path == nullptr || std::string_view(path).size() > kMaxNameSize || count == kMaxEntries) {
      throw ContentError(shown + " has a broken name or more than " + std::to_string(kMaxEntries) + " entries");
    }
    const std::string name = normalise(path);
    if (const char* hard_link = libarchive().entry_hardlink(entry)) {
      add(name, {.link = normalise(hard_link)});
    } else if (const char* soft_link = libarchive().entry_symlink(entry)) {
      const std::string_view target = soft_link;
      const std::string folder = target.starts_with('/') ? "" : name.substr(0, name.rfind('/') + 1);
      add(name, {.link = normalise(folder + std::string(target))});
    } else if (libarchive().entry_filetype(entry) == AE_IFREG) {
      const Slice content = locate_content(reader.get(), entry, end, shown, name);
      content_end = content.offset + content.size;
      add(name, {.content = content});
    }
  }
}

void TarIndex::add(const std::string& name, Entry&& entry) {
  names_ += name.size() + (entry.link ? entry.link->size() : 0);
  if (names_ > kMaxNames) {
    throw ContentError(shown_ + " has names of more than " + std::to_string(kMaxNames) + " bytes");
  }
  const auto [known, added] = entries_.try_emplace(name, std::move(entry));
  if (!added) {
    known->second.ambiguous = true;
  }
}

std::optional<TarIndex::Slice> TarIndex::find(const std::string& name) const {
  std::string wanted = normalise(name);
  for (unsigned hop = 0; hop <= kMaxLinkHops; ++hop) {
    const auto found = entries_.find(wanted);
    if (found == entries_.end()) {
      return std::nullopt;
    }
    const Entry& entry = found->second;
    if (entry.ambiguous) {
      throw ContentError(shown_ + " holds " + excerpt(wanted) + " twice");
    }
    if (!entry.link) {
      return entry.content;
    }
    wanted = *entry.link;
  }
  throw ContentError(shown_ + ": too many links lead from one to the next at " + excerpt(name));
}

UniqueFd make_seekable(UniqueFd file, const std::string& shown, const std::stop_token& stop) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) {
    throw_errno(errno, "cannot look at " + shown);
  }
  if (S_ISREG(status.st_mode) && ::lseek(file.get(), 0, SEEK_CUR) == 0 && !is_compressed(file.get())) {
    return file;
  }
  return spool(file.get(), shown, stop);
}

}  // namespace wasm_oci
