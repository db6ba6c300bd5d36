#include "oci/validate/document_checks.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "oci/json/reader.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <array>
#include <span>

namespace wasm_oci {
namespace {

// What registries must take (distribution-spec, "Pushing Manifests"), in bytes.
constexpr std::size_t kMostThatRegistriesTake = 4 * 1024 * 1024;

struct Shape {
  std::string_view name;
  std::span<const std::string_view> foreign_keys;
  bool (*is_type)(std::string_view media_type);
  std::string_view without_type;  // the rule
  std::string_view usual_type;
};

constexpr std::array<std::string_view, 3> kForeignToIndex = {"config", "layers", "fsLayers"};
constexpr std::array<std::string_view, 2> kForeignToManifest = {"manifests", "fsLayers"};
constexpr Shape kIndex = {.name = "an index",
                          .foreign_keys = kForeignToIndex,
                          .is_type = media_type::is_index,
                          .without_type = "IDX002",
                          .usual_type = media_type::kOciIndex};
constexpr Shape kManifest = {.name = "a manifest",
                             .foreign_keys = kForeignToManifest,
                             .is_type = media_type::is_image_manifest,
                             .without_type = "MAN001",
                             .usual_type = media_type::kOciManifest};

void check_annotations(const JsonValue& object, const Place& place, Findings& findings) {
  const std::optional<JsonValue> annotations = object.find("annotations");
  if (!annotations || annotations->is(JsonKind::null)) {
    return;
  }
  if (!annotations->is(JsonKind::object)) {
    findings.add("IDX030", place, annotations->path(), "annotations are " + std::string(name_of(annotations->kind())));
    return;
  }
  for (const JsonValue annotation : *annotations) {
    if (annotation.key().empty()) {
      findings.add("IDX030", place, annotations->path(), "an annotation has an empty key");
    } else if (!annotation.is(JsonKind::string)) {
      findings.add("IDX030", place, annotation.path(),
                   "the annotation is " + std::string(name_of(annotation.kind())) + ", not a text");
    }
  }
}

void check_schema_version(const JsonValue& root, const Place& place, Findings& findings) {
  const std::optional<JsonValue> version = root.find("schemaVersion");
  if (!version) {
    findings.add("IDX001", place, "schemaVersion", "schemaVersion is missing");
  } else if (version->as_uint64() != 2) {
    findings.add("IDX001", place, version->path(), "schemaVersion is " + excerpt(version->text()) + ", not 2");
  }
}

void check_types(const JsonValue& root, std::string_view reached_as, const Shape& shape, const Place& place,
                 Findings& findings) {
  const std::string own = text_of(root, "mediaType");
  if (own.empty()) {
    findings.add(shape.without_type, place, "mediaType",
                 "the document does not say that it is " + std::string(shape.usual_type));
  } else if (!reached_as.empty() && own != reached_as) {
    findings.add("IDX003", place, "mediaType",
                 "the document says it is " + excerpt(own) + ", what leads to it says " + excerpt(reached_as));
  } else if (!shape.is_type(own)) {
    findings.add("IDX003", place, "mediaType", excerpt(own) + " is not the type of " + std::string(shape.name));
  }
  for (const std::string_view key : shape.foreign_keys) {
    if (root.find(key)) {
      findings.add("IDX003", place, std::string(key), std::string(shape.name) + " has no " + std::string(key));
    }
  }
}

void check_document(const JsonValue& root, std::string_view media_type, const Shape& shape, const Place& place,
                    Findings& findings) {
  check_schema_version(root, place, findings);
  check_types(root, media_type, shape, place, findings);
  check_annotations(root, place, findings);
  if (root.document().text().size() > kMostThatRegistriesTake) {
    findings.add("IDX031", place, "",
                 "the document has " + human_size(root.document().text().size()) + ", more than 4 MiB");
  }
  if (const std::optional<JsonValue> subject = object_of(root, "subject")) {
    check_descriptor(read_loosely(*subject), place, findings);
  }
}

void check_data(const LooseDescriptor& descriptor, const Place& place, Findings& findings) {
  const std::optional<JsonValue> data = descriptor.json.find("data");
  if (!data || data->is(JsonKind::null) || (data->is(JsonKind::string) && data->string().empty())) {
    return;
  }
  const std::optional<std::string> bytes = data->is(JsonKind::string) ? base64_decode(data->string()) : std::nullopt;
  if (!bytes) {
    findings.add("IDX029", place, data->path(), "data is no base64");
    return;
  }
  if (descriptor.size && bytes->size() != *descriptor.size) {
    findings.add("IDX029", place, data->path(),
                 "data has " + std::to_string(bytes->size()) + " bytes, the descriptor says " +
                     std::to_string(*descriptor.size));
  } else if (descriptor.digest && digest_of(*bytes, descriptor.digest->algorithm()) != *descriptor.digest) {
    findings.add("IDX029", place, data->path(), "data has another digest than " + descriptor.digest->str());
  }
}

}  // namespace

std::unique_ptr<Document> read_document(std::string bytes, const Place& place, Findings& findings) {
  try {
    // A document cannot be moved, so make_unique has nothing to make it of.
    std::unique_ptr<Document> document(
        new Document(Document::parse(std::move(bytes), {.max_bytes = kMaxManifestSize})));
    for (const JsonValue& duplicate : document->duplicates()) {
      findings.add("DOC002", place, duplicate.path(), "the key " + excerpt(duplicate.key()) + " stands there twice");
    }
    if (!document->root().is(JsonKind::object)) {
      findings.add("DOC001", place, "", "the document is " + std::string(name_of(document->root().kind())));
      return nullptr;
    }
    return document;
  } catch (const ContentError& error) {
    findings.add("DOC001", place, "", error.message());
    return nullptr;
  }
}

void check_sent_type(const JsonValue& root, std::string_view sent_as, const Place& place, Findings& findings) {
  const std::string own = text_of(root, "mediaType");
  if (!sent_as.empty() && !own.empty() && to_lower(own) != sent_as) {
    findings.add("IDX003", place, "mediaType",
                 "the document says it is " + excerpt(own) + ", the registry sends it as " + excerpt(sent_as));
  }
}

void check_index_document(const JsonValue& root, std::string_view media_type, const Place& place, Findings& findings) {
  check_document(root, media_type, kIndex, place, findings);
  if (text_of(root, "mediaType") == media_type::kDockerManifestList && has_annotations(root)) {
    findings.add("MAN020", place, "annotations", "a Docker manifest list has annotations");
  }
  const std::optional<JsonValue> manifests = root.find("manifests");
  if (manifests && manifests->is(JsonKind::array) && manifests->size() > kMaxDescriptors) {
    findings.add("DOC005", place, manifests->path(), "it has " + std::to_string(manifests->size()) + " entries");
  }
}

void check_manifest_document(const JsonValue& root, std::string_view media_type, const Place& place,
                             Findings& findings) {
  check_document(root, media_type, kManifest, place, findings);
  const LooseManifest manifest = read_manifest_loosely(root);
  if (manifest.config) {
    check_descriptor(*manifest.config, place, findings);
  }
  for (const LooseDescriptor& layer : manifest.layers) {
    check_descriptor(layer, place, findings);
  }
}

void check_descriptor(const LooseDescriptor& descriptor, const Place& place, Findings& findings) {
  const std::string path = descriptor.json.path();
  if (!descriptor.digest) {
    const std::string text = text_of(descriptor.json, "digest");
    findings.add("IDX027", place, path + ".digest",
                 text.empty() ? "the digest is missing" : excerpt(text) + " is no sha256 or sha512 digest");
  }
  if (!descriptor.size) {
    const std::optional<JsonValue> size = descriptor.json.find("size");
    findings.add("IDX028", place, path + ".size",
                 size ? excerpt(size->text()) + " is no size in bytes" : "the size is missing");
  }
  check_data(descriptor, place, findings);
  check_annotations(descriptor.json, place, findings);
}

}  // namespace wasm_oci
