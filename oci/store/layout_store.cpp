#include "oci/store/layout_store.hpp"

#include "oci/error.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/store/stoppable.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

namespace wasm_oci {
namespace {

const std::string kLayoutFileName = "oci-layout";
const std::string kIndexFileName = "index.json";
const std::string kBlobsName = "blobs";

constexpr std::size_t kMaxLayoutFileSize = 64UL * 1024;
constexpr unsigned kMaxDepth = 16;
constexpr int kMaxTries = 10;  // each one lost to another process that made the layout, or took it away, meanwhile
constexpr unsigned kBlobPermissions = 0444;  // content never changes
constexpr unsigned kFilePermissions = 0644;
constexpr mode_t kDirectoryPermissions = 0777;

void make_directory_at(int directory, const std::string& name, const std::string& shown) {
  if (::mkdirat(directory, name.c_str(), kDirectoryPermissions) != 0 && errno != EEXIST) {
    throw_errno(errno, "cannot make " + shown + "/" + name);
  }
}

// What `work` throws says what it is about.
auto about(const std::string& what, const auto& work) {
  try {
    return work();
  } catch (Error& error) {
    error.add_context(what);
    throw;
  }
}

// Whether this is a directory that a process is making a layout of, or was when it was killed: oci-layout is the last
// file that it writes, and until then index.json is absent or lists nothing.
bool is_unfinished(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored) || std::filesystem::exists(folder / kLayoutFileName, ignored)) {
    return false;
  }
  if (!std::filesystem::exists(folder / kIndexFileName, ignored)) {
    return true;
  }
  try {
    const UniqueFd directory = open_directory(folder.string());
    FileSource index(open_file_at(directory.get(), kIndexFileName, folder.string()), kIndexFileName);
    return read_all(index, kMaxLayoutIndexSize) == kEmptyLayoutIndex;
  } catch (const NotFoundError&) {  // taken away
    return true;
  }
}

}  // namespace

// --- opening ---------------------------------------------------------------------------------------------------------

std::unique_ptr<LayoutStore> LayoutStore::open(const std::string& path, const std::stop_token& stop) {
  return std::unique_ptr<LayoutStore>(new LayoutStore(path, Access::read, stop));
}

std::unique_ptr<LayoutStore> LayoutStore::open_or_empty(const std::string& path, const std::stop_token& stop) {
  for (int tries = 1;; ++tries) {
    try {
      return open(path, stop);
    } catch (const NotFoundError&) {
      break;
    } catch (const ContentError&) {
      if (is_unfinished(path)) {
        break;
      }
      if (tries == kMaxTries) {  // sooner it may have been finished by now
        throw;
      }
    }
  }
  return std::unique_ptr<LayoutStore>(new LayoutStore(path));
}

std::unique_ptr<LayoutStore> LayoutStore::open_for_writing(const std::string& path, const std::stop_token& stop) {
  return std::unique_ptr<LayoutStore>(new LayoutStore(path, Access::write, stop));
}

// The other constructor makes it an object whose destructor is called where this one fails.
LayoutStore::LayoutStore(std::string path, Access access, std::stop_token stop) : LayoutStore(std::move(path)) {
  stop_ = std::move(stop);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path_, ignored)) {
    throw ContentError(path_ + " is a file, not an OCI image layout", "an archive is spelled oci-archive:" + path_);
  }
  open_root(access);
  if (access == Access::write) {
    create_missing();
  }
  check_layout();
  open_blobs();
}

LayoutStore::~LayoutStore() {
  if (!made_.empty()) {
    take_away();
  }
}

void LayoutStore::open_root(Access access) {
  for (int tries = 1;; ++tries) {
    try {
      if (try_open_root(access) || tries == kMaxTries) {
        return;
      }
    } catch (const NotFoundError&) {
      if (access == Access::read || tries == kMaxTries) {
        throw;
      }
    }
  }
}

bool LayoutStore::try_open_root(Access access) {
  if (access == Access::write) {
    std::ranges::move(make_directories(path_), std::back_inserter(made_));
  }
  root_ = open_directory(path_);
  use_.reset();
  if (access == Access::write) {
    use_ = DirectoryLock::try_acquire(root_.get(), DirectoryLock::Mode::exclusive, path_);
    if (use_) {
      if (use_->held()) {
        remove_temp_files();
      }
      use_->convert(DirectoryLock::Mode::shared, stop_);
    }
  }
  if (!use_) {
    use_ = DirectoryLock::acquire(root_.get(), DirectoryLock::Mode::shared, path_, stop_);
  }
  return is_at(root_.get(), path_);
}

void LayoutStore::open_blobs() {
  try {
    blobs_ = open_directory_at(root_.get(), kBlobsName, path_);
  } catch (const NotFoundError&) {
    blobs_.reset();  // a layout without content
  }
}

