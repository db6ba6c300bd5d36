#include "oci/layer/layer_reader.hpp"

#include "oci/error.hpp"
#include "oci/libarchive.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <new>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::uint64_t kBlock = 512;

std::uint64_t padding_after(std::uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

// T-16: one spelling for each path, and none that leaves the root.
void set_path(LayerEntry& entry, std::string_view path, bool refuse_climbing) {
  std::string& result = entry.path;
  std::string_view rest = path;
  entry.is_absolute = path.starts_with('/');
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    entry.climbs = entry.climbs || part == "..";
    if (entry.climbs && refuse_climbing) {
      throw ContentError("layer holds a path that leads out of it: '" + excerpt(path) + "'");
    }
    if (!part.empty() && part != "." && part != "..") {
      result.append(result.empty() ? "" : "/").append(part);
    }
  }
}

LayerEntryType type_of(archive_entry* entry) {
  if (libarchive().entry_hardlink(entry) != nullptr) {
    return LayerEntryType::hardlink;
  }
  switch (libarchive().entry_filetype(entry)) {
    case AE_IFREG:
      return LayerEntryType::file;
    case AE_IFDIR:
      return LayerEntryType::folder;
    case AE_IFLNK:
      return LayerEntryType::symlink;
    default:
      return LayerEntryType::special;
  }
}

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : std::string(text); }

}  // namespace

// The uncompressed bytes, counted and hashed. Completes the last block with zeros where a tar ends within its padding.
class LayerReader::Tar {
 public:
  Tar(Source& plain, std::optional<DigestAlgorithm> hash)
      : plain_(plain), buffer_(kChunkSize), hash_(hash.has_value()), hasher_(hash.value_or(DigestAlgorithm::sha256)) {}

  ByteView next() {
    const std::size_t count = plain_.read(buffer_);
    const ByteView bytes = ByteView(buffer_).first(count);
    if (hash_) {
      hasher_.update(bytes);
    }
    size_ += count;
    if (count == 0 && !padded_) {
      padded_ = true;
      const auto missing = static_cast<std::ptrdiff_t>(padding_after(size_));
      std::fill_n(buffer_.begin(), missing, std::byte{0});
      return ByteView(buffer_).first(static_cast<std::size_t>(missing));
    }
    return bytes;
  }

  // libarchive's callback: no exception may cross it.
  static la_ssize_t give(archive* reader, void* self, const void** bytes) noexcept {
    Tar& tar = *static_cast<Tar*>(self);
    try {
      const ByteView view = tar.next();
      *bytes = view.data();
      return static_cast<la_ssize_t>(view.size());
    } catch (...) {
      tar.problem_ = std::current_exception();
      libarchive().set_error(reader, EIO, "cannot read");
      return -1;
    }
  }

  void rethrow() {
    if (problem_) {
      std::rethrow_exception(std::exchange(problem_, nullptr));
    }
  }

  void drain() {
    while (!next().empty() || !padded_) {
    }
  }

  std::uint64_t size() const { return size_; }
  Digest digest() { return hasher_.finish(); }

 private:
  Source& plain_;
  std::vector<std::byte> buffer_;
  bool hash_;
  Hasher hasher_;
  std::uint64_t size_ = 0;
  bool padded_ = false;
  std::exception_ptr problem_;
};

void LayerReader::FreeArchive::operator()(archive* reader) const { libarchive().read_free(reader); }

LayerReader::LayerReader(Source& blob, Compression compression, const LayerLimits& limits,
                         std::optional<DigestAlgorithm> hash)
    : limits_(limits),
      plain_(make_decompressor(compression, blob, limits.expansion)),
      tar_(std::make_unique<Tar>(*plain_, hash)),
      reader_(libarchive().read_new()) {
  if (!reader_) {
    throw std::bad_alloc();
  }
  check(libarchive().read_support_format_tar(reader_.get()));
  check(libarchive().read_support_format_empty(reader_.get()));
  check(libarchive().read_open(reader_.get(), tar_.get(), nullptr, Tar::give, nullptr));
}

