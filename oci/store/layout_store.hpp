// An OCI image layout on disk (image-spec image-layout.md): the local store, and whatever layout a user names.
//
// Blobs appear whole, by renaming; index.json is replaced whole, after it reached the disk; so a reader that comes at
// any time sees a complete store, and so does the next process after a kill.
//
// Two locks, both on directories so that layouts hold nothing but what the specification names: on the layout itself
// one that everybody shares while the store is open and prune has alone, and on blobs/ a short one around each change
// of index.json. Temporary files lie in the layout's own directory as .tmp-…; one that nobody owns any more is removed
// by prune and by the next writer that finds itself alone.
//
// A store that made its directory itself, and into which nothing came, takes it away again when it is closed: what
// failed leaves nothing behind. It does so under the first lock, alone, so others who open the layout look whether it
// is still there once they have that lock.
//
// Where a file system knows no locks, everything but prune and that goes on without.
#pragma once

#include "oci/file.hpp"
#include "oci/store/referrers.hpp"
#include "oci/store/store.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

struct PruneReport {
  std::vector<Digest> removed;
  std::uint64_t bytes = 0;  // of the removed blobs and temporary files
};

class LayoutStore final : public LocalStore {
 public:
  // For reading. Throws NotFoundError where there is no directory, ContentError where it is no layout.
  static std::unique_ptr<LayoutStore> open(const std::string& path, const std::stop_token& stop = {});
  // The same, but a store that does not exist yet is an empty one.
  static std::unique_ptr<LayoutStore> open_or_empty(const std::string& path, const std::stop_token& stop = {});
  // For writing too: directories and files that a layout needs are made where they are missing, and taken away again at
  // the end where nothing came into them and the layout's directory is one of them.
  static std::unique_ptr<LayoutStore> open_for_writing(const std::string& path, const std::stop_token& stop = {});

  ~LayoutStore() override;
  LayoutStore(const LayoutStore&) = delete;
  LayoutStore& operator=(const LayoutStore&) = delete;

  // What index.json lists now, in its order, with annotations.
  std::vector<Descriptor> entries();
  // What a location without a name means: the only content, where entries that refer to another (unnamed, with a
  // subject) do not count. Throws NotFoundError for none, UsageError with the names for several.
  Descriptor only_entry();

  // A whole ref.name, a whole io.containerd.image.name, or the digest of any manifest here, listed or not.
  std::optional<Descriptor> resolve(const std::string& name) override;
  // By the entries of index.json, named or not.
  std::vector<Descriptor> referrers(const Digest& subject) override;
  // Right size and right digest; for manifests also everything below. So what a power loss or a bad disk left behind is
  // written again by the next pull.
  bool contains(const Descriptor& descriptor, NodeKind kind) override;
  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) override;
  // Throws FailureError where index.json would have more entries or bytes than are read again.
  void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) override;
  bool replace_root(const Descriptor& root, std::string_view bytes, const RootName& name,
                    const std::optional<Digest>& expected) override;
  std::unique_ptr<Ingest> ingest() override;

  // Takes a name away and returns what it named; nullopt where there is no such name. The content stays until prune().
  std::optional<Descriptor> remove(const std::string& name);

  // Removes what nothing in index.json reaches, alone in the store: waits for all others to close it. An unnamed entry
  // stays while its subject does or where it has none. Removes nothing where a manifest cannot be read (ContentError).
  PruneReport prune(const std::stop_token& stop = {});

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind kind) override;

 private:
  class LayoutIngest;

  enum class Access { read, write };

  // Of a store that does not exist.
  explicit LayoutStore(std::string path) : path_(std::move(path)) {}
  LayoutStore(std::string path, Access access, std::stop_token stop);

  // Opens the directory and locks it for use. False where it was taken away or replaced before the lock was there.
  bool try_open_root(Access access);
  void open_root(Access access);
  void open_blobs();
  void create_missing();
  void check_layout() const;
  std::uint64_t remove_temp_files() const;
  // nullopt where there is no such file in the layout's directory.
  std::optional<std::string> read_small(const std::string& name, std::size_t limit) const;
  std::string read_index() const;
  void write_small(const std::string& name, std::string_view text) const;
  void put_root_blob(const Descriptor& root, std::string_view bytes);
  // Replaces index.json by what `edit` makes of it, under its lock, unless that is the same.
  void edit_index(const std::function<std::string(const std::string& text)>& edit);

  // Both give no descriptor where there is nothing.
  UniqueFd blob_directory(DigestAlgorithm algorithm) const;
  UniqueFd open_blob(const Digest& digest) const;
  bool has_blob(const Descriptor& descriptor);
  bool has_graph(const Descriptor& descriptor, unsigned depth);
  std::unique_ptr<TempFile> new_blob() const;
  void publish(TempFile& file, const Digest& digest);

  struct Reach;
  void mark(const Descriptor& descriptor, NodeKind kind, Reach& reach);
  Reach find_reachable();
  std::string load_entry(const Descriptor& descriptor);
  PruneReport prune_alone();
  void remove_unreached(DigestAlgorithm algorithm, const std::set<Digest>& reached, PruneReport& report);

  bool is_as_made() const;
  void take_away();

  std::string path_;
  std::stop_token stop_;
  std::vector<std::string> made_;  // the directories that this store made, outermost first
  UniqueFd root_;                  // none where the store does not exist
  UniqueFd blobs_;
  std::optional<DirectoryLock> use_;
  Subjects subjects_{*this};

  std::mutex mutex_;
  std::set<Digest> sound_;     // blobs whose digest was checked: nothing here can change them while the store is open
  std::set<Digest> complete_;  // manifests below which everything is sound
};

}  // namespace wasm_oci
