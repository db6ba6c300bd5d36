// What can be read of a document, however broken the rest of it is. The strict parsers (manifest.hpp, image_config.hpp)
// refuse a document as a whole; rules have to go on behind the first mistake.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/json/document.hpp"
#include "oci/manifest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct LooseDescriptor {
  JsonValue json;
  std::string media_type = {};             // empty where there is none
  std::optional<Digest> digest = {};       // nullopt where it is none
  std::optional<std::uint64_t> size = {};  // nullopt where it is no size
  Annotations annotations = {};            // those that are texts
  std::optional<JsonValue> platform = {};  // where it is an object
  std::string artifact_type = {};

  // What can be fetched; nullopt without digest. Without a size it has none (0).
  std::optional<Descriptor> target() const;
  // Where it says both os and architecture.
  std::optional<Platform> full_platform() const;
};

// The member where it is a text, else "".
std::string text_of(const JsonValue& object, std::string_view name);
// The texts of a list: a member that is no list has none.
std::vector<std::string> texts_of(const JsonValue& object, std::string_view name);
// The member where it is an object.
std::optional<JsonValue> object_of(const JsonValue& object, std::string_view name);
// The elements of a list that are objects, at most kMaxDescriptors of them.
std::vector<LooseDescriptor> descriptors_of(const JsonValue& object, std::string_view name);
// The members of an object that are texts.
Annotations annotations_of(const JsonValue& object, std::string_view name);
// Whether it has any, whatever they are.
bool has_annotations(const JsonValue& object);

LooseDescriptor read_loosely(const JsonValue& descriptor);
// os and architecture and their finer marks, of what has any of them: a descriptor's platform or an image config.
Platform platform_in(const JsonValue& object);

struct LooseManifest {
  JsonValue json;
  std::string media_type = {};
  std::optional<LooseDescriptor> config = {};
  std::vector<LooseDescriptor> layers = {};
  Annotations annotations = {};
};

LooseManifest read_manifest_loosely(const JsonValue& root);
// As a value, for those who look at types and annotations alone: what has no digest has that of nothing.
Manifest as_value(const LooseManifest& manifest);

}  // namespace wasm_oci
