// Files to one layer: a tar, compressed, in a store. The same files give the same bytes everywhere: entries are sorted
// by the bytes of their paths, owners are 0, and every time is the one that is given.
#pragma once

#include "oci/layer/compression.hpp"
#include "oci/store/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

inline constexpr unsigned kExecutableMode = 0755;
inline constexpr unsigned kPlainFileMode = 0644;
inline constexpr unsigned kFolderMode = 0755;

struct LayerFile {
  std::string path;  // in the image, without leading or trailing slash, "." or ".."
  unsigned mode = kExecutableMode;
  std::uint64_t size = 0;
  std::unique_ptr<Source> content;  // null for a folder; released as soon as it has been read
};

struct LayerOptions {
  Compression compression = Compression::gzip;
  std::optional<int> level = std::nullopt;  // of level_range(); nullopt: the usual one
  std::int64_t mtime = 0;                   // seconds since 1970
  std::stop_token stop = {};
};

struct Layer {
  Descriptor descriptor;
  Digest diff_id;  // of the tar before compression
};

// Reads every file once and adds the folders above it. Several folders of one path are one.
// Throws UsageError where two files, or a file and a folder, have one path; ContentError where a file has not the size
// it is said to have; CancelledError when `stop` is requested. Nothing stays in the store then.
Layer write_layer(LocalStore& store, std::vector<LayerFile> files, const LayerOptions& options = {});

}  // namespace wasm_oci