void LayoutStore::create_missing() {
  make_directory_at(root_.get(), kBlobsName, path_);
  open_blobs();
  const auto lock = DirectoryLock::acquire(blobs_.get(), DirectoryLock::Mode::exclusive, path_, stop_);
  // oci-layout is the last: with it the layout is one.
  if (const std::optional<std::string> index = read_small(kIndexFileName, kMaxLayoutIndexSize)) {
    about(path_ + "/" + kIndexFileName, [&] { return parse_layout_index(*index); });
  } else {
    write_small(kIndexFileName, kEmptyLayoutIndex);
  }
  if (!read_small(kLayoutFileName, kMaxLayoutFileSize)) {
    write_small(kLayoutFileName, kLayoutFile);
  }
}

void LayoutStore::check_layout() const {
  const std::optional<std::string> layout = read_small(kLayoutFileName, kMaxLayoutFileSize);
  if (!layout) {
    throw ContentError(path_ + " is not an OCI image layout: " + kLayoutFileName + " is missing");
  }
  about(path_ + "/" + kLayoutFileName, [&] { check_layout_file(*layout); });
}

std::uint64_t LayoutStore::remove_temp_files() const {
  std::uint64_t bytes = 0;
  for (const std::string& name : list_directory(root_.get(), path_)) {
    struct stat status{};
    if (is_temp_name(name) && ::fstatat(root_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode) && ::unlinkat(root_.get(), name.c_str(), 0) == 0) {
      bytes += static_cast<std::uint64_t>(status.st_size);
    }
  }
  return bytes;
}

// --- index.json ------------------------------------------------------------------------------------------------------

std::optional<std::string> LayoutStore::read_small(const std::string& name, std::size_t limit) const {
  try {
    FileSource source(open_file_at(root_.get(), name, path_), path_ + "/" + name);
    return read_all(source, limit);
  } catch (const NotFoundError&) {
    return std::nullopt;
  } catch (ContentError& error) {
    error.add_context(path_ + "/" + name);
    throw;
  }
}

std::string LayoutStore::read_index() const {
  std::optional<std::string> text = read_small(kIndexFileName, kMaxLayoutIndexSize);
  if (!text) {
    throw ContentError(path_ + " is not an OCI image layout: " + kIndexFileName + " is missing");
  }
  return std::move(*text);
}

void LayoutStore::write_small(const std::string& name, std::string_view text) const {
  TempFile file(root_.get(), path_, kFilePermissions);
  file.write(as_bytes(text));
  file.sync();
  file.rename_to(root_.get(), name);
}

namespace {

// What nobody could read again would make the whole layout useless.
void require_readable(const std::string& path, const std::string& index) {
  try {
    if (index.size() > kMaxLayoutIndexSize) {
      throw ContentError("larger than " + std::to_string(kMaxLayoutIndexSize) + " bytes");
    }
    parse_layout_index(index);
  } catch (const ContentError& error) {
    throw FailureError(path + " has no room for another name: its index would be " + error.message(),
                       "take names away (wasm-oci rmi, for the local store), or write to another layout");
  }
}

}  // namespace

void LayoutStore::edit_index(const std::function<std::string(const std::string& text)>& edit) {
  const auto lock = DirectoryLock::acquire(blobs_.get(), DirectoryLock::Mode::exclusive, path_, stop_);
  const std::string before = read_index();
  const std::string after = about(path_ + "/" + kIndexFileName, [&] { return edit(before); });
  if (after != before) {
    require_readable(path_, after);
    write_small(kIndexFileName, after);
    sync_file(root_.get(), path_);  // with it the files that create_missing() wrote are there after a power loss, too
  }
}

std::vector<Descriptor> LayoutStore::entries() {
  if (!root_) {
    return {};
  }
  const std::string text = read_index();
  return about(path_ + "/" + kIndexFileName, [&] { return parse_layout_index(text); });
}

Descriptor LayoutStore::only_entry() { return wasm_oci::only_entry(without_referrers(entries(), subjects_), path_); }

std::optional<Descriptor> LayoutStore::resolve(const std::string& name) {
  if (std::optional<Descriptor> entry = find_entry(entries(), name)) {
    return entry;
  }
  const std::optional<Digest> digest = Digest::parse(name);
  if (!digest) {
    return std::nullopt;
  }
  const UniqueFd blob = open_blob(*digest);
  if (!blob) {
    return std::nullopt;
  }
  return describe_manifest(*this, *digest, file_size(blob.get(), path_));
}

std::vector<Descriptor> LayoutStore::referrers(const Digest& subject) {
  return subjects_.referrers(entries(), subject);
}

void LayoutStore::put_root_blob(const Descriptor& root, std::string_view bytes) {
  if (!contains(root, NodeKind::blob)) {
    VerifiedSource source(std::make_unique<StringSource>(std::string(bytes)), root);
    put(root, NodeKind::manifest, source);
  }
}

void LayoutStore::put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) {
  put_root_blob(root, bytes);
  edit_index([&](const std::string& text) { return put_entries(text, root, names); });
}

bool LayoutStore::replace_root(const Descriptor& root, std::string_view bytes, const RootName& name,
                               const std::optional<Digest>& expected) {
  put_root_blob(root, bytes);
  bool is_as_expected = false;
  edit_index([&](const std::string& text) {
    const std::optional<Descriptor> now = find_entry(parse_layout_index(text), name.ref_name);
    is_as_expected = (now ? std::optional(now->digest) : std::nullopt) == expected;
    return is_as_expected ? put_entries(text, root, std::span(&name, 1)) : text;
  });
  return is_as_expected;
}

