#include "oci/packaging/wasm_config.hpp"

#include "oci/json/descriptor_json.hpp"
#include "oci/json/reader.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"

namespace wasm_oci {
namespace {

constexpr std::string_view kArchitecture = "wasm";

WasmWorld read_world(ObjectReader& object) {
  // Both lists have to be there: what a component does not say, and an empty list, are two things.
  object.required("exports", JsonKind::array);
  object.required("imports", JsonKind::array);
  return {.exports = object.optional_strings("exports"),
          .imports = object.optional_strings("imports"),
          .target = object.optional_string("target")};
}

}  // namespace

WasmConfig parse_wasm_config(std::string_view bytes) {
  const Document document = Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
  require_unique_keys(document);
  return read_object(document.root(), [](ObjectReader& object) {
    WasmConfig config{.created = object.required_string("created"),
                      .author = object.optional_string("author"),
                      .os = {},
                      .layers = {}};
    if (object.required_string("architecture") != kArchitecture) {
      fail_at(object.required("architecture"), "must be \"wasm\"");
    }
    config.os = object.required_string("os");
    for (const JsonValue& digest : object.required("layerDigests", JsonKind::array)) {
      config.layers.push_back(read_digest(digest));
    }
    if (const auto component = object.optional("component", JsonKind::object)) {
      config.component = read_object(*component, read_world);
    }
    return config;
  });
}

std::string serialize(const WasmConfig& config) {
  JsonWriter json;
  json.begin_object().member("created", config.created).member_unless_empty("author", config.author);
  json.member("architecture", kArchitecture).member("os", config.os).key("layerDigests").begin_array();
  for (const Digest& layer : config.layers) {
    json.value(layer.str());
  }
  json.end_array();
  if (config.component) {
    json.key("component").begin_object();
    json.member("exports", config.component->exports).member("imports", config.component->imports);
    json.member_unless_empty("target", config.component->target).end_object();
  }
  json.end_object();
  return std::move(json).take();
}

}  // namespace wasm_oci
