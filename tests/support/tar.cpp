#include "tests/support/tar.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <stdexcept>

namespace wasm_oci::testing {

std::string make_tar(const std::vector<TarMember>& members, const std::string& format, const std::string& filter) {
  const std::unique_ptr<archive, int (*)(archive*)> writer(archive_write_new(), archive_write_free);
  std::string bytes(16UL * 1024 * 1024, '\0');
  std::size_t used = 0;
  if (archive_write_set_format_by_name(writer.get(), format.c_str()) != ARCHIVE_OK ||
      (filter != "none" && archive_write_add_filter_by_name(writer.get(), filter.c_str()) != ARCHIVE_OK) ||
      archive_write_open_memory(writer.get(), bytes.data(), bytes.size(), &used) != ARCHIVE_OK) {
    throw std::runtime_error("cannot write a tar archive");
  }
  for (const TarMember& member : members) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_copy_pathname(entry.get(), member.path.c_str());
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), 1, 500);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    if (member.link.empty()) {
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.content.size()));
    } else {
      archive_entry_set_filetype(entry.get(), AE_IFLNK);
      archive_entry_copy_symlink(entry.get(), member.link.c_str());
    }
    if (archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK) {
      throw std::runtime_error("cannot write a tar header");
    }
    archive_write_data(writer.get(), member.content.data(), member.content.size());
  }
  archive_write_close(writer.get());
  bytes.resize(used);
  return bytes;
}

}  // namespace wasm_oci::testing
