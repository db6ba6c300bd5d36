#include "oci/validate/loose.hpp"

#include <utility>

namespace wasm_oci {
namespace {

Descriptor with_any_digest(const LooseDescriptor& loose) {
  return {.media_type = loose.media_type,
          .digest = loose.digest.value_or(digest_of("")),
          .size = loose.size.value_or(0),
          .annotations = loose.annotations};
}

}  // namespace

std::optional<Descriptor> LooseDescriptor::target() const {
  return digest ? std::optional(with_any_digest(*this)) : std::nullopt;
}

std::optional<Platform> LooseDescriptor::full_platform() const {
  if (!platform) {
    return std::nullopt;
  }
  Platform said = platform_in(*platform);
  return said.os.empty() || said.architecture.empty() ? std::nullopt : std::optional(std::move(said));
}

std::string text_of(const JsonValue& object, std::string_view name) {
  const std::optional<JsonValue> member = object.find(name);
  return member ? std::string(member->string()) : std::string();
}

std::vector<std::string> texts_of(const JsonValue& object, std::string_view name) {
  std::vector<std::string> texts;
  const std::optional<JsonValue> list = object.find(name);
  if (list && list->is(JsonKind::array)) {
    for (const JsonValue element : *list) {
      texts.emplace_back(element.string());
    }
  }
  return texts;
}

std::optional<JsonValue> object_of(const JsonValue& object, std::string_view name) {
  const std::optional<JsonValue> member = object.find(name);
  return member && member->is(JsonKind::object) ? member : std::nullopt;
}

Annotations annotations_of(const JsonValue& object, std::string_view name) {
  Annotations annotations;
  if (const std::optional<JsonValue> members = object_of(object, name)) {
    for (const JsonValue member : *members) {
      if (member.is(JsonKind::string)) {
        annotations.insert_or_assign(std::string(member.key()), std::string(member.string()));
      }
    }
  }
  return annotations;
}

bool has_annotations(const JsonValue& object) {
  const std::optional<JsonValue> annotations = object_of(object, "annotations");
  return annotations && !annotations->empty();
}

std::vector<LooseDescriptor> descriptors_of(const JsonValue& object, std::string_view name) {
  std::vector<LooseDescriptor> descriptors;
  const std::optional<JsonValue> list = object.find(name);
  if (list && list->is(JsonKind::array)) {
    for (const JsonValue element : *list) {
      if (element.is(JsonKind::object) && descriptors.size() < kMaxDescriptors) {
        descriptors.push_back(read_loosely(element));
      }
    }
  }
  return descriptors;
}

LooseDescriptor read_loosely(const JsonValue& descriptor) {
  const std::optional<JsonValue> size = descriptor.find("size");
  const std::optional<std::uint64_t> number = size ? size->as_uint64() : std::nullopt;
  return {.json = descriptor,
          .media_type = text_of(descriptor, "mediaType"),
          .digest = Digest::parse(text_of(descriptor, "digest")),
          .size = number && *number <= INT64_MAX ? number : std::nullopt,
          .annotations = annotations_of(descriptor, "annotations"),
          .platform = object_of(descriptor, "platform"),
          .artifact_type = text_of(descriptor, "artifactType")};
}

Platform platform_in(const JsonValue& object) {
  return {.os = text_of(object, "os"),
          .architecture = text_of(object, "architecture"),
          .variant = text_of(object, "variant"),
          .os_version = text_of(object, "os.version"),
          .os_features = texts_of(object, "os.features")};
}

LooseManifest read_manifest_loosely(const JsonValue& root) {
  const std::optional<JsonValue> config = object_of(root, "config");
  return {.json = root,
          .media_type = text_of(root, "mediaType"),
          .config = config ? std::optional(read_loosely(*config)) : std::nullopt,
          .layers = descriptors_of(root, "layers"),
          .annotations = annotations_of(root, "annotations")};
}

Manifest as_value(const LooseManifest& manifest) {
  Manifest value{.media_type = manifest.media_type,
                 .config = manifest.config ? with_any_digest(*manifest.config) : describe("", ""),
                 .annotations = manifest.annotations};
  for (const LooseDescriptor& layer : manifest.layers) {
    value.layers.push_back(with_any_digest(layer));
  }
  return value;
}

}  // namespace wasm_oci
