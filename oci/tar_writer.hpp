// Deterministic tar: the same entries give the same bytes, everywhere and always.
//
// An entry is written as ustar, and as pax only where ustar cannot hold it. Owners are 0 without names, paths are raw
// bytes that no locale touches, and nothing pads the end beyond the two zero blocks that POSIX asks for.
#pragma once

#include "oci/stream.hpp"

#include <cstdint>
#include <string_view>

namespace wasm_oci {

class TarWriter {
 public:
  explicit TarWriter(Sink& sink) : sink_(sink) {}

  // `path` is written as given, a directory's with a final slash; `mode` holds permission bits only; `mtime` is in
  // seconds since 1970. Throws FailureError for what no tar can hold (an empty path).
  void add_directory(std::string_view path, unsigned mode, std::int64_t mtime);
  // Writes the rest of `content`, which must have exactly `size` bytes: else ContentError, and the archive is broken.
  void add_file(std::string_view path, unsigned mode, std::int64_t mtime, Source& content, std::uint64_t size);
  // Writes the end. Nothing may be added afterwards.
  void finish();

 private:
  Sink& sink_;
};

}  // namespace wasm_oci
