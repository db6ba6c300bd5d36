// The archives of one run: an archive is one file, which is opened once however many of its images are read, and which
// writing replaces whole.
#pragma once

#include "cli/context.hpp"
#include "oci/descriptor.hpp"
#include "oci/location.hpp"
#include "oci/store/archive_store.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci::cli {

// A file whose place an archive takes.
struct ReplacedFile {
  std::string path;
  std::vector<Descriptor> entries = {};  // where it is an archive, too
  bool is_read = false;                  // this run has read an image from it
};

// Whether writing there replaces a file.
bool replaces_file(const Location& location);

// May be used by several threads at once.
class Archives {
 public:
  explicit Archives(const Context& context) : context_(context) {}

  // For reading. Throws NotFoundError, and ContentError for what is no such archive.
  std::shared_ptr<ArchiveReader> open(const ArchiveLocation& location);
  // What writing an archive there replaces; nullopt for other locations, and where there is no file.
  std::optional<ReplacedFile> replaced_at(const Location& location);

 private:
  struct Opened;

  std::shared_ptr<Opened> opened_as(const ArchiveLocation& location);

  const Context& context_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Opened>> opened_;  // in the order in which they were last asked for
  std::vector<std::string> read_;                // their paths
};

}  // namespace wasm_oci::cli
