// Writes one archive: a tar of an image layout, for `docker load` with a manifest.json beside.
//
// The same calls give the same bytes. Blobs stand in the order in which they were put, index.json at the end, because a
// tar can only grow.
#pragma once

#include "oci/location.hpp"
#include "oci/store/store.hpp"
#include "oci/tar_writer.hpp"

#include <map>
#include <mutex>
#include <set>

namespace wasm_oci {

class ArchiveWriter final : public WritableStore {
 public:
  // `path` "-" is standard output; else the file is there, whole, after finish(), and until then stays what it was.
  ArchiveWriter(const std::string& path, ArchiveFormat format);

  // The names of the roots that were put.
  std::optional<Descriptor> resolve(const std::string& name) override;
  bool contains(const Descriptor& descriptor, NodeKind kind) override;
  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) override;
  // A docker archive takes images only: UsageError where there is none below the root. What manifest.json says of an
  // index is its first image that is no attestation, for loaders that know no index.json.
  void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) override;
  void finish() override;
  unsigned max_parallel() const override { return 1; }

 protected:
  // What was written cannot be read again.
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override;

 private:
  void add_directory(const std::string& path);
  void add_blob(const Descriptor& descriptor, Source& source);
  void add_text(std::string_view path, std::string_view text);
  void note_image(const Descriptor& descriptor, std::string_view bytes);
  const Manifest& first_image(const Descriptor& root, std::string_view bytes) const;
  std::string saved_images() const;

  ArchiveFormat format_;
  std::unique_ptr<Sink> file_;
  TarWriter tar_;
  std::mutex mutex_;
  std::string index_;
  std::set<std::string> directories_;
  std::set<Digest> written_;
  std::map<Digest, Manifest> images_;                                 // of docker archives
  std::vector<std::pair<Manifest, std::vector<std::string>>> saved_;  // images and their tags, for manifest.json
};

}  // namespace wasm_oci
