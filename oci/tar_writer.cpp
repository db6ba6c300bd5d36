// libarchive makes the headers, one short-lived writer an entry; the content goes straight from source to sink. So the
// format can be chosen for each entry, and no callback has to carry errors of either side.
#include "oci/tar_writer.hpp"

#include "oci/error.hpp"
#include "oci/libarchive.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::size_t kBlock = 512;
// Eleven octal digits: what ustar holds with the terminator that POSIX asks for. libarchive would use a twelfth digit.
constexpr std::uint64_t kUstarMaxSize = 077777777777;

struct FreeArchive {
  void operator()(archive* writer) const { libarchive().write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { libarchive().entry_free(entry); }
};
using EntryPtr = std::unique_ptr<archive_entry, FreeEntry>;

// libarchive copies what it is given when the archive is written; a header is at most a few blocks.
struct HeaderBuffer {
  std::array<std::byte, 64 * 1024> bytes;
  std::size_t size = 0;
  bool complete = false;
};

la_ssize_t collect(archive* writer, void* data, const void* bytes, std::size_t count) noexcept {
  HeaderBuffer& header = *static_cast<HeaderBuffer*>(data);
  if (header.complete || count > header.bytes.size() - header.size) {
    libarchive().set_error(writer, ENOBUFS, "header is too large");
    return -1;
  }
  std::copy_n(static_cast<const std::byte*>(bytes), count,
              header.bytes.begin() + static_cast<std::ptrdiff_t>(header.size));
  header.size += count;
  return static_cast<la_ssize_t>(count);
}

enum class Format { ustar, pax };

// Puts the header's bytes into `header`; false with the reason in `problem` where the format cannot hold the entry.
bool encode(archive_entry* entry, Format format, HeaderBuffer& header, std::string& problem) {
  header.size = 0;
  header.complete = false;
  const std::unique_ptr<archive, FreeArchive> writer(libarchive().write_new());
  if (writer == nullptr) {
    throw std::bad_alloc();
  }
  int result = format == Format::ustar ? libarchive().write_set_format_ustar(writer.get())
                                       : libarchive().write_set_format_pax_restricted(writer.get());
  if (result == ARCHIVE_OK && format == Format::pax) {
    result = libarchive().write_set_options(writer.get(), "hdrcharset=BINARY");
  }
  if (result == ARCHIVE_OK) {
    result = libarchive().write_set_bytes_per_block(writer.get(), 0);
  }
  if (result == ARCHIVE_OK) {
    result = libarchive().write_open2(writer.get(), &header, nullptr, collect, nullptr, nullptr);
  }
  if (result == ARCHIVE_OK) {
    result = libarchive().write_header(writer.get(), entry);
  }
  if (result != ARCHIVE_OK) {
    const char* reason = libarchive().error_string(writer.get());
    problem = reason == nullptr ? "unknown error" : reason;
  }
  // Freeing the writer makes it add the content that it still waits for; from now on that is refused.
  header.complete = true;
  return result == ARCHIVE_OK;
}

void write_header(Sink& sink, std::string_view path, unsigned type, unsigned mode, std::int64_t mtime,
                  std::uint64_t size) {
  const EntryPtr entry(libarchive().entry_new());
  if (entry == nullptr) {
    throw std::bad_alloc();
  }
  libarchive().entry_copy_pathname(entry.get(), std::string(path).c_str());
  libarchive().entry_set_filetype(entry.get(), type);
  libarchive().entry_set_perm(entry.get(), mode);
  libarchive().entry_set_mtime(entry.get(), mtime, 0);
  libarchive().entry_set_size(entry.get(), static_cast<la_int64_t>(size));

  const auto header = std::make_unique<HeaderBuffer>();
  std::string problem;
  const bool written = (size <= kUstarMaxSize && encode(entry.get(), Format::ustar, *header, problem)) ||
                       encode(entry.get(), Format::pax, *header, problem);
  if (!written || path.empty() || path.contains('\0')) {
    throw FailureError("cannot put '" + std::string(path) + "' into a tar archive: " +
                       (problem.empty() ? "the name is empty or holds a zero byte" : problem));
  }
  sink.write(std::span(header->bytes).first(header->size));
}

void write_zeros(Sink& sink, std::size_t count) {
  static constexpr std::array<std::byte, 2 * kBlock> kZeros{};
  sink.write(std::span(kZeros).first(count));
}

}  // namespace

void TarWriter::add_directory(std::string_view path, unsigned mode, std::int64_t mtime) {
  write_header(sink_, path, S_IFDIR, mode, mtime, 0);
}

void TarWriter::add_file(std::string_view path, unsigned mode, std::int64_t mtime, Source& content,
                         std::uint64_t size) {
  write_header(sink_, path, S_IFREG, mode, mtime, size);
  if (const std::uint64_t written = copy(content, sink_); written != size) {
    throw ContentError("'" + std::string(path) + "' has " + std::to_string(written) + " bytes, not " +
                       std::to_string(size));
  }
  write_zeros(sink_, static_cast<std::size_t>((kBlock - size % kBlock) % kBlock));
}

void TarWriter::finish() { write_zeros(sink_, 2 * kBlock); }

}  // namespace wasm_oci
