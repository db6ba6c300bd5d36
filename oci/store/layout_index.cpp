#include "oci/store/layout_index.hpp"

#include "oci/error.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/json/reader.hpp"
#include "oci/json/splice.hpp"
#include "oci/json/writer.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::size_t kMaxLayoutFileSize = 64UL * 1024;

std::string_view annotation_of(const Descriptor& entry, std::string_view key) {
  const auto found = entry.annotations.find(std::string(key));
  return found == entry.annotations.end() ? std::string_view{} : std::string_view(found->second);
}

Document parse_document(std::string_view text) {
  return Document::parse(std::string(text), {.max_bytes = kMaxLayoutIndexSize});
}

// Documents cannot be moved, hence the pointer.
std::unique_ptr<const Document> try_parse(std::string_view text) {
  try {
    return std::unique_ptr<const Document>(
        new Document(Document::parse(std::string(text), {.max_bytes = kMaxManifestSize})));
  } catch (const ContentError&) {
    return nullptr;
  }
}

std::vector<Descriptor> read_entries(const Document& document) {
  require_unique_keys(document);
  return read_object(document.root(), [](ObjectReader& object) {
    if (const auto version = object.optional_uint("schemaVersion"); version.value_or(2) != 2) {
      throw ContentError("schemaVersion: " + std::to_string(*version) + " is not supported, only 2");
    }
    const std::optional<JsonValue> manifests = object.optional("manifests", JsonKind::array);
    return manifests ? read_descriptors(*manifests) : std::vector<Descriptor>{};
  });
}

// Which entries `name` means: positions in document order. A digest means content only: who asks for it must not get
// what an entry merely calls by it.
std::vector<std::size_t> matches(std::span<const Descriptor> entries, std::string_view name) {
  std::vector<std::size_t> found;
  const auto find = [&](const auto& is_match) {
    for (std::size_t position = 0; position < entries.size(); ++position) {
      if (is_match(entries[position])) {
        found.push_back(position);
      }
    }
  };
  if (const std::optional<Digest> digest = Digest::parse(name)) {
    find([&](const Descriptor& entry) { return entry.digest == *digest; });
    return found;
  }
  for (const std::string_view key : {annotation::kRefName, annotation::kImageName}) {
    find([&](const Descriptor& entry) { return annotation_of(entry, key) == name; });
    if (!found.empty()) {
      break;
    }
  }
  return found;
}

// What an entry of `name` looks like: of the root's own annotations none is kept, since the next reader of the layout
// would take them for names or facts about the entry.
std::string entry_text(const Descriptor& root, const RootName* name) {
  Descriptor entry = root;
  entry.annotations.clear();
  entry.urls.clear();
  entry.data.clear();
  if (name != nullptr) {
    entry.annotations.emplace(annotation::kRefName, name->ref_name);
    if (!name->image_name.empty()) {
      entry.annotations.emplace(annotation::kImageName, name->image_name);
    }
  }
  return to_json(entry);
}

// `text`, which certainly has an array of manifests.
std::string with_array(std::string_view text) {
  const Document document = parse_document(text);
  const std::optional<JsonValue> manifests = document.root().find("manifests");
  if (manifests && manifests->is(JsonKind::array)) {
    return std::string(text);
  }
  return splice(text, std::array{set_member(document.root(), "manifests", "[]")});
}

// The array of a text that has one for certain: from with_array(), or because an entry was found in it.
JsonValue manifests_of(const Document& document) {
  const std::optional<JsonValue> manifests = document.root().find("manifests");
  if (!manifests) {
    throw std::logic_error("an index without manifests is edited");
  }
  return *manifests;
}

std::string without_positions(std::string_view text, std::span<const std::size_t> positions) {
  const Document document = parse_document(text);
  return splice(text, remove_elements(manifests_of(document), [&](const JsonValue& element) {
                  return std::ranges::find(positions, element.position()) != positions.end();
                }));
}

std::string with_entry(std::string_view text, std::size_t position, const std::string& json) {
  const Document document = parse_document(text);
  const JsonValue manifests = manifests_of(document);
  for (const JsonValue entry : manifests) {
    if (entry.position() == position) {
      return splice(text, std::array{replace_value(entry, json)});
    }
  }
  return splice(text, std::array{insert_elements(manifests, position, std::span(&json, 1))});
}

bool says_the_same(const Descriptor& entry, const Descriptor& root, const RootName& name) {
  return entry.digest == root.digest && entry.size == root.size && entry.media_type == root.media_type &&
         annotation_of(entry, annotation::kImageName) == name.image_name;
}

std::string put_entry(std::string_view text, const Descriptor& root, const RootName& name) {
  const std::vector<Descriptor> entries = parse_layout_index(text);
  std::vector<std::size_t> others;
  for (std::size_t position = 0; position < entries.size(); ++position) {
    if (annotation_of(entries[position], annotation::kRefName) == name.ref_name) {
      others.push_back(position);
    }
  }
  if (others.empty()) {
    return with_entry(text, entries.size(), entry_text(root, &name));
  }
  const std::size_t kept = others.front();
  others.erase(others.begin());
  std::string result = others.empty() ? std::string(text) : without_positions(text, others);
  if (!says_the_same(entries[kept], root, name)) {
    result = with_entry(result, kept, entry_text(root, &name));
  }
  return result;
}

}  // namespace

