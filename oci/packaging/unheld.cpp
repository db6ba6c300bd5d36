#include "oci/packaging/unheld.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/json/document.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/text.hpp"
#include "oci/timestamp.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace wasm_oci {
namespace {

using Names = std::vector<std::string>;

bool says_nothing(const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::null:
      return true;
    case JsonKind::boolean:
      return !value.boolean();
    case JsonKind::string:
      return value.string().empty();
    case JsonKind::integer:
      return value.as_int64() == 0;
    case JsonKind::number:
      return false;
    case JsonKind::array:
    case JsonKind::object:
      return value.empty();
  }
  return false;
}

// The members of `object` that are none of `held` and say something.
void add_members(const JsonValue& object, std::span<const std::string_view> held, const std::string& prefix,
                 Names& names) {
  if (object.kind() != JsonKind::object) {
    return;
  }
  for (const JsonValue& member : object) {
    if (std::ranges::find(held, member.key()) == held.end() && !says_nothing(member)) {
      names.push_back(prefix + excerpt(member.key()));
    }
  }
}

}  // namespace

std::vector<std::string> unheld_of_image_config(std::string_view bytes) {
  // With what docker's older builder says of how it built.
  static constexpr std::array<std::string_view, 14> kRoot = {
      "architecture", "config", "container",   "container_config", "created", "docker_version", "history",
      "id",           "os",     "os.features", "os.version",       "parent",  "rootfs",         "variant"};
  // BuildKit writes ArgsEscaped with every CMD; it means something to Windows alone. Image is docker's older builder's.
  static constexpr std::array<std::string_view, 8> kConfig = {"ArgsEscaped", "Cmd",  "Entrypoint", "Env",
                                                              "Image",       "User", "Labels",     "WorkingDir"};
  Names names;
  const ImageConfig config = parse_image_config(bytes);
  if (!config.created.empty() && !Timestamp::parse(config.created)) {
    names.push_back("created (" + excerpt(config.created) + "), which is no time");
  }
  const Document document = Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
  add_members(document.root(), kRoot, "", names);
  if (const std::optional<JsonValue> process = document.root().find("config")) {
    add_members(*process, kConfig, "config.", names);
  }
  return names;
}

std::vector<std::string> unheld_of_wasm_config(std::string_view bytes) {
  static constexpr std::array<std::string_view, 6> kRoot = {"architecture", "author",       "component",
                                                            "created",      "layerDigests", "os"};
  static constexpr std::array<std::string_view, 2> kComponent = {"exports", "imports"};
  Names names;
  const Document document = Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
  add_members(document.root(), kRoot, "", names);
  if (const std::optional<JsonValue> component = document.root().find("component")) {
    add_members(*component, kComponent, "component.", names);
  }
  return names;
}

std::vector<std::string> unheld_of_manifest(const Manifest& manifest, const Digest& module_layer) {
  Names names;
  if (!manifest.artifact_type.empty()) {
    names.push_back("the artifactType " + excerpt(manifest.artifact_type));
  }
  if (manifest.subject) {
    names.emplace_back("the subject that it refers to");
  }
  if (!manifest.config.annotations.empty()) {
    names.emplace_back("annotations of the config");
  }
  for (const Descriptor& layer : manifest.layers) {
    if (layer.digest != module_layer) {
      continue;
    }
    // Of a layer that is the module the title comes along.
    const bool has_name =
        media_type::is_wasm_layer(layer.media_type) && layer.annotations.contains(std::string(annotation::kTitle));
    if (layer.annotations.size() > (has_name ? 1U : 0U)) {
      names.emplace_back("annotations of the module's layer");
    }
  }
  return names;
}

}  // namespace wasm_oci
