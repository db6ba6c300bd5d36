#include "oci/layer/add_files.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxEntries = 100'000;
constexpr unsigned kMaxDepth = 64;

// A folder may hold more files than a process may have open, so a file is open only while it is read.
class LateFile final : public Source {
 public:
  LateFile(std::string path, const struct stat& seen) : path_(std::move(path)), seen_(seen) {}

  std::size_t read(std::span<std::byte> into) override {
    if (!open_) {
      UniqueFd file = open_file(path_);
      struct stat now = {};
      // Also what says no if a link to another file took its place.
      if (fstat(file.get(), &now) != 0 || now.st_dev != seen_.st_dev || now.st_ino != seen_.st_ino) {
        throw ContentError(path_ + " was replaced while the layer was built");
      }
      open_.emplace(std::move(file), path_);
    }
    return open_->read(into);
  }

  void rewind() override { open_.reset(); }

 private:
  std::string path_;
  struct stat seen_;
  std::optional<FileSource> open_;
};

[[noreturn]] void refuse(const std::string& path, mode_t mode) {
  throw UsageError("cannot add " + path + ": " + (S_ISLNK(mode) ? "it is a symbolic link" : "it is a special file"),
                   "only files and folders can be added");
}

std::string joined(const std::string& folder, const std::string& name) {
  std::string path = folder;
  path.append(folder.empty() || folder.ends_with('/') ? "" : "/").append(name);
  return path;
}

class Collector {
 public:
  // `name` in the open folder `parent`, or any path with AT_FDCWD; `source` is how messages call it.
  void add(int parent, const char* name, const std::string& source, const std::string& destination, unsigned depth) {
    struct stat seen = {};
    if (fstatat(parent, name, &seen, AT_SYMLINK_NOFOLLOW) != 0) {
      throw_errno(errno, "cannot add " + source);
    }
    if (!S_ISREG(seen.st_mode) && !S_ISDIR(seen.st_mode)) {
      refuse(source, seen.st_mode);
    }
    if (files_.size() == kMaxEntries || depth > kMaxDepth) {
      throw UsageError("cannot add " + source + ": more than " +
                       (depth > kMaxDepth ? std::to_string(kMaxDepth) + " levels of folders"
                                          : std::to_string(kMaxEntries) + " files and folders"));
    }
    if (S_ISDIR(seen.st_mode)) {
      add_folder(parent, name, source, destination, depth);
      return;
    }
    if (destination.empty()) {
      throw UsageError("cannot add " + source + " as the root folder");
    }
    files_.push_back({.path = destination,
                      .mode = (seen.st_mode & 0111U) != 0 ? kExecutableMode : kPlainFileMode,
                      .size = static_cast<std::uint64_t>(seen.st_size),
                      .content = std::make_unique<LateFile>(source, seen)});
  }

  std::vector<LayerFile> take() { return std::move(files_); }

 private:
  void add_folder(int parent, const char* name, const std::string& source, const std::string& destination,
                  unsigned depth) {
    const UniqueFd fd(openat(parent, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY));
    if (!fd) {
      throw_errno(errno, "cannot open " + source);
    }
    if (!destination.empty()) {
      files_.push_back({.path = destination, .mode = kFolderMode, .size = 0, .content = nullptr});
    }
    for (const std::string& child : list_directory(fd.get(), source)) {
      add(fd.get(), child.c_str(), joined(source, child), joined(destination, child), depth + 1);
    }
  }

  std::vector<LayerFile> files_;
};

// The path without empty and "." parts and without slashes at its ends.
std::string normalised(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part == "..") {
      throw UsageError("a path in the image cannot hold '..'");
    }
    if (!part.empty() && part != ".") {
      result.append(result.empty() ? "" : "/").append(part);
    }
  }
  return result;
}

// What a path on disk is called there; empty where it means "the content of this folder".
std::string_view base_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name == "." ? std::string_view() : name;
}

}  // namespace

AddedPath parse_add(std::string_view text) {
  if (text.contains('\0')) {
    throw UsageError("a path cannot hold a zero byte");
  }
  const std::size_t colon = text.rfind(":/");
  std::string_view source = text.substr(0, colon);
  while (source.size() > 1 && source.ends_with('/')) {
    source.remove_suffix(1);  // with it a link to a folder would be followed
  }
  std::string destination(colon == std::string_view::npos ? "/" : text.substr(colon + 1));
  if (source.empty()) {
    throw UsageError("'" + std::string(text) + "' names nothing to add", "write --add SRC[:DST]");
  }
  if (destination.ends_with('/')) {
    const std::string_view name = base_name(source);
    if (name == "..") {
      throw UsageError("'" + std::string(source) + "' has no name of its own", "write --add SRC:/NAME");
    }
    destination += name;
  }
  return {.source = std::string(source), .destination = normalised(destination)};
}

std::vector<LayerFile> collect_files(const AddedPath& added) {
  Collector collector;
  collector.add(AT_FDCWD, added.source.c_str(), added.source, added.destination, 0);
  return collector.take();
}

}  // namespace wasm_oci
