#include "oci/index/annotate.hpp"

#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/json/edited_text.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::string_view kAnnotations = "annotations";

std::string to_json(const Annotations& annotations) {
  JsonWriter json;
  json.value(annotations);
  return std::move(json).take();
}

// Edits that give `object` these annotations. Its others stay.
void add_edits(const JsonValue& object, const Annotations& annotations, std::vector<Edit>& edits) {
  const std::optional<JsonValue> present = object.find(kAnnotations);
  if (!present || !present->is(JsonKind::object) || present->empty()) {
    edits.push_back(set_member(object, kAnnotations, to_json(annotations)));
    return;
  }
  for (const auto& [key, value] : annotations) {
    const std::optional<JsonValue> same = present->find(key);
    if (!same || same->string() != value) {
      edits.push_back(set_member(*present, key, wasm_oci::to_json(value)));
    }
  }
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
    std::vector<Edit> edits;
    add_edits(root, annotations, edits);
    return edits;
  });
  return text.text() == original ? std::nullopt : std::optional(std::move(text).take());
}

class Annotating {
 public:
  Annotating(std::string bytes, std::span<const IndexEntry> entries, std::span<const AnnotationRequest> requests)
      : text_(std::move(bytes), kMaxManifestSize), entries_(entries), requests_(requests) {}

  void annotate_manifests() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const IndexEntry& entry = entries_[i];
      const Annotations annotations = select_for(entry, requests_, AnnotationLevel::manifest);
      if (annotations.empty() || !media_type::is_image_manifest(entry.descriptor.media_type)) {
        continue;
      }
      if (const std::optional<std::string> manifest = annotated_manifest(entry, annotations)) {
        const Descriptor changed = describe(entry.descriptor.media_type, *manifest);
        point_to(text_, [i](const JsonValue& root) { return element(root, i); }, changed);
        manifests_.emplace(changed.digest, *manifest);
        gone_.insert(entry.descriptor.digest);
      }
    }
  }

  void annotate_index_and_entries() {
    text_.edit([&](const JsonValue& root) {
      std::vector<Edit> edits;
      if (const Annotations own = select(requests_, AnnotationLevel::index, {}); !own.empty()) {
        add_edits(root, own, edits);
      }
      if (const std::optional<JsonValue> manifests = root.find("manifests")) {
        for (const JsonValue child : *manifests) {
          const Annotations annotations =
              select_for(entries_[child.position()], requests_, AnnotationLevel::manifest_descriptor);
          if (!annotations.empty()) {
            add_edits(child, annotations, edits);
          }
        }
      }
      return edits;
    });
  }

  void remove_stale_attestations() {
    const auto removed = std::ranges::count_if(entries_, [&](const IndexEntry& entry) { return is_stale(entry); });
    if (removed > 0) {
      text_.edit([&](const JsonValue& root) {
        return remove_elements(root.find("manifests").value_or(root),
                               [&](const JsonValue& child) { return is_stale(entries_[child.position()]); });
      });
      notes_.push_back(std::to_string(removed) + (removed == 1 ? " attestation" : " attestations") +
                       " left out: what they say is of the manifests without the annotations");
    }
  }

  AnnotatedIndex take() && {
    AnnotatedIndex annotated{.bytes = text_.text(), .manifests = std::move(manifests_), .notes = std::move(notes_)};
    const std::vector<Descriptor> descriptors = parse_index(annotated.bytes).manifests;
    std::size_t position = 0;
    text_.edit([&](const JsonValue& root) {
      const JsonValue manifests = root.find("manifests").value_or(root);
      auto element = manifests.begin();
      for (const IndexEntry& entry : entries_) {
        if (!is_stale(entry)) {
          annotated.entries.push_back({.descriptor = descriptors.at(position++),
                                       .platform = entry.platform,
                                       .json = std::string((*element++).text()),
                                       .store = entry.store});
        }
      }
      return std::vector<Edit>{};
    });
    return annotated;
  }

 private:
  static JsonValue element(const JsonValue& root, std::size_t position) {
    return *std::next(root.find("manifests").value_or(root).begin(), static_cast<std::ptrdiff_t>(position));
  }

  bool is_stale(const IndexEntry& entry) const {
    const std::optional<Digest> attested = attested_image(entry.descriptor);
    return attested && gone_.contains(*attested);
  }

  EditedText text_;
  std::span<const IndexEntry> entries_;
  std::span<const AnnotationRequest> requests_;
  std::map<Digest, std::string> manifests_;
  std::set<Digest> gone_;
  std::vector<std::string> notes_;
};

}  // namespace

AnnotatedIndex annotate_index(std::string bytes, std::span<const IndexEntry> entries,
                              std::span<const AnnotationRequest> requests) {
  require_places(entries, requests);
  Annotating annotating(std::move(bytes), entries, requests);
  annotating.annotate_manifests();
  annotating.annotate_index_and_entries();
  annotating.remove_stale_attestations();
  return std::move(annotating).take();
}

}  // namespace wasm_oci
