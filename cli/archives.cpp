#include "cli/archives.hpp"

#include "cli/output.hpp"
#include "oci/error.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

namespace wasm_oci::cli {

namespace {

// What a name leads to: an archive that is written anew is another file. {} where there is none, as for standard input.
std::pair<dev_t, ino_t> file_at(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 ? std::pair(status.st_dev, status.st_ino) : std::pair<dev_t, ino_t>();
}

}  // namespace

struct Archives::Opened {
  const std::string path;
  const ArchiveFormat format;
  std::mutex mutex = {};  // of two threads that want the same one, one opens it
  std::pair<dev_t, ino_t> file = {};
  std::shared_ptr<ArchiveReader> reader = nullptr;
};

bool replaces_file(const Location& location) {
  const auto* const archive = std::get_if<ArchiveLocation>(&location);
  std::error_code ignored;
  return archive != nullptr && archive->path != "-" && std::filesystem::is_regular_file(archive->path, ignored);
}

std::shared_ptr<Archives::Opened> Archives::opened_as(const ArchiveLocation& location) {
  constexpr std::size_t kMost = 4;  // each has an open file, and in memory what lies where in it
  const std::scoped_lock lock(mutex_);
  const auto known = std::ranges::find_if(opened_, [&](const std::shared_ptr<Opened>& opened) {
    return opened->path == location.path && opened->format == location.format;
  });
  if (known != opened_.end()) {
    std::rotate(known, std::next(known), opened_.end());
    return opened_.back();
  }
  opened_.push_back(std::make_shared<Opened>(location.path, location.format));
  // Standard input cannot be opened again.
  const auto is_file = [](const std::shared_ptr<Opened>& opened) { return opened->path != "-"; };
  if (std::cmp_greater(std::ranges::count_if(opened_, is_file), kMost)) {
    opened_.erase(std::ranges::find_if(opened_, is_file));  // its users keep it
  }
  return opened_.back();
}

std::shared_ptr<ArchiveReader> Archives::open(const ArchiveLocation& location) {
  const std::shared_ptr<Opened> opened = opened_as(location);
  const std::scoped_lock lock(opened->mutex);
  const auto file = location.path == "-" ? std::pair<dev_t, ino_t>() : file_at(location.path);
  if (opened->reader && opened->file == file) {
    return opened->reader;
  }
  opened->reader = ArchiveReader::open(location.path, location.format, context_.stop);
  opened->file = file;
  if (opened->reader->digests_are_new()) {
    print_note(context_, format(Location(location)) + " holds no manifest: one was made, so its digest is new");
  }
  const std::scoped_lock lock_read(mutex_);
  read_.push_back(location.path);
  return opened->reader;
}

std::optional<ReplacedFile> Archives::replaced_at(const Location& location) {
  if (!replaces_file(location)) {
    return std::nullopt;
  }
  const auto& archive = std::get<ArchiveLocation>(location);
  ReplacedFile replaced{.path = archive.path};
  {
    const std::scoped_lock lock(mutex_);
    replaced.is_read = std::ranges::any_of(read_, [&](const std::string& path) {
      std::error_code ignored;
      return std::filesystem::equivalent(path, replaced.path, ignored);
    });
  }
  try {
    // What docker saved before it wrote layouts has no digests, and to make them takes a reading of all of it. That is
    // done where it was done before.
    const ArchiveFormat format = replaced.is_read ? archive.format : ArchiveFormat::oci;
    replaced.entries = ArchiveReader::open(replaced.path, format, context_.stop)->entries();
  } catch (const CancelledError&) {
    throw;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): no archive, or a broken one, holds nothing that is lost
  }
  return replaced;
}

}  // namespace wasm_oci::cli
