#include "oci/wasm/binary.hpp"

#include "oci/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace wasm_oci {

WasmHeader check_wasm(const RandomAccess& bytes) {
  WasmSectionReader reader(bytes);
  while (reader.next()) {
  }
  return reader.header();
}

WasmFile open_wasm(const std::string& path) {
  // O_NONBLOCK: opening a pipe must not wait for its writer. It changes nothing for regular files.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));  // NOLINT(*-vararg)
  if (!fd && errno == ENXIO) {
    throw UsageError(path + " is no regular file", "give a file: write what it carries into one first");
  }
  if (!fd) {
    throw_errno(errno, "cannot open " + path);
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) {
    throw_errno(errno, "cannot look at " + path);
  }
  if (S_ISDIR(status.st_mode)) {
    throw UsageError(path + " is a folder", "give the .wasm file in it");
  }
  if (!S_ISREG(status.st_mode)) {
    throw UsageError(path + " is no regular file", "give a file: write what it carries into one first");
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  try {
    WasmDescription description = describe_wasm(FileAccess(fd.get(), size));
    const WasmHeader header = description.header;
    return {.fd = std::move(fd), .size = size, .header = header, .description = std::move(description)};
  } catch (Error& error) {
    error.add_context(path);
    throw;
  }
}

}  // namespace wasm_oci