LayerReader::~LayerReader() = default;

// A warning is no error: libarchive warns where it cannot convert a name to the locale's charset and keeps its raw
// bytes, which is what is wanted.
void LayerReader::check(long long result) {
  tar_->rethrow();
  if (result < ARCHIVE_WARN) {
    throw ContentError("layer is no valid tar archive: " + text_or_empty(libarchive().error_string(reader_.get())));
  }
}

// What lies beyond the last real byte was cut off, however the last block was completed.
void LayerReader::check_not_cut() {
  if (content_end_ > tar_->size()) {
    throw ContentError("layer is a truncated tar archive");
  }
}

std::optional<LayerEntry> LayerReader::next() {
  if (ended_) {
    return std::nullopt;
  }
  skip_content();
  archive_entry* raw = nullptr;
  const int result = libarchive().read_next_header(reader_.get(), &raw);
  if (result == ARCHIVE_EOF) {
    tar_->rethrow();
    tar_->drain();
    ended_ = true;
    return std::nullopt;
  }
  check(result);
  if (++entries_ > limits_.max_entries) {
    throw ContentError("layer holds more than " + std::to_string(limits_.max_entries) + " entries");
  }
  LayerEntry entry = {.path = {}, .type = type_of(raw), .mode = libarchive().entry_perm(raw)};
  set_path(entry, text_or_empty(libarchive().entry_pathname(raw)), limits_.refuse_climbing);
  if (libarchive().entry_sparse_count(raw) > 0) {
    throw ContentError("layer holds a sparse file: '" + excerpt(entry.path) + "'");
  }
  if (entry.type == LayerEntryType::file) {
    entry.size = static_cast<std::uint64_t>(libarchive().entry_size(raw));
  }
  if (entry.type == LayerEntryType::hardlink) {
    entry.link_target = text_or_empty(libarchive().entry_hardlink(raw));
  } else if (entry.type == LayerEntryType::symlink) {
    entry.link_target = text_or_empty(libarchive().entry_symlink(raw));
  }
  if (entry.path.empty() && entry.type != LayerEntryType::folder) {
    throw ContentError("layer holds an entry without a name");
  }
  unread_ = entry.size;
  content_end_ = static_cast<std::uint64_t>(libarchive().filter_bytes(reader_.get(), 0)) + entry.size;
  if (unread_ == 0) {
    check_not_cut();
  }
  return entry;
}

std::size_t LayerReader::read(std::span<std::byte> into) {
  if (unread_ == 0) {
    return 0;
  }
  const la_ssize_t count = libarchive().read_data(reader_.get(), into.data(), into.size());
  check(count);
  if (count <= 0) {
    throw ContentError("layer is a truncated tar archive");
  }
  unread_ -= std::min(unread_, static_cast<std::uint64_t>(count));
  if (unread_ == 0) {
    check_not_cut();
  }
  return static_cast<std::size_t>(count);
}

void LayerReader::skip_content() {
  if (unread_ > 0) {
    std::vector<std::byte> skipped(kChunkSize);
    while (read(skipped) > 0) {
    }
  }
}

Digest LayerReader::diff_id() { return tar_->digest(); }

std::optional<LayerEntry> extract_file(Source& blob, Compression compression, std::string_view path,
                                       const std::function<Sink&(const LayerEntry&)>& begin,
                                       const LayerLimits& limits) {
  LayerReader reader(blob, compression, limits);
  std::vector<std::byte> buffer(kChunkSize);
  std::optional<LayerEntry> found;
  while (std::optional<LayerEntry> entry = reader.next()) {
    if (entry->path != path) {
      continue;
    }
    if (entry->type == LayerEntryType::file) {
      Sink& sink = begin(*entry);
      while (const std::size_t count = reader.read(buffer)) {
        sink.write(ByteView(buffer).first(count));
      }
    }
    found = std::move(entry);
  }
  return found;
}

}  // namespace wasm_oci
