// Removing what nothing reaches. Everything is read and judged before the first file goes.
#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/store/layout_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace wasm_oci {
namespace {

// Every digest that is written in the text: what a manifest of an unknown type may need, nobody can tell.
std::set<Digest> mentioned_digests(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 2> kForms{{{"sha256:", 64}, {"sha512:", 128}}};
  std::set<Digest> found;
  for (const auto& [prefix, hex_size] : kForms) {
    for (std::size_t at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1)) {
      if (const auto digest = Digest::parse(text.substr(at, prefix.size() + hex_size))) {
        found.insert(*digest);
      }
    }
  }
  return found;
}

// Removes what is no directory and returns its size; nullopt where there is no such thing.
std::optional<std::uint64_t> remove_file_at(int directory, const std::string& name, const std::string& shown) {
  struct stat status{};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(status.st_mode)) {
    return std::nullopt;
  }
  if (::unlinkat(directory, name.c_str(), 0) != 0) {
    throw_errno(errno, "cannot remove " + shown + "/" + name);
  }
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

struct LayoutStore::Reach {
  std::set<Digest> content = {};    // everything that stays
  std::set<Digest> manifests = {};  // those of it whose children were marked
  std::set<Digest> dead = {};       // unnamed entries whose subject does not stay
};

void LayoutStore::mark(const Descriptor& descriptor, NodeKind kind, Reach& reach) {
  std::vector<Edge> pending{{descriptor, kind}};
  while (!pending.empty()) {
    const Edge edge = std::move(pending.back());
    pending.pop_back();
    reach.content.insert(edge.target.digest);
    // An index may name manifests that the store never held.
    if (edge.kind == NodeKind::blob || reach.manifests.contains(edge.target.digest) ||
        (edge.target.digest != descriptor.digest && !open_blob(edge.target.digest))) {
      continue;
    }
    reach.manifests.insert(edge.target.digest);
    const std::string bytes = load_entry(edge.target);
    if (media_type::is_manifest(edge.target.media_type)) {
      std::ranges::move(required_children(edge.target, bytes), std::back_inserter(pending));
    } else {
      reach.content.merge(mentioned_digests(bytes));
    }
  }
}

std::string LayoutStore::load_entry(const Descriptor& descriptor) {
  // Some list more than manifests: what is larger than any manifest may be, and of another type, is a leaf.
  if (descriptor.size > kMaxManifestSize && !media_type::is_manifest(descriptor.media_type)) {
    return {};
  }
  try {
    return load(descriptor, NodeKind::manifest);
  } catch (const NotFoundError& error) {
    throw ContentError(error.message() + ", so nothing is removed",
                       "pull or build the image again, or remove its name");
  }
}

LayoutStore::Reach LayoutStore::find_reachable() {
  Reach reach;
  std::vector<std::pair<Descriptor, Digest>> referrers;  // with their subjects
  for (const Descriptor& entry : entries()) {
    const std::optional<Digest> subject = is_named(entry) ? std::nullopt : subject_of(load_entry(entry));
    if (subject) {
      referrers.emplace_back(entry, *subject);
    } else {
      mark(entry, NodeKind::manifest, reach);
    }
  }
  // A referrer may be the subject of another.
  const auto stays = [&](const std::pair<Descriptor, Digest>& referrer) {
    if (!reach.content.contains(referrer.second)) {
      return false;
    }
    mark(referrer.first, NodeKind::manifest, reach);
    return true;
  };
  while (std::erase_if(referrers, stays) > 0) {
  }
  for (const auto& [entry, subject] : referrers) {
    if (!reach.content.contains(entry.digest)) {
      reach.dead.insert(entry.digest);
    }
  }
  return reach;
}

void LayoutStore::remove_unreached(DigestAlgorithm algorithm, const std::set<Digest>& reached, PruneReport& report) {
  const UniqueFd directory = blob_directory(algorithm);
  if (!directory) {
    return;
  }
  const std::string shown = path_ + "/blobs/" + std::string(to_string(algorithm));
  for (const std::string& name : list_directory(directory.get(), shown)) {
    const std::optional<Digest> digest = Digest::parse(std::string(to_string(algorithm)) + ":" + name);
    if (!digest || reached.contains(*digest)) {
      continue;
    }
    if (const auto size = remove_file_at(directory.get(), name, shown)) {
      report.removed.push_back(*digest);
      report.bytes += *size;
    }
  }
}

PruneReport LayoutStore::prune(const std::stop_token& stop) {
  if (!use_) {  // the store does not exist
    return {};
  }
  use_->convert(DirectoryLock::Mode::exclusive, stop);
  if (!use_->held()) {
    throw FailureError("cannot prune " + path_ + ": its file system has no locks, so others may be writing to it");
  }
  try {
    PruneReport report = prune_alone();
    use_->convert(DirectoryLock::Mode::shared, stop);
    return report;
  } catch (...) {
    use_->convert(DirectoryLock::Mode::shared);
    throw;
  }
}

PruneReport LayoutStore::prune_alone() {
  PruneReport report;
  const Reach reach = find_reachable();
  if (!reach.dead.empty()) {
    edit_index([&](const std::string& text) { return remove_unnamed(text, reach.dead); });
  }
  remove_unreached(DigestAlgorithm::sha256, reach.content, report);
  remove_unreached(DigestAlgorithm::sha512, reach.content, report);
  report.bytes += remove_temp_files();
  const std::scoped_lock lock(mutex_);
  sound_.clear();
  complete_.clear();
  return report;
}

}  // namespace wasm_oci
