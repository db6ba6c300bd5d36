#include "oci/file.hpp"

#include "oci/error.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <ranges>
#include <string_view>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::string_view kTempPrefix = ".tmp-";
constexpr int kMaxLinkHops = 40;
// A FIFO that nobody writes to does not keep us, and a terminal does not become ours. It changes nothing for regular
// files.
constexpr int kWithoutWaiting = O_NONBLOCK | O_NOCTTY;
constexpr auto kLockPollInterval = std::chrono::milliseconds(20);

UniqueFd open_at(int directory, const std::string& path, int flags, mode_t permissions = 0) {
  int file = -1;
  do {
    file = ::openat(directory, path.c_str(), flags | O_CLOEXEC, permissions);  // NOLINT(*-vararg)
  } while (file < 0 && errno == EINTR);
  return UniqueFd(file);
}

struct stat status_of(int file, const std::string& shown) {
  struct stat status{};
  if (::fstat(file, &status) != 0) {
    throw_errno(errno, "cannot look at " + shown);
  }
  return status;
}

// What is there; nullopt where that cannot be told, which opening it will. It is asked before opening, because to open
// a device can do something, and fails for a socket with words that help nobody; and again after, since it may have
// been replaced in between.
std::optional<mode_t> mode_at(int directory, const std::string& path, int flags) {
  struct stat status{};
  return ::fstatat(directory, path.c_str(), &status, flags) == 0 ? std::optional(status.st_mode) : std::nullopt;
}

UniqueFd duplicate(int file, const std::string& shown) {
  UniqueFd copy(::fcntl(file, F_DUPFD_CLOEXEC, 0));  // NOLINT(*-vararg)
  if (copy.get() < 0) {
    throw_errno(errno, "cannot open " + shown);
  }
  return copy;
}

// The directory and those above it that are not there, outermost first.
std::vector<std::string> missing_directories(const std::string& path) {
  std::error_code ignored;
  std::vector<std::string> missing;
  for (std::filesystem::path folder = path; !folder.empty() && !std::filesystem::exists(folder, ignored);
       folder = folder.parent_path()) {
    missing.push_back(folder.string());
  }
  std::ranges::reverse(missing);
  return missing;
}

std::string random_name() {
  std::array<unsigned char, 8> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    throw_errno(errno, "cannot get random bytes");
  }
  std::string name(kTempPrefix);
  for (const unsigned byte : random) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    name += kDigits[byte >> 4U];
    name += kDigits[byte & 15U];
  }
  return name;
}

}  // namespace

UniqueFd open_file(const std::string& path) {
  const auto require_regular = [&](mode_t mode) {
    if (!S_ISREG(mode)) {
      throw UsageError(path + (S_ISDIR(mode) ? " is a directory, not a file" : " is not a regular file"));
    }
  };
  if (const std::optional<mode_t> mode = mode_at(AT_FDCWD, path, 0)) {
    require_regular(*mode);
  }
  UniqueFd file = open_at(AT_FDCWD, path, O_RDONLY | kWithoutWaiting);
  if (file.get() < 0) {
    throw_errno(errno, "cannot open " + path);
  }
  require_regular(status_of(file.get(), path).st_mode);
  return file;
}

UniqueFd open_file_at(int directory, const std::string& name, const std::string& shown) {
  const std::string path = shown + "/" + name;
  const auto require_regular = [&](mode_t mode) {
    if (S_ISLNK(mode)) {
      throw ContentError(path + " is a symbolic link, which is not followed");
    }
    if (!S_ISREG(mode)) {
      throw ContentError(path + " is not a regular file");
    }
  };
  if (const std::optional<mode_t> mode = mode_at(directory, name, AT_SYMLINK_NOFOLLOW)) {
    require_regular(*mode);
  }
  UniqueFd file = open_at(directory, name, O_RDONLY | O_NOFOLLOW | kWithoutWaiting);
  if (file.get() < 0) {
    if (errno == ELOOP) {
      require_regular(S_IFLNK);
    }
    throw_errno(errno, "cannot open " + path);
  }
  require_regular(status_of(file.get(), path).st_mode);
  return file;
}

