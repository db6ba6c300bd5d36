// libarchive's functions, loaded when the first of them is needed (shared_library.hpp): libarchive().read_new() is
// archive_read_new().
#pragma once

#include <archive.h>
#include <archive_entry.h>

// All that are used.
// clang-format off
#define WASM_OCI_LIBARCHIVE(X) \
  X(entry_copy_pathname) X(entry_filetype) X(entry_free) X(entry_hardlink) X(entry_new) X(entry_pathname) \
  X(entry_perm) X(entry_set_filetype) X(entry_set_mtime) X(entry_set_perm) X(entry_set_size) X(entry_size) \
  X(entry_sparse_count) X(entry_symlink) X(error_string) X(filter_bytes) X(read_data) X(read_free) X(read_new) \
  X(read_next_header) X(read_open) X(read_open_fd) X(read_set_options) X(read_support_filter_bzip2) \
  X(read_support_filter_gzip) X(read_support_filter_xz) X(read_support_filter_zstd) X(read_support_format_empty) \
  X(read_support_format_raw) X(read_support_format_tar) X(set_error) X(version_number) X(write_free) \
  X(write_header) X(write_new) X(write_open2) X(write_set_bytes_per_block) X(write_set_format_pax_restricted) \
  X(write_set_format_ustar) X(write_set_options)
// clang-format on

namespace wasm_oci {

struct Libarchive {
#define WASM_OCI_MEMBER(name) decltype(&archive_##name) name;  // NOLINT(bugprone-macro-parentheses): a name
  WASM_OCI_LIBARCHIVE(WASM_OCI_MEMBER)
#undef WASM_OCI_MEMBER
};

// Safe from several threads. Throws as SharedLibrary.
const Libarchive& libarchive();

}  // namespace wasm_oci
