#include "oci/index/annotate.hpp"

#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/index/draft.hpp"
#include "oci/json/edited_text.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::string_view kAnnotations = "annotations";

std::string to_json(const Annotations& annotations) {
  JsonWriter json;
  json.value(annotations);
  return std::move(json).take();
}

void append(std::vector<Edit>& edits, std::vector<Edit> more) { std::ranges::move(more, std::back_inserter(edits)); }

// Edits that give `object` these annotations. Its others stay.
std::vector<Edit> annotate(const JsonValue& object, const Annotations& annotations) {
  if (annotations.empty()) {
    return {};
  }
  const std::optional<JsonValue> present = object.find(kAnnotations);
  if (!present || !present->is(JsonKind::object) || present->empty()) {
    return {set_member(object, kAnnotations, to_json(annotations))};
  }
  std::vector<Edit> edits;
  for (const auto& [key, value] : annotations) {
    const std::optional<JsonValue> same = present->find(key);
    if (!same || same->string() != value) {
      edits.push_back(set_member(*present, key, wasm_oci::to_json(value)));
    }
  }
  return edits;
}

// Edits that make a descriptor lead to other content: digest and size, and none of the old content in it.
std::vector<Edit> point_to(const JsonValue& descriptor, const Descriptor& target) {
  std::vector<Edit> edits = {set_member(descriptor, "digest", wasm_oci::to_json(target.digest.str())),
                             set_member(descriptor, "size", std::to_string(target.size))};
  if (std::optional<Edit> data = remove_member(descriptor, "data")) {
    edits.push_back(*std::move(data));
  }
  return edits;
}

Annotations select_for(const IndexEntry& entry, std::span<const AnnotationRequest> requests, AnnotationLevel level) {
  return is_attestation(entry.descriptor) ? Annotations{}
                                          : select(requests, level, entry.platform.value_or(Platform{}));
}

void require_places(std::span<const IndexEntry> entries, std::span<const AnnotationRequest> requests) {
  for (const AnnotationRequest& request : requests) {
    const std::string shown = "--annotation " + format(request);
    if (request.level == AnnotationLevel::index_descriptor) {
      throw UsageError(shown + ": nothing here holds a descriptor of the index itself",
                       "annotate the index (index:KEY=VALUE) or its entries (manifest-descriptor:KEY=VALUE)");
    }
    if (!request.platform) {
      continue;
    }
    if (request.level == AnnotationLevel::index) {
      throw UsageError(shown + ": an index is for no platform", "write index:KEY=VALUE");
    }
    const auto is_meant = [&](const IndexEntry& entry) {
      return entry.platform && same_platform(*entry.platform, *request.platform);
    };
    if (std::ranges::none_of(entries, is_meant)) {
      throw NotFoundError(shown + ": the index has nothing for platform " + format(*request.platform));
    }
  }
}

// nullopt where it says all that already.
std::optional<std::string> annotated_manifest(const IndexEntry& entry, const Annotations& annotations) {
  const std::string original = entry.store->load(entry.descriptor, NodeKind::manifest);
  parse_manifest(original, entry.descriptor.media_type);
  EditedText text(original, kMaxManifestSize);
  text.edit([&](const JsonValue& root) {
    std::vector<Edit> edits = annotate(root, annotations);
    require_portable(size_after(original.size(), edits), original.size(), "manifest");
    return edits;
  });
  return text.text() == original ? std::nullopt : std::optional(std::move(text).take());
}

class Annotating {
 public:
  Annotating(std::string bytes, std::span<const IndexEntry> entries, std::span<const AnnotationRequest> requests)
      : size_(bytes.size()),
        text_(std::move(bytes), kMaxManifestSize),
        entries_(entries),
        requests_(requests),
        is_stale_(entries.size()) {}

