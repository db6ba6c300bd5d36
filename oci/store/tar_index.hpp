// Where the files in a tar archive lie, so that each can be read by position without unpacking anything.
#pragma once

#include "oci/unique_fd.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace wasm_oci {

class TarIndex {
 public:
  struct Slice {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;

    auto operator<=>(const Slice&) const = default;
  };

  // `file` is an uncompressed tar archive that can be read by position. Throws ContentError for what is none, for one
  // that ends in the midst of a file, and for more than 100,000 entries or 16 MiB of names; sparse files are refused.
  // Throws CancelledError when `stop` is requested.
  TarIndex(int file, const std::string& shown, const std::stop_token& stop = {});

  // The file of that name. Links inside the archive are followed by looking their target up; nothing else is touched.
  // Throws ContentError where the name stands for two different files.
  std::optional<Slice> find(const std::string& name) const;

 private:
  struct Entry {
    Slice content = {};
    std::optional<std::string> link = std::nullopt;  // normalised target
    bool ambiguous = false;
  };

  void add(const std::string& name, Entry&& entry);

  std::string shown_;
  std::map<std::string, Entry> entries_;
  std::size_t names_ = 0;  // their sizes
};

// The archive as an uncompressed file that can be read by position: `file` itself where it is that already, else an
// unlinked copy of what it holds, decompressed (gzip, bzip2, xz, zstd). Throws ContentError for what grows by more than
// 200 times beyond 64 MiB (T-15), CancelledError when `stop` is requested.
UniqueFd make_seekable(UniqueFd file, const std::string& shown, const std::stop_token& stop = {});

}  // namespace wasm_oci