std::optional<Descriptor> LayoutStore::remove(const std::string& name) {
  std::optional<Descriptor> removed;
  if (blobs_) {
    edit_index([&](const std::string& text) {
      removed = find_entry(parse_layout_index(text), name);
      return remove_entries(text, name);
    });
  }
  return removed;
}

// --- blobs -----------------------------------------------------------------------------------------------------------

class LayoutStore::LayoutIngest final : public Ingest {
 public:
  explicit LayoutIngest(LayoutStore& owner) : owner_(owner), file_(owner.new_blob()) {}

 private:
  void store(ByteView bytes) override { file_->write(bytes); }
  // What is there already is replaced: writing is done, and the old file may be broken.
  void publish(const Descriptor& descriptor) override { owner_.publish(*file_, descriptor.digest); }

  LayoutStore& owner_;
  std::unique_ptr<TempFile> file_;
};

std::unique_ptr<Ingest> LayoutStore::ingest() { return std::make_unique<LayoutIngest>(*this); }

void LayoutStore::put(const Descriptor& descriptor, NodeKind /*kind*/, VerifiedSource& source) {
  const std::unique_ptr<TempFile> file = new_blob();
  copy(source, *file);
  publish(*file, descriptor.digest);
}

std::unique_ptr<TempFile> LayoutStore::new_blob() const {
  return std::make_unique<TempFile>(root_.get(), path_, kBlobPermissions);
}

void LayoutStore::publish(TempFile& file, const Digest& digest) {
  const std::string name(to_string(digest.algorithm()));
  make_directory_at(blobs_.get(), name, path_ + "/" + kBlobsName);
  file.rename_to(open_directory_at(blobs_.get(), name, path_ + "/" + kBlobsName).get(), digest.hex());
  const std::scoped_lock lock(mutex_);
  sound_.insert(digest);
}

UniqueFd LayoutStore::blob_directory(DigestAlgorithm algorithm) const {
  if (!blobs_) {
    return {};
  }
  try {
    return open_directory_at(blobs_.get(), std::string(to_string(algorithm)), path_ + "/" + kBlobsName);
  } catch (const NotFoundError&) {
    return {};
  }
}

UniqueFd LayoutStore::open_blob(const Digest& digest) const {
  const UniqueFd directory = blob_directory(digest.algorithm());
  if (!directory) {
    return {};
  }
  try {
    return open_file_at(directory.get(), digest.hex(),
                        path_ + "/" + kBlobsName + "/" + std::string(to_string(digest.algorithm())));
  } catch (const NotFoundError&) {
    return {};
  }
}

std::unique_ptr<Source> LayoutStore::open_unverified(const Descriptor& descriptor, NodeKind kind) {
  UniqueFd blob = open_blob(descriptor.digest);
  if (!blob) {
    if (root_ && kind == NodeKind::blob) {
      throw ContentError("broken layout: " + path_ + " does not hold the blob " + descriptor.digest.str(),
                         "pull or copy the image again");
    }
    throw NotFoundError(path_ + " does not hold " + descriptor.digest.str());
  }
  return std::make_unique<StoppableSource>(
      std::make_unique<FileSource>(std::move(blob), descriptor.digest.str() + " in " + path_), stop_);
}

bool LayoutStore::contains(const Descriptor& descriptor, NodeKind kind) {
  try {
    return kind == NodeKind::blob ? has_blob(descriptor) : has_graph(descriptor, 0);
  } catch (const ContentError&) {
    // A link, a directory or wrong bytes in its place: what is written takes the place.
    return false;
  }
}

bool LayoutStore::has_blob(const Descriptor& descriptor) {
  UniqueFd blob = open_blob(descriptor.digest);
  if (!blob || file_size(blob.get(), path_) != descriptor.size) {
    return false;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (sound_.contains(descriptor.digest)) {
      return true;
    }
  }
  VerifiedSource source(std::make_unique<StoppableSource>(std::make_unique<FileSource>(std::move(blob), path_), stop_),
                        descriptor);
  std::vector<std::byte> buffer(kChunkSize);
  while (source.read(buffer) != 0) {
  }
  const std::scoped_lock lock(mutex_);
  sound_.insert(descriptor.digest);
  return true;
}

bool LayoutStore::has_graph(const Descriptor& descriptor, unsigned depth) {
  if (depth > kMaxDepth || descriptor.size > kMaxManifestSize || !has_blob(descriptor)) {
    return false;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (complete_.contains(descriptor.digest)) {
      return true;
    }
  }
  for (const Edge& edge : required_children(descriptor, load(descriptor, NodeKind::manifest))) {
    if (!(edge.kind == NodeKind::blob ? has_blob(edge.target) : has_graph(edge.target, depth + 1))) {
      return false;
    }
  }
  const std::scoped_lock lock(mutex_);
  complete_.insert(descriptor.digest);
  return true;
}

}  // namespace wasm_oci
