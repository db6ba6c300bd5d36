// Archives: an image layout in one tar file (oci-archive), and what `docker save` writes and `docker load` reads
// (docker-archive), which is a layout too where Docker 25 or newer, or this program, wrote it.
//
// An archive is read where it lies: the tar is indexed once and content is read by position.
#pragma once

#include "oci/file.hpp"
#include "oci/location.hpp"
#include "oci/store/referrers.hpp"
#include "oci/store/store.hpp"
#include "oci/store/tar_index.hpp"

#include <map>
#include <stop_token>
#include <variant>

namespace wasm_oci {

class ArchiveReader final : public Store {
 public:
  // `path` "-" is standard input. What is compressed or no regular file is copied to an unlinked file in $TMPDIR first.
  // Throws NotFoundError, and ContentError for what is no such archive.
  static std::unique_ptr<ArchiveReader> open(const std::string& path, ArchiveFormat format,
                                             const std::stop_token& stop = {});
  // The same from an open file that `shown` names in errors.
  ArchiveReader(UniqueFd file, std::string shown, ArchiveFormat format, const std::stop_token& stop = {});

  // What the archive holds under which names, in its order. In a docker archive ref.name and io.containerd.image.name
  // are as its index.json says, else both as RepoTags says.
  const std::vector<Descriptor>& entries() const { return entries_; }
  // What a location without a name means: the only content, where entries that refer to another (unnamed, with a
  // subject) do not count. Throws NotFoundError for none, UsageError with the names for several.
  Descriptor only_entry();
  // A docker archive's names are also found by their familiar form: "app:1" is docker.io/library/app:1.
  std::optional<Descriptor> resolve(const std::string& name) override;
  // By the entries, named or not.
  std::vector<Descriptor> referrers(const Digest& subject) override;

  // Whether the archive held no manifest, so that one was made and its digest is known to nobody else.
  bool digests_are_new() const { return digests_are_new_; }

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override;

 private:
  struct SavedImage;
  using Content = std::variant<TarIndex::Slice, std::string>;

  std::unique_ptr<Source> open_slice(const TarIndex::Slice& slice) const;
  std::string read_entry(const std::string& name, std::size_t limit) const;
  std::optional<TarIndex::Slice> find_blob(const Digest& digest) const;
  void read_layout();
  std::vector<SavedImage> read_saved_images() const;
  void name_entries(const std::vector<SavedImage>& images);
  void make_images(const std::vector<SavedImage>& images);
  Descriptor make_manifest(const SavedImage& image);
  Descriptor describe_config(const std::string& name);
  Descriptor describe_layer(const std::string& name);
  const Descriptor& describe_slice(const TarIndex::Slice& slice);

  UniqueFd file_;
  std::string shown_;
  ArchiveFormat format_;
  std::stop_token stop_;
  TarIndex index_;
  std::vector<Descriptor> entries_;
  std::map<Digest, Content> made_;                   // content that is not found by its digest's path
  std::map<TarIndex::Slice, Descriptor> described_;  // as layers, what was hashed: images share it
  bool digests_are_new_ = false;
  Subjects subjects_{*this};
};

}  // namespace wasm_oci
