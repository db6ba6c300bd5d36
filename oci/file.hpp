// Files: opening them without surprises, reading them by position, and writing them so that nothing half-written is
// ever seen under its final name.
//
// Errors name the path: NotFoundError where something is not there, FailureError with the system's words for the rest
// (disk full, permissions). A path given with a directory descriptor is relative to it, and `shown` is what errors call
// the directory.
#pragma once

#include "oci/stream.hpp"
#include "oci/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

// Opens a file that the user named, for reading; symbolic links are followed. Throws UsageError for anything that is no
// regular file, without opening devices or waiting for the writer of a FIFO.
UniqueFd open_file(const std::string& path);
// Opens a file that some content named: a symbolic link or anything but a regular file is a ContentError (T-17).
UniqueFd open_file_at(int directory, const std::string& name, const std::string& shown);

// Opens a directory that the user named, following symbolic links.
UniqueFd open_directory(const std::string& path);
// Opens a directory that must be one: a symbolic link there is a ContentError (T-17).
UniqueFd open_directory_at(int directory, const std::string& name, const std::string& shown);

// Makes the directory and those above it that are missing, and returns the ones that it made, outermost first. Where it
// fails, none of them stays.
std::vector<std::string> make_directories(const std::string& path);
// Undoes that, as far as they are empty.
void remove_directories(const std::vector<std::string>& made);

// Whether `path` names the open file or directory still, and neither nothing nor another one.
bool is_at(int file, const std::string& path);

// The size in bytes of an open file.
std::uint64_t file_size(int file, const std::string& shown);

// The names in a directory, but "." and "..", in no order.
std::vector<std::string> list_directory(int directory, const std::string& shown);

// Writes all of it, as often as the system needs.
void write_all(int file, ByteView bytes, const std::string& shown);

// Flushes a file or directory to the disk.
void sync_file(int file, const std::string& shown);

// An unlinked file in $TMPDIR (else /tmp) for reading and writing: it ends with its last descriptor.
UniqueFd make_unlinked_file();

// Reads a file, or a part of it, by position: several sources may read one open file at once.
class FileSource final : public Source {
 public:
  // `shown` is what errors call the file. Without `size` everything from `offset` on.
  FileSource(UniqueFd file, std::string shown, std::uint64_t offset = 0,
             std::optional<std::uint64_t> size = std::nullopt);
  // The same on a descriptor of its own for the open file.
  FileSource(int file, std::string shown, std::uint64_t offset, std::uint64_t size);

  std::size_t read(std::span<std::byte> into) override;
  void rewind() override { position_ = 0; }

 private:
  UniqueFd file_;
  std::string shown_;
  std::uint64_t offset_;
  std::optional<std::uint64_t> size_;
  std::uint64_t position_ = 0;
};

// Writes to a descriptor of somebody else.
class FdSink final : public Sink {
 public:
  FdSink(int file, std::string shown) : file_(file), shown_(std::move(shown)) {}
  void write(ByteView bytes) override { write_all(file_, bytes, shown_); }

 private:
  int file_;
  std::string shown_;
};

// Whether the name is one that TempFile makes.
bool is_temp_name(std::string_view name);

// A new file under a temporary name, removed unless it gets its final one.
class TempFile final : public Sink {
 public:
  // In `directory`, which must stay open. `permissions` are subject to the umask.
  TempFile(int directory, std::string shown, unsigned permissions);
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile() override;

  void write(ByteView bytes) override;
  // Flushes what was written to the disk.
  void sync();
  // Gives it its final name in `directory`, in place of whatever has that name. Nothing may be written afterwards.
  void rename_to(int directory, const std::string& name);

 private:
  int directory_;
  std::string shown_;
  std::string name_;  // empty once renamed
  UniqueFd file_;
};

// Writes a file that the user named: it is there, whole, after commit(), and otherwise stays what it was. A symbolic
// link is followed; what is no regular file (/dev/stdout, a FIFO) is written as the bytes come.
class AtomicFile final : public Sink {
 public:
  explicit AtomicFile(const std::string& path);

  void write(ByteView bytes) override;
  void commit();

 private:
  std::string path_;
  std::string name_;
  UniqueFd directory_;
  std::optional<TempFile> temp_;
  UniqueFd direct_;
};

// A flock on a directory: it leaves no file behind, works on read-only media and ends with the process.
class DirectoryLock {
 public:
  enum class Mode { shared, exclusive };

  // Waits until the lock is there; throws CancelledError when `stop` is requested first.
  static DirectoryLock acquire(int directory, Mode mode, const std::string& shown, const std::stop_token& stop = {});
  // nullopt where it would have to wait.
  static std::optional<DirectoryLock> try_acquire(int directory, Mode mode, const std::string& shown);

  // Makes it a lock of the other mode. Others may get theirs in between.
  void convert(Mode mode, const std::stop_token& stop = {});
  // False on a file system without locks, where everybody goes on without.
  bool held() const { return held_; }

 private:
  DirectoryLock(int directory, const std::string& shown);
  // False where it would have to wait.
  bool attempt(Mode mode);

  std::string shown_;
  UniqueFd file_;  // opened anew: a lock belongs to the open file, so threads with one store each exclude each other
  bool held_ = false;
};

}  // namespace wasm_oci
