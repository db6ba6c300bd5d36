// Taking away a layout that was made for something that failed.
#include "oci/store/layout_index.hpp"
#include "oci/store/layout_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace wasm_oci {
namespace {

// What create_missing() and publish() make.
constexpr std::array<const char*, 2> kFiles = {"oci-layout", "index.json"};
constexpr std::array<const char*, 3> kDirectories = {"blobs/sha256", "blobs/sha512", "blobs"};

}  // namespace

// Nothing but what create_missing() writes, and maybe blobs.
bool LayoutStore::is_as_made() const {
  const auto is_ours = [](const std::string& name) {
    return name == kDirectories.back() || std::ranges::find(kFiles, name) != kFiles.end();
  };
  return std::ranges::all_of(list_directory(root_.get(), path_), is_ours) &&
         read_small("index.json", kMaxLayoutIndexSize).value_or(std::string(kEmptyLayoutIndex)) == kEmptyLayoutIndex;
}

// Blobs that came stay, and so does the layout: the next try goes on from them.
void LayoutStore::take_away() {
  try {
    use_.reset();
    const auto alone = DirectoryLock::try_acquire(root_.get(), DirectoryLock::Mode::exclusive, path_);
    if (!alone || !alone->held() || !is_at(root_.get(), made_.back()) || !is_as_made()) {
      return;
    }
    for (const char* const directory : kDirectories) {
      if (::unlinkat(root_.get(), directory, AT_REMOVEDIR) != 0 && errno != ENOENT) {
        return;
      }
    }
    for (const char* const file : kFiles) {
      ::unlinkat(root_.get(), file, 0);
    }
    remove_directories(made_);
  } catch (...) {  // NOLINT(bugprone-empty-catch): what cannot be read is not ours to remove
  }
}

}  // namespace wasm_oci