  void annotate_manifests() {
    std::map<std::size_t, Descriptor> changed;  // by position
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const IndexEntry& entry = entries_[i];
      const Annotations annotations = select_for(entry, requests_, AnnotationLevel::manifest);
      if (annotations.empty() || !media_type::is_image_manifest(entry.descriptor.media_type)) {
        continue;
      }
      if (std::optional<std::string> manifest = annotated_manifest(entry, annotations)) {
        const Descriptor descriptor = describe(entry.descriptor.media_type, *manifest);
        manifests_.emplace(descriptor.digest, *std::move(manifest));
        changed.emplace(i, descriptor);
      }
    }
    if (!changed.empty()) {
      find_stale_attestations(changed);
      text_.edit([&](const JsonValue& root) {
        std::vector<Edit> edits;
        for (const JsonValue& child : manifests_of(root)) {
          if (const auto target = changed.find(child.position()); target != changed.end()) {
            append(edits, point_to(child, target->second));
          }
        }
        return edits;
      });
    }
  }

  void annotate_index_and_entries() {
    text_.edit([&](const JsonValue& root) {
      std::vector<Edit> edits = remove_elements(
          manifests_of(root), [&](const JsonValue& child) { return bool{is_stale_[child.position()]}; });
      append(edits, annotate(root, select(requests_, AnnotationLevel::index, {})));
      const std::size_t present = text_.text().size();
      std::size_t size = size_after(present, edits);
      for (const JsonValue& child : manifests_of(root)) {
        std::vector<Edit> more = annotate_entry(child);
        size = size_after(size, more);
        append(edits, std::move(more));
        // One long text for each of thousands of entries is not held: those to come replace no more than there is.
        require_portable(size - std::min(size, present), size_, "index");
      }
      require_portable(size, size_, "index");
      return edits;
    });
  }

  AnnotatedIndex take() && {
    AnnotatedIndex annotated{.bytes = text_.text(), .manifests = std::move(manifests_)};
    const std::vector<Descriptor> descriptors = parse_index(annotated.bytes).manifests;
    const Document document = Document::parse(annotated.bytes, {.max_bytes = kMaxManifestSize});
    std::size_t position = 0;
    for (const JsonValue& child : manifests_of(document.root())) {
      while (is_stale_[position]) {
        ++position;
      }
      const IndexEntry& entry = entries_[position++];
      annotated.entries.push_back({.descriptor = descriptors.at(child.position()),
                                   .platform = entry.platform,
                                   .json = std::string(child.text()),
                                   .store = entry.store});
    }
    if (const auto removed = std::ranges::count(is_stale_, true); removed > 0) {
      annotated.notes.push_back(std::to_string(removed) + (removed == 1 ? " attestation" : " attestations") +
                                " left out: what they say is of the manifests without the annotations");
    }
    return annotated;
  }

 private:
  static JsonValue manifests_of(const JsonValue& root) { return root.find("manifests").value_or(root); }

  void find_stale_attestations(const std::map<std::size_t, Descriptor>& changed) {
    std::vector<Descriptor> before;
    std::ranges::transform(entries_, std::back_inserter(before), &IndexEntry::descriptor);
    std::vector<Descriptor> after = before;
    for (const auto& [position, descriptor] : changed) {
      after[position].digest = descriptor.digest;
    }
    is_stale_ = orphaned(before, after);
  }

  std::vector<Edit> annotate_entry(const JsonValue& entry) const {
    return annotate(entry, select_for(entries_[entry.position()], requests_, AnnotationLevel::manifest_descriptor));
  }

  std::size_t size_;  // of the index as it was
  EditedText text_;
  std::span<const IndexEntry> entries_;
  std::span<const AnnotationRequest> requests_;
  std::vector<bool> is_stale_;  // which entries attest what is there no more
  std::map<Digest, std::string> manifests_;
};

}  // namespace

AnnotatedIndex annotate_index(std::string bytes, std::span<const IndexEntry> entries,
                              std::span<const AnnotationRequest> requests) {
  require_places(entries, requests);
  Annotating annotating(std::move(bytes), entries, requests);
  annotating.annotate_manifests();
  annotating.annotate_index_and_entries();
  return std::move(annotating).take();
}

}  // namespace wasm_oci
