#include "oci/manifest.hpp"

#include "oci/error.hpp"
#include "oci/json/descriptor_json.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <array>
#include <span>

namespace wasm_oci {
namespace {

Document parse_document(std::string_view bytes) {
  return Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
}

// One of the two kinds of document, and what must not be in it.
struct Shape {
  std::string_view name;
  bool (*is_type)(std::string_view media_type);
  std::span<const std::string_view> foreign_keys;
};

constexpr std::array<std::string_view, 1> kForeignToManifest = {"manifests"};
constexpr std::array<std::string_view, 2> kForeignToIndex = {"config", "layers"};
constexpr Shape kManifestShape{
    .name = "an image manifest", .is_type = media_type::is_image_manifest, .foreign_keys = kForeignToManifest};
constexpr Shape kIndexShape{.name = "an image index", .is_type = media_type::is_index, .foreign_keys = kForeignToIndex};

// Checks that the document is of one kind for every reader (T-11) and returns its own mediaType.
std::string read_identity(ObjectReader& object, const Shape& shape, std::string_view expected_type,
                          SchemaVersion schema_version = SchemaVersion::must_be_2) {
  std::string own_type = object.optional_string("mediaType");
  // Schema 1 lists its layers as fsLayers, which no other kind has.
  const bool has_fs_layers = object.optional("fsLayers").has_value();
  const std::optional<std::uint64_t> version = object.optional_uint("schemaVersion");
  if (media_type::is_docker_schema1(expected_type) || media_type::is_docker_schema1(own_type) ||
      (version == 1 && has_fs_layers)) {
    refuse_docker_schema1();
  }
  const auto require_type_of_kind = [&shape](const std::string& type) {
    if (!type.empty() && !shape.is_type(type)) {
      throw ContentError("mediaType: " + excerpt(type) + " is not that of " + std::string(shape.name));
    }
  };
  require_type_of_kind(std::string(expected_type));
  require_type_of_kind(own_type);
  if (!own_type.empty() && !expected_type.empty() && own_type != expected_type) {
    throw ContentError("mediaType: the document says " + excerpt(own_type) + ", what refers to it says " +
                       excerpt(expected_type));
  }
  if (version && *version != 2 && schema_version == SchemaVersion::must_be_2) {
    throw ContentError("schemaVersion: " + std::to_string(*version) + " is not supported, only 2");
  }
  bool ambiguous = has_fs_layers;
  for (const std::string_view key : shape.foreign_keys) {
    ambiguous |= object.optional(key).has_value();
  }
  if (ambiguous) {
    throw ContentError("ambiguous document: an index as well as a manifest, so readers would not agree on its content");
  }
  return own_type;
}

// A list that Go writes as null where it is empty.
std::vector<Descriptor> read_list(ObjectReader& object, std::string_view name) {
  const std::optional<JsonValue> list = object.optional(name);
  return list ? read_descriptors(*list) : std::vector<Descriptor>{};
}

std::optional<Descriptor> read_subject(ObjectReader& object) {
  const std::optional<JsonValue> subject = object.optional("subject");
  return subject ? std::optional(read_descriptor(*subject)) : std::nullopt;
}

// The members before and after the content, which both kinds share.
void write_head(JsonWriter& json, std::string_view media_type, std::string_view artifact_type) {
  json.begin_object().member("schemaVersion", 2);
  json.member_unless_empty("mediaType", media_type).member_unless_empty("artifactType", artifact_type);
}

std::string write_tail(JsonWriter& json, const std::optional<Descriptor>& subject, const Annotations& annotations) {
  if (subject) {
    write(json.key("subject"), *subject);
  }
  json.member_unless_empty("annotations", annotations).end_object();
  return std::move(json).take();
}

// Layers that registries need not hold, because their licence forbids distribution: what they are is fetched from their
// urls, if at all (image-spec layer.md, "Non-Distributable Layers").
bool is_elsewhere(const Descriptor& layer) {
  return media_type::is_foreign_layer(layer.media_type) && !layer.urls.empty();
}

}  // namespace

void refuse_docker_schema1() {
  throw ContentError("Docker image manifest version 2, schema 1 is not supported",
                     "the image must be pushed again with a current tool");
}

Manifest parse_manifest(std::string_view bytes, std::string_view media_type) {
  const Document document = parse_document(bytes);
  require_unique_keys(document);
  return read_object(document.root(), [&](ObjectReader& object) {
    std::string own_type = read_identity(object, kManifestShape, media_type);
    return Manifest{.media_type = std::move(own_type),
                    .artifact_type = object.optional_string("artifactType"),
                    .config = read_descriptor(object.required("config")),
                    .layers = read_list(object, "layers"),
                    .subject = read_subject(object),
                    .annotations = object.optional_string_map("annotations")};
  });
}

Index parse_index(std::string_view bytes, std::string_view media_type, SchemaVersion version) {
  const Document document = parse_document(bytes);
  require_unique_keys(document);
  return read_object(document.root(), [&](ObjectReader& object) {
    std::string own_type = read_identity(object, kIndexShape, media_type, version);
    // Without this any JSON object, a registry's error for one, would pass for an empty index.
    if (!document.root().find("manifests")) {
      throw ContentError("manifests: is missing");
    }
    return Index{.media_type = std::move(own_type),
                 .artifact_type = object.optional_string("artifactType"),
                 .manifests = read_list(object, "manifests"),
                 .subject = read_subject(object),
                 .annotations = object.optional_string_map("annotations")};
  });
}

std::string serialize(const Manifest& manifest) {
  JsonWriter json;
  write_head(json, manifest.media_type, manifest.artifact_type);
  write(json.key("config"), manifest.config);
  write(json.key("layers"), manifest.layers);
  return write_tail(json, manifest.subject, manifest.annotations);
}

std::string serialize(const Index& index) {
  JsonWriter json;
  write_head(json, index.media_type, index.artifact_type);
  write(json.key("manifests"), index.manifests);
  return write_tail(json, index.subject, index.annotations);
}

std::vector<Edge> required_children(const Descriptor& descriptor, std::string_view bytes) {
  std::vector<Edge> edges;
  if (media_type::is_docker_schema1(descriptor.media_type)) {
    refuse_docker_schema1();
  }
  if (media_type::is_index(descriptor.media_type)) {
    for (Descriptor& child : parse_index(bytes, descriptor.media_type).manifests) {
      edges.push_back({std::move(child), NodeKind::manifest});
    }
  } else if (media_type::is_image_manifest(descriptor.media_type)) {
    Manifest manifest = parse_manifest(bytes, descriptor.media_type);
    edges.push_back({std::move(manifest.config), NodeKind::blob});
    for (Descriptor& layer : manifest.layers) {
      if (!is_elsewhere(layer)) {
        edges.push_back({std::move(layer), NodeKind::blob});
      }
    }
  }
  return edges;
}

}  // namespace wasm_oci