UniqueFd open_directory(const std::string& path) {
  UniqueFd directory = open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (directory.get() < 0) {
    throw_errno(errno, "cannot open " + path);
  }
  return directory;
}

UniqueFd open_directory_at(int directory, const std::string& name, const std::string& shown) {
  const std::string path = shown + "/" + name;
  UniqueFd opened = open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (opened.get() < 0) {
    // A link is ENOTDIR with O_DIRECTORY on Linux and ELOOP elsewhere.
    if (errno == ENOTDIR || errno == ELOOP) {
      throw ContentError(path + " is not a directory");
    }
    throw_errno(errno, "cannot open " + path);
  }
  return opened;
}

std::vector<std::string> make_directories(const std::string& path) {
  constexpr mode_t kPermissions = 0777;
  std::vector<std::string> made;
  for (const std::string& folder : missing_directories(path)) {
    if (::mkdir(folder.c_str(), kPermissions) == 0) {
      made.push_back(folder);
    } else if (errno != EEXIST) {
      const int error = errno;
      remove_directories(made);
      throw_errno(error, "cannot make " + path);
    }
  }
  return made;
}

void remove_directories(const std::vector<std::string>& made) {
  for (const std::string& folder : std::views::reverse(made)) {
    ::rmdir(folder.c_str());
  }
}

bool is_at(int file, const std::string& path) {
  struct stat named{};
  const struct stat open = status_of(file, path);
  return ::stat(path.c_str(), &named) == 0 && named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

std::uint64_t file_size(int file, const std::string& shown) {
  return static_cast<std::uint64_t>(status_of(file, shown).st_size);
}

std::vector<std::string> list_directory(int directory, const std::string& shown) {
  // fdopendir takes its descriptor over and moves its position: hence one of its own.
  UniqueFd own = open_at(directory, ".", O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(own.get() < 0 ? nullptr : ::fdopendir(own.get()), ::closedir);
  if (stream == nullptr) {
    throw_errno(errno, "cannot list " + shown);
  }
  static_cast<void>(own.release());
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
    errno = 0;
  }
  if (errno != 0) {
    throw_errno(errno, "cannot list " + shown);
  }
  return names;
}

void write_all(int file, ByteView bytes, const std::string& shown) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      throw_errno(errno, "cannot write " + shown);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

void sync_file(int file, const std::string& shown) {
  // EINVAL: the file system has nothing to flush.
  if (::fsync(file) != 0 && errno != EINVAL) {
    throw_errno(errno, "cannot write " + shown);
  }
}

UniqueFd make_unlinked_file() {
  const char* variable = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing here changes it
  const std::string folder = variable == nullptr || *variable == '\0' ? "/tmp" : variable;
#ifdef O_TMPFILE
  if (UniqueFd file = open_at(AT_FDCWD, folder, O_TMPFILE | O_RDWR, 0600); file.get() >= 0) {
    return file;
  }
#endif
  // Not every file system knows O_TMPFILE.
  const std::string path = folder + "/" + random_name();
  UniqueFd file = open_at(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (file.get() < 0) {
    throw_errno(errno, "cannot make a temporary file in " + folder);
  }
  ::unlink(path.c_str());
  return file;
}

FileSource::FileSource(UniqueFd file, std::string shown, std::uint64_t offset, std::optional<std::uint64_t> size)
    : file_(std::move(file)), shown_(std::move(shown)), offset_(offset), size_(size) {}

FileSource::FileSource(int file, std::string shown, std::uint64_t offset, std::uint64_t size)
    : file_(duplicate(file, shown)), shown_(std::move(shown)), offset_(offset), size_(size) {}

std::size_t FileSource::read(std::span<std::byte> into) {
  if (size_) {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), *size_ - position_)));
  }
  while (true) {
    const ssize_t count = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset_ + position_));
    if (count >= 0) {
      position_ += static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      throw_errno(errno, "cannot read " + shown_);
    }
  }
}

