#include "oci/store/archive_writer.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/json/writer.hpp"
#include "oci/media_type.hpp"
#include "oci/store/layout_index.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace wasm_oci {
namespace {

constexpr unsigned kFileMode = 0644;
constexpr unsigned kDirectoryMode = 0755;

std::unique_ptr<Sink> open_target(const std::string& path) {
  if (path == "-") {
    return std::make_unique<FdSink>(STDOUT_FILENO, "standard output");
  }
  return std::make_unique<AtomicFile>(path);
}

std::string blob_path(const Digest& digest) {
  return "blobs/" + std::string(to_string(digest.algorithm())) + "/" + digest.hex();
}

}  // namespace

ArchiveWriter::ArchiveWriter(const std::string& path, ArchiveFormat format)
    : format_(format), file_(open_target(path)), tar_(*file_), index_(kEmptyLayoutIndex) {
  add_text("oci-layout", kLayoutFile);
  add_directory("blobs");
}

std::optional<Descriptor> ArchiveWriter::resolve(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return find_entry(parse_layout_index(index_), name);
}

bool ArchiveWriter::contains(const Descriptor& descriptor, NodeKind /*kind*/) {
  const std::scoped_lock lock(mutex_);
  return written_.contains(descriptor.digest);
}

void ArchiveWriter::put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) {
  const std::scoped_lock lock(mutex_);
  if (kind == NodeKind::blob) {
    add_blob(descriptor, source);
    return;
  }
  const std::string bytes = read_all(source, kMaxManifestSize);
  note_image(descriptor, bytes);
  StringSource again(bytes);
  add_blob(descriptor, again);
}

void ArchiveWriter::put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) {
  const std::scoped_lock lock(mutex_);
  note_image(root, bytes);
  if (format_ == ArchiveFormat::docker) {
    std::vector<std::string> tags;
    for (const RootName& name : names) {
      tags.push_back(name.image_name.empty() ? name.ref_name : name.image_name);
    }
    saved_.emplace_back(first_image(root, bytes), std::move(tags));
  }
  StringSource source{std::string(bytes)};
  add_blob(root, source);
  index_ = put_entries(index_, root, names);
}

void ArchiveWriter::finish() {
  const std::scoped_lock lock(mutex_);
  if (format_ == ArchiveFormat::docker) {
    add_text("manifest.json", saved_images());
  }
  add_text("index.json", index_);
  tar_.finish();
  if (auto* const file = dynamic_cast<AtomicFile*>(file_.get())) {
    file->commit();
  }
}

std::unique_ptr<Source> ArchiveWriter::open_unverified(const Descriptor& descriptor, NodeKind /*kind*/) {
  throw NotFoundError(descriptor.digest.str() + " cannot be read from an archive that is being written");
}

void ArchiveWriter::add_directory(const std::string& path) {
  if (directories_.insert(path).second) {
    tar_.add_directory(path, kDirectoryMode, 0);
  }
}

void ArchiveWriter::add_blob(const Descriptor& descriptor, Source& source) {
  if (!written_.insert(descriptor.digest).second) {
    return;
  }
  add_directory("blobs/" + std::string(to_string(descriptor.digest.algorithm())));
  tar_.add_file(blob_path(descriptor.digest), kFileMode, 0, source, descriptor.size);
}

void ArchiveWriter::add_text(std::string_view path, std::string_view text) {
  StringSource source{std::string(text)};
  tar_.add_file(path, kFileMode, 0, source, text.size());
}

void ArchiveWriter::note_image(const Descriptor& descriptor, std::string_view bytes) {
  if (format_ == ArchiveFormat::docker && media_type::is_image_manifest(descriptor.media_type)) {
    Manifest manifest = parse_manifest(bytes, descriptor.media_type);
    if (media_type::is_image_config(manifest.config.media_type)) {
      images_.emplace(descriptor.digest, std::move(manifest));
    }
  }
}

const Manifest& ArchiveWriter::first_image(const Descriptor& root, std::string_view bytes) const {
  std::vector<Descriptor> candidates{root};
  if (media_type::is_index(root.media_type)) {
    candidates = parse_index(bytes, root.media_type).manifests;
    // BuildKit's attestations are entries for the platform unknown/unknown.
    std::erase_if(candidates,
                  [](const Descriptor& entry) { return entry.platform && entry.platform->os == "unknown"; });
  }
  for (const Descriptor& candidate : candidates) {
    if (const auto image = images_.find(candidate.digest); image != images_.end()) {
      return image->second;
    }
  }
  throw UsageError("a docker archive holds images only, and " + root.digest.str() + " is none",
                   "oci-archive: holds everything");
}

std::string ArchiveWriter::saved_images() const {
  JsonWriter json;
  json.begin_array();
  for (const auto& [image, tags] : saved_) {
    std::vector<std::string> layers;
    layers.reserve(image.layers.size());
    for (const Descriptor& layer : image.layers) {
      layers.push_back(blob_path(layer.digest));
    }
    json.begin_object().member("Config", blob_path(image.config.digest)).member("RepoTags", tags);
    json.member("Layers", layers).end_object();
  }
  json.end_array();
  return std::move(json).take();
}

}  // namespace wasm_oci