void check_layout_file(std::string_view text) {
  const Document document = Document::parse(std::string(text), {.max_bytes = kMaxLayoutFileSize});
  read_object(document.root(), [](ObjectReader& object) {
    const std::string version = object.required_string("imageLayoutVersion");
    if (version != "1.0.0") {
      throw ContentError("imageLayoutVersion " + excerpt(version) + " is not supported, only 1.0.0");
    }
    return version;
  });
}

std::vector<Descriptor> parse_layout_index(std::string_view text) { return read_entries(parse_document(text)); }

std::string entry_name(const Descriptor& entry) {
  for (const std::string_view key : {annotation::kRefName, annotation::kImageName}) {
    if (const std::string_view name = annotation_of(entry, key); !name.empty()) {
      return std::string(name);
    }
  }
  return entry.digest.str();
}

bool is_named(const Descriptor& entry) {
  return !annotation_of(entry, annotation::kRefName).empty() || !annotation_of(entry, annotation::kImageName).empty();
}

std::optional<Descriptor> find_entry(std::span<const Descriptor> entries, std::string_view name) {
  const std::vector<std::size_t> found = matches(entries, name);
  if (found.empty()) {
    return std::nullopt;
  }
  for (const std::size_t position : found) {
    if (entries[position].digest != entries[found.front()].digest) {
      throw UsageError("'" + std::string(name) + "' names several images", "name one by its digest (@sha256:…)");
    }
  }
  return entries[found.front()];
}

std::vector<Descriptor> without_referrers(std::vector<Descriptor> entries, Subjects& subjects) {
  const auto differs = [&entries](const Descriptor& entry) { return entry.digest != entries.front().digest; };
  if (std::ranges::any_of(entries, differs)) {
    std::erase_if(entries, [&](const Descriptor& entry) { return !is_named(entry) && subjects.of(entry); });
  }
  return entries;
}

Descriptor only_entry(std::span<const Descriptor> entries, const std::string& shown) {
  if (entries.empty()) {
    throw NotFoundError(shown + " holds no image");
  }
  std::set<std::string> names;
  std::set<Digest> digests;
  for (const Descriptor& entry : entries) {
    names.insert(is_named(entry) ? entry_name(entry) : "@" + entry.digest.str());
    digests.insert(entry.digest);
  }
  if (digests.size() > 1) {
    throw UsageError(shown + " holds several images",
                     "name one of: " + list_names(std::vector(names.begin(), names.end())));
  }
  return entries.front();
}

std::string put_entries(std::string_view text, const Descriptor& root, std::span<const RootName> names) {
  std::string result = with_array(text);
  for (const RootName& name : names) {
    result = put_entry(result, root, name);
  }
  if (names.empty()) {
    const std::vector<Descriptor> entries = parse_layout_index(result);
    const auto same = [&root](const Descriptor& entry) { return entry.digest == root.digest; };
    if (std::ranges::none_of(entries, same)) {
      result = with_entry(result, entries.size(), entry_text(root, nullptr));
    }
  }
  return result;
}

std::string remove_entries(std::string_view text, std::string_view name) {
  const std::vector<std::size_t> found = matches(parse_layout_index(text), name);
  return found.empty() ? std::string(text) : without_positions(text, found);
}

std::string remove_unnamed(std::string_view text, const std::set<Digest>& digests) {
  const std::vector<Descriptor> entries = parse_layout_index(text);
  std::vector<std::size_t> doomed;
  for (std::size_t position = 0; position < entries.size(); ++position) {
    if (!is_named(entries[position]) && digests.contains(entries[position].digest)) {
      doomed.push_back(position);
    }
  }
  return doomed.empty() ? std::string(text) : without_positions(text, doomed);
}

std::optional<Descriptor> describe_manifest(Store& store, const Digest& digest, std::uint64_t size) {
  if (size > kMaxManifestSize) {
    return std::nullopt;
  }
  Descriptor descriptor{.media_type = {}, .digest = digest, .size = size};
  const std::unique_ptr<const Document> document = try_parse(store.load(descriptor, NodeKind::manifest));
  if (document == nullptr) {
    return std::nullopt;
  }
  const JsonValue root = document->root();
  if (const auto type = root.find("mediaType"); type && type->is(JsonKind::string)) {
    descriptor.media_type = type->string();
  } else if (root.find("manifests")) {
    descriptor.media_type = media_type::kOciIndex;
  } else if (root.find("config") && root.find("layers")) {
    descriptor.media_type = media_type::kOciManifest;
  } else if (root.find("fsLayers")) {
    descriptor.media_type = root.find("signatures") ? media_type::kDockerSchema1Signed : media_type::kDockerSchema1;
  }
  return descriptor.media_type.empty() ? std::nullopt : std::optional(std::move(descriptor));
}

}  // namespace wasm_oci
