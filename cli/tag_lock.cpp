#include "cli/tag_lock.hpp"

#include "cli/locations.hpp"
#include "oci/digest.hpp"
#include "oci/error.hpp"

#include <unistd.h>

#include <filesystem>

namespace wasm_oci::cli {

namespace {

// Each one lost to somebody who was done just then. A place that can never be had is none.
constexpr int kMaxTries = 1000;

}  // namespace

TagLock::TagLock(const Context& context, const std::string& name) {
  try {
    path_ = local_store_path(context) + ".locks/" + digest_of(name).hex();
    for (int tries = 0; tries < kMaxTries && !acquire(context); ++tries) {
    }
  } catch (const FailureError&) {  // NOLINT(bugprone-empty-catch): a home that cannot be written is no reason to stop
  }
}

TagLock::~TagLock() {
  if (lock_) {
    ::rmdir(path_.c_str());
    ::rmdir(std::filesystem::path(path_).parent_path().c_str());  // stays where others have locks there
  }
}

// False where the directory was taken away before the lock was there: it was the lock of somebody who is done.
bool TagLock::acquire(const Context& context) {
  try {
    make_directories(path_);
    const UniqueFd directory = open_directory(path_);
    DirectoryLock lock = DirectoryLock::acquire(directory.get(), DirectoryLock::Mode::exclusive, path_, context.stop);
    if (!is_at(directory.get(), path_)) {
      return false;
    }
    lock_ = std::move(lock);
    return true;
  } catch (const NotFoundError&) {
    return false;
  }
}

}  // namespace wasm_oci::cli
