// Reading layers that others made: every byte is hostile (T-15, T-16). Nothing is ever made on disk here; entries are
// reported, whiteouts like any other, and the content of files is handed out as a stream.
//
// libarchive reads the tar (ustar, pax and GNU); the decompression in front of it is ours, so that it is bounded.
#pragma once

#include "oci/digest.hpp"
#include "oci/layer/compression.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct archive;

namespace wasm_oci {

enum class LayerEntryType : std::uint8_t { file, folder, symlink, hardlink, special };

struct LayerEntry {
  std::string path;  // raw bytes without "./", doubled and outer slashes; empty only for the root folder
  LayerEntryType type = LayerEntryType::file;
  unsigned mode = 0;
  std::uint64_t size = 0;
  std::string link_target = {};  // as written
  bool climbs = false;           // whether there were ".." in it, which are left out of the path
  bool is_absolute = false;      // whether it was written with a slash before it
};

struct LayerLimits {
  ExpansionLimits expansion = {.zeros_may_follow = false};
  std::uint64_t max_entries = 1'000'000;
  bool refuse_climbing = true;  // paths with ".."; else they are reported
};

class LayerReader {
 public:
  // `blob` must outlive the reader. With `hash` the diff ID of that kind is computed on the way.
  LayerReader(Source& blob, Compression compression, const LayerLimits& limits = {},
              std::optional<DigestAlgorithm> hash = std::nullopt);
  ~LayerReader();
  LayerReader(const LayerReader&) = delete;
  LayerReader& operator=(const LayerReader&) = delete;

  // The next entry; what was not read of the one before is skipped. After the last one `blob` is read to its end, so
  // that a VerifiedSource has checked the whole of it before nullopt is returned. Throws ContentError for what is
  // damaged or truncated, a sparse file, a path with "..", and beyond the limits. A tar may end without end blocks, and
  // without the padding of its last entry, as umoci 0.4.7 writes it.
  std::optional<LayerEntry> next();

  // The content of the entry that next() returned last; 0 at its end.
  std::size_t read(std::span<std::byte> into);

  // After next() returned nullopt; only with `hash`.
  Digest diff_id();

 private:
  class Tar;  // the uncompressed bytes as libarchive wants them
  struct FreeArchive {
    void operator()(archive* reader) const;
  };

  void check(long long result);
  void check_not_cut();
  void skip_content();

  LayerLimits limits_;
  std::unique_ptr<Source> plain_;
  std::unique_ptr<Tar> tar_;
  std::unique_ptr<archive, FreeArchive> reader_;
  std::uint64_t entries_ = 0;
  std::uint64_t unread_ = 0;       // of the current entry
  std::uint64_t content_end_ = 0;  // its offset in the tar
  bool ended_ = false;
};

// Finds the entry of `path` (as LayerEntry::path) and, where it is a file, writes its content into the sink that
// `begin` gives. As of several entries of one path the last one counts, `begin` may be called again: what it gave
// before is void then. The whole layer is read, so a VerifiedSource has checked it on return, and not before. nullopt
// where there is no entry.
std::optional<LayerEntry> extract_file(Source& blob, Compression compression, std::string_view path,
                                       const std::function<Sink&(const LayerEntry&)>& begin,
                                       const LayerLimits& limits = {});

}  // namespace wasm_oci
