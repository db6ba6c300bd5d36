#include "oci/writable.hpp"

#include "oci/error.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace wasm_oci {
namespace {

namespace fs = std::filesystem;

// New files come into it by a rename.
void require_access(const fs::path& folder, const std::string& what) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::none) {  // unknown, as behind a folder that this process may not pass
    throw_errno(error.value(), what);
  }
  if (!fs::is_directory(status)) {
    throw_errno(fs::exists(status) ? ENOTDIR : ENOENT, what);
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw_errno(errno, what);
  }
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace

void require_writable_file(const std::string& path) {
  std::error_code ignored;
  const fs::file_type type = fs::status(path, ignored).type();
  if (type == fs::file_type::directory) {
    throw_errno(EISDIR, "cannot write " + path);
  }
  const bool is_written_as_it_is = type == fs::file_type::character || type == fs::file_type::block ||
                                   type == fs::file_type::fifo || type == fs::file_type::socket;
  if (is_written_as_it_is) {
    return;
  }
  const fs::path target = type == fs::file_type::regular ? fs::canonical(path, ignored) : fs::path(path);
  require_access(folder_of(target), "cannot write " + path);
}

void require_writable_directory(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    require_access(path, "cannot write to " + path);
    return;
  }
  fs::path nearest = folder_of(path);
  while (!fs::exists(nearest, ignored) && nearest != folder_of(nearest)) {
    nearest = folder_of(nearest);
  }
  require_access(fs::exists(path, ignored) ? fs::path(path) : nearest, "cannot make " + path);
}

}  // namespace wasm_oci
