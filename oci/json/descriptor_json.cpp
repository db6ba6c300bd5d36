#include "oci/json/descriptor_json.hpp"

#include "oci/manifest.hpp"

namespace wasm_oci {

Digest read_digest(const JsonValue& value) {
  expect(value, JsonKind::string);
  const std::optional<Digest> digest = Digest::parse(value.string());
  if (!digest) {
    fail_at(value, "not a sha256 or sha512 digest");
  }
  return *digest;
}

Platform read_platform(ObjectReader& object) {
  return {.os = object.optional_string("os"),
          .architecture = object.optional_string("architecture"),
          .variant = object.optional_string("variant"),
          .os_version = object.optional_string("os.version"),
          .os_features = object.optional_strings("os.features")};
}

Descriptor read_descriptor(const JsonValue& value) {
  return read_object(value, [](ObjectReader& object) {
    Descriptor descriptor{.media_type = object.required_string("mediaType"),
                          .digest = read_digest(object.required("digest")),
                          .size = object.required_uint("size"),
                          .annotations = object.optional_string_map("annotations"),
                          .artifact_type = object.optional_string("artifactType"),
                          .urls = object.optional_strings("urls"),
                          .data = object.optional_string("data")};
    if (const auto platform = object.optional("platform")) {
      descriptor.platform = read_object(*platform, read_platform);
    }
    return descriptor;
  });
}

std::vector<Descriptor> read_descriptors(const JsonValue& array) {
  expect(array, JsonKind::array);
  if (array.size() > kMaxDescriptors) {
    fail_at(array, "has more than " + std::to_string(kMaxDescriptors) + " entries");
  }
  std::vector<Descriptor> descriptors;
  for (const JsonValue& element : array) {
    descriptors.push_back(read_descriptor(element));
  }
  return descriptors;
}

void write_members(JsonWriter& json, const Platform& platform) {
  json.member("architecture", platform.architecture).member("os", platform.os);
  json.member_unless_empty("os.version", platform.os_version);
  json.member_unless_empty("os.features", platform.os_features);
  json.member_unless_empty("variant", platform.variant);
}

void write(JsonWriter& json, const Descriptor& descriptor) {
  json.begin_object();
  json.member("mediaType", descriptor.media_type);
  json.member("digest", descriptor.digest.str());
  json.member("size", descriptor.size);
  json.member_unless_empty("urls", descriptor.urls);
  json.member_unless_empty("annotations", descriptor.annotations);
  json.member_unless_empty("data", descriptor.data);
  if (descriptor.platform) {
    json.key("platform").begin_object();
    write_members(json, *descriptor.platform);
    json.end_object();
  }
  json.member_unless_empty("artifactType", descriptor.artifact_type);
  json.end_object();
}

std::string to_json(const Descriptor& descriptor) {
  JsonWriter json;
  write(json, descriptor);
  return std::move(json).take();
}

std::string to_json(const Platform& platform) {
  JsonWriter json;
  json.begin_object();
  write_members(json, platform);
  json.end_object();
  return std::move(json).take();
}

void point_to(EditedText& text, const EditedText::Find& find, const Descriptor& target) {
  text.set(find, "digest", to_json(target.digest.str()));
  text.set(find, "size", std::to_string(target.size));
  text.remove(find, "data");
}

void write(JsonWriter& json, const std::vector<Descriptor>& descriptors) {
  json.begin_array();
  for (const Descriptor& descriptor : descriptors) {
    write(json, descriptor);
  }
  json.end_array();
}

}  // namespace wasm_oci