bool is_temp_name(std::string_view name) { return name.starts_with(kTempPrefix); }

TempFile::TempFile(int directory, std::string shown, unsigned permissions)
    : directory_(directory), shown_(std::move(shown)), name_(random_name()) {
  file_ = open_at(directory_, name_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, permissions);
  if (file_.get() < 0) {
    throw_errno(errno, "cannot write to " + shown_);
  }
}

TempFile::~TempFile() {
  if (!name_.empty()) {
    ::unlinkat(directory_, name_.c_str(), 0);
  }
}

void TempFile::write(ByteView bytes) { write_all(file_.get(), bytes, shown_); }

void TempFile::sync() { sync_file(file_.get(), shown_); }

void TempFile::rename_to(int directory, const std::string& name) {
  if (::renameat(directory_, name_.c_str(), directory, name.c_str()) != 0) {
    throw_errno(errno, "cannot write " + shown_ + "/" + name);
  }
  name_.clear();
  file_ = UniqueFd();
}

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  std::error_code ignored;
  std::filesystem::path target(path);
  if (const auto type = std::filesystem::status(target, ignored).type();
      type != std::filesystem::file_type::regular && type != std::filesystem::file_type::not_found) {
    direct_ = open_at(AT_FDCWD, path_, O_WRONLY | O_NOCTTY);
    if (direct_.get() < 0) {
      throw_errno(errno, "cannot write " + path_);
    }
    return;
  }
  // Hop by hop, because the last one may lead to a file that is not there yet.
  for (int hops = 0; hops < kMaxLinkHops && std::filesystem::is_symlink(target, ignored); ++hops) {
    target = target.parent_path() / std::filesystem::read_symlink(target, ignored);
  }
  const std::string folder = target.has_parent_path() ? target.parent_path().string() : ".";
  name_ = target.filename().string();
  directory_ = open_directory(folder);
  temp_.emplace(directory_.get(), path_, 0666);
}

void AtomicFile::write(ByteView bytes) {
  if (temp_) {
    temp_->write(bytes);
  } else {
    write_all(direct_.get(), bytes, path_);
  }
}

void AtomicFile::commit() {
  if (temp_) {
    temp_->rename_to(directory_.get(), name_);
  }
}

DirectoryLock::DirectoryLock(int directory, const std::string& shown)
    : shown_(shown), file_(open_at(directory, ".", O_RDONLY | O_DIRECTORY)) {
  if (file_.get() < 0) {
    throw_errno(errno, "cannot open " + shown);
  }
}

bool DirectoryLock::attempt(Mode mode) {
  const int operation = (mode == Mode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(file_.get(), operation) != 0) {
    switch (errno) {
      case EINTR:
        continue;
      case EWOULDBLOCK:
        return false;
      case ENOLCK:
      case EOPNOTSUPP:
      case ENOSYS:
      case EBADF:  // NFS makes an exclusive lock a record lock, which wants a writable descriptor
        held_ = false;
        return true;
      default:
        throw_errno(errno, "cannot lock " + shown_);
    }
  }
  held_ = true;
  return true;
}

void DirectoryLock::convert(Mode mode, const std::stop_token& stop) {
  // flock can wait, but not for a stop token: hence polling.
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock waiting(mutex);
  while (!attempt(mode)) {
    if (stopped.wait_for(waiting, stop, kLockPollInterval, [&stop] { return stop.stop_requested(); })) {
      throw CancelledError("stopped while waiting for the lock on " + shown_);
    }
  }
}

DirectoryLock DirectoryLock::acquire(int directory, Mode mode, const std::string& shown, const std::stop_token& stop) {
  DirectoryLock lock(directory, shown);
  lock.convert(mode, stop);
  return lock;
}

std::optional<DirectoryLock> DirectoryLock::try_acquire(int directory, Mode mode, const std::string& shown) {
  DirectoryLock lock(directory, shown);
  return lock.attempt(mode) ? std::optional(std::move(lock)) : std::nullopt;
}

}  // namespace wasm_oci
