#include "oci/store/archive_store.hpp"

#include "oci/error.hpp"
#include "oci/json/reader.hpp"
#include "oci/media_type.hpp"
#include "oci/reference.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/store/stoppable.hpp"
#include "oci/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <utility>

namespace wasm_oci {

// One element of manifest.json.
struct ArchiveReader::SavedImage {
  std::string config;  // the three are names in the archive
  std::vector<std::string> layers;
  std::vector<std::string> tags;
};

namespace {

const std::string kIndexFileName = "index.json";
const std::string kLayoutFileName = "oci-layout";
const std::string kSavedFileName = "manifest.json";

Descriptor with_names(Descriptor image, const std::string& tag) {
  image.annotations[std::string(annotation::kRefName)] = tag;
  image.annotations[std::string(annotation::kImageName)] = tag;
  return image;
}

media_type::Compression detect_compression(std::string_view start) {
  if (start.starts_with("\x1f\x8b")) {
    return media_type::Compression::gzip;
  }
  return start.starts_with("\x28\xb5\x2f\xfd") ? media_type::Compression::zstd : media_type::Compression::none;
}

std::optional<std::string> normalise_reference(const std::string& name) {
  try {
    return parse_reference(name).str();
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

}  // namespace

std::unique_ptr<ArchiveReader> ArchiveReader::open(const std::string& path, ArchiveFormat format,
                                                   const std::stop_token& stop) {
  if (path != "-") {
    return std::make_unique<ArchiveReader>(open_file(path), path, format, stop);
  }
  UniqueFd input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));  // NOLINT(*-vararg)
  if (!input) {
    throw_errno(errno, "cannot open standard input");
  }
  return std::make_unique<ArchiveReader>(std::move(input), "standard input", format, stop);
}

ArchiveReader::ArchiveReader(UniqueFd file, std::string shown, ArchiveFormat format, const std::stop_token& stop)
    : file_(make_seekable(std::move(file), shown, stop)),
      shown_(std::move(shown)),
      format_(format),
      stop_(stop),
      index_(file_.get(), shown_, stop) {
  const bool has_layout = index_.find(kLayoutFileName) && index_.find(kIndexFileName);
  const bool has_saved = index_.find(kSavedFileName).has_value();
  try {
    if (has_layout) {
      read_layout();
      if (format_ == ArchiveFormat::docker && has_saved) {
        name_entries(read_saved_images());
      }
    } else if (format_ == ArchiveFormat::docker && has_saved) {
      make_images(read_saved_images());
      digests_are_new_ = true;
    } else {
      throw ContentError(format_ == ArchiveFormat::docker ? "no docker archive: manifest.json is missing"
                                                          : "no OCI archive: oci-layout or index.json is missing",
                         has_saved ? "what docker save wrote is spelled docker-archive:" + shown_ : "");
    }
  } catch (Error& error) {
    error.add_context(shown_);
    throw;
  }
}

std::unique_ptr<Source> ArchiveReader::open_slice(const TarIndex::Slice& slice) const {
  return std::make_unique<StoppableSource>(std::make_unique<FileSource>(file_.get(), shown_, slice.offset, slice.size),
                                           stop_);
}

std::string ArchiveReader::read_entry(const std::string& name, std::size_t limit) const {
  const std::optional<TarIndex::Slice> slice = index_.find(name);
  if (!slice) {
    throw ContentError(excerpt(name) + " is missing");
  }
  const std::unique_ptr<Source> source = open_slice(*slice);
  return read_all(*source, limit);
}

void ArchiveReader::read_layout() {
  check_layout_file(read_entry(kLayoutFileName, kMaxManifestSize));
  entries_ = parse_layout_index(read_entry(kIndexFileName, kMaxLayoutIndexSize));
}

std::vector<ArchiveReader::SavedImage> ArchiveReader::read_saved_images() const {
  const Document document =
      Document::parse(read_entry(kSavedFileName, kMaxManifestSize), {.max_bytes = kMaxManifestSize});
  require_unique_keys(document);
  expect(document.root(), JsonKind::array);
  std::vector<SavedImage> images;
  for (const JsonValue element : document.root()) {
    images.push_back(read_object(element, [](ObjectReader& object) {
      return SavedImage{.config = object.required_string("Config"),
                        .layers = object.optional_strings("Layers"),
                        .tags = object.optional_strings("RepoTags")};
    }));
  }
  if (images.size() > kMaxDescriptors) {
    throw ContentError(kSavedFileName + " lists too many images");
  }
  return images;
}

// Gives entries without names those that manifest.json has for their config.
void ArchiveReader::name_entries(const std::vector<SavedImage>& images) {
  std::vector<Descriptor> named;
  for (const Descriptor& entry : entries_) {
    bool found = false;
    // What docker saved of an index may lack the manifests of other platforms.
    if (!is_named(entry) && media_type::is_image_manifest(entry.media_type) && find_blob(entry.digest)) {
      const std::string config = parse_manifest(load(entry, NodeKind::manifest)).config.digest.hex();
      for (const SavedImage& image : images) {
        for (const std::string& tag : image.config.ends_with(config) ? image.tags : std::vector<std::string>{}) {
          named.push_back(with_names(entry, tag));
          found = true;
        }
      }
    }
    if (!found) {
      named.push_back(entry);
    }
  }
  entries_ = std::move(named);
}

void ArchiveReader::make_images(const std::vector<SavedImage>& images) {
  for (const SavedImage& image : images) {
    const Descriptor manifest = make_manifest(image);
    for (const std::string& tag : image.tags) {
      entries_.push_back(with_names(manifest, tag));
    }
    if (image.tags.empty()) {
      entries_.push_back(manifest);
    }
  }
}

Descriptor ArchiveReader::make_manifest(const SavedImage& image) {
  Manifest manifest{.media_type = std::string(media_type::kOciManifest), .config = describe_config(image.config)};
  for (const std::string& layer : image.layers) {
    manifest.layers.push_back(describe_layer(layer));
  }
  std::string bytes = serialize(manifest);
  const Descriptor descriptor = describe(manifest.media_type, bytes);
  made_.insert_or_assign(descriptor.digest, std::move(bytes));
  return descriptor;
}

Descriptor ArchiveReader::describe_config(const std::string& name) {
  const std::optional<TarIndex::Slice> slice = index_.find(name);
  if (!slice) {
    throw ContentError(excerpt(name) + " is missing");
  }
  if (slice->size > kMaxManifestSize) {
    throw ContentError(excerpt(name) + " has more than " + human_size(kMaxManifestSize));
  }
  Descriptor config = describe_slice(*slice);
  config.media_type = media_type::kOciConfig;
  return config;
}

Descriptor ArchiveReader::describe_layer(const std::string& name) {
  const std::optional<TarIndex::Slice> slice = index_.find(name);
  if (!slice) {
    throw ContentError("layer " + excerpt(name) + " is missing");
  }
  return describe_slice(*slice);
}

// As a layer. What is there is read once, however many images name it by however many names.
const Descriptor& ArchiveReader::describe_slice(const TarIndex::Slice& slice) {
  if (const auto known = described_.find(slice); known != described_.end()) {
    return known->second;
  }
  const std::unique_ptr<Source> source = open_slice(slice);
  std::vector<std::byte> buffer(kChunkSize);
  Hasher hasher;
  std::uint64_t size = 0;
  media_type::Compression compression = media_type::Compression::none;
  while (const std::size_t count = source->read(buffer)) {
    const ByteView piece = std::span(buffer).first(count);
    if (size == 0) {
      compression = detect_compression(as_text(piece));
    }
    hasher.update(piece);
    size += count;
  }
  const Descriptor content{
      .media_type = std::string(media_type::layer_type(compression)), .digest = hasher.finish(), .size = size};
  made_.insert_or_assign(content.digest, slice);
  return described_.emplace(slice, content).first->second;
}

Descriptor ArchiveReader::only_entry() { return wasm_oci::only_entry(without_referrers(entries_, subjects_), shown_); }

std::vector<Descriptor> ArchiveReader::referrers(const Digest& subject) {
  return subjects_.referrers(entries_, subject);
}

std::optional<Descriptor> ArchiveReader::resolve(const std::string& name) {
  if (std::optional<Descriptor> entry = find_entry(entries_, name)) {
    return entry;
  }
  if (const std::optional<Digest> digest = Digest::parse(name)) {
    const auto slice = find_blob(*digest);
    return slice ? describe_manifest(*this, *digest, slice->size) : std::nullopt;
  }
  if (const auto wanted = format_ == ArchiveFormat::docker ? normalise_reference(name) : std::nullopt) {
    for (const Descriptor& entry : entries_) {
      // Docker's ref.name is the tag alone, so the full name goes first.
      const auto full = entry.annotations.find(std::string(annotation::kImageName));
      if (normalise_reference(full == entry.annotations.end() ? entry_name(entry) : full->second) == wanted) {
        return entry;
      }
    }
  }
  return std::nullopt;
}

std::optional<TarIndex::Slice> ArchiveReader::find_blob(const Digest& digest) const {
  return index_.find("blobs/" + std::string(to_string(digest.algorithm())) + "/" + digest.hex());
}

std::unique_ptr<Source> ArchiveReader::open_unverified(const Descriptor& descriptor, NodeKind kind) {
  std::optional<TarIndex::Slice> slice;
  if (const auto made = made_.find(descriptor.digest); made == made_.end()) {
    slice = find_blob(descriptor.digest);
  } else if (const std::string* text = std::get_if<std::string>(&made->second)) {
    return std::make_unique<StringSource>(*text);
  } else {
    slice = std::get<TarIndex::Slice>(made->second);
  }
  if (!slice) {
    if (kind == NodeKind::blob) {
      throw ContentError("broken archive: " + shown_ + " does not hold the blob " + descriptor.digest.str());
    }
    throw NotFoundError(shown_ + " does not hold " + descriptor.digest.str());
  }
  return open_slice(*slice);
}

}  // namespace wasm_oci
