// An Inspection as JSON, whose keys programs rely on, and as text.
#include "cli/inspection.hpp"
#include "oci/image_config.hpp"
#include "oci/json/document.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"
#include "oci/text.hpp"

#include <string_view>

namespace wasm_oci::cli {

void write(JsonWriter& json, const Inspection& inspection) {
  json.begin_object()
      .member("name", inspection.name)
      .member("digest", inspection.descriptor.digest.str())
      .member("mediaType", inspection.descriptor.media_type)
      .member("size", inspection.descriptor.size)
      .member("kind", inspection.kind)
      .member_unless_empty("packaging", inspection.packaging)
      .member_unless_empty("platform", inspection.platform)
      .member("annotations", inspection.annotations);
  if (!inspection.config_bytes.empty()) {
    const Document config = Document::parse(inspection.config_bytes, {.max_bytes = kMaxManifestSize});
    json.key("config").value(config.root());
  }
  json.key("layers").begin_array();
  for (const InspectedLayer& layer : inspection.layers) {
    json.begin_object()
        .member("mediaType", layer.descriptor.media_type)
        .member("digest", layer.descriptor.digest.str())
        .member("size", layer.descriptor.size);
    if (layer.diff_id) {
      json.member("diffID", layer.diff_id->str());
    }
    json.end_object();
  }
  json.end_array().key("manifests").begin_array();
  for (const Inspection& manifest : inspection.manifests) {
    write(json, manifest);
  }
  json.end_array().key("modules").begin_array();
  for (const InspectedModule& module : inspection.modules) {
    write(json, module);
  }
  json.end_array().end_object();
}

namespace {

class TextReport {
 public:
  std::string take() && { return std::move(text_); }

  void add(const Inspection& inspection, const std::string& indent) {
    field(indent, "Name", inspection.name);
    field(indent, "Digest", inspection.descriptor.digest.str());
    field(indent, "MediaType", inspection.descriptor.media_type);
    field(indent, "Kind", inspection.kind);
    field(indent, "Packaging", inspection.packaging);
    field(indent, "Platform", inspection.platform);
    if (!inspection.config_bytes.empty()) {
      config(indent, parse_image_config(inspection.config_bytes));
    }
    list(indent, "Annotations", inspection.annotations);
    for (const InspectedLayer& layer : inspection.layers) {
      field(indent, "Layer",
            layer.descriptor.digest.str() + "  " + human_size(layer.descriptor.size) + "  " +
                layer.descriptor.media_type);
    }
    for (const InspectedModule& module : inspection.modules) {
      field(indent, "Module", module.path + "  " + human_size(module.size) + "  " + module.digest.str());
      for (const auto& [name, text] : lines_of(module)) {
        field(indent + "  ", name, text);
      }
    }
    for (const Inspection& manifest : inspection.manifests) {
      text_ += '\n';
      add(manifest, indent + "  ");
    }
  }

 private:
  void field(const std::string& indent, std::string_view name, const std::string& value) {
    constexpr std::size_t kWidth = 13;
    if (value.empty()) {
      return;
    }
    std::string head = name.empty() ? "" : std::string(name) + ":";
    head.resize(kWidth, ' ');
    text_ += indent + head + escape_for_terminal(value) + "\n";
  }

  void list(const std::string& indent, std::string_view name, const std::map<std::string, std::string>& values) {
    std::string_view head = name;
    for (const auto& [key, value] : values) {
      std::string line = key;
      line += '=';
      line += value;
      field(indent, head, line);
      head = head.substr(0, 0);
    }
  }

  static std::string words(const std::vector<std::string>& words) {
    if (words.empty()) {
      return {};
    }
    JsonWriter json;
    json.value(words);
    return std::move(json).take();
  }

  void config(const std::string& indent, const ImageConfig& config) {
    field(indent, "Created", config.created);
    field(indent, "Entrypoint", words(config.entrypoint));
    field(indent, "Cmd", words(config.cmd));
    field(indent, "Env", words(config.env));
    field(indent, "User", config.user);
    field(indent, "WorkingDir", config.workdir);
    list(indent, "Labels", config.labels);
  }

  std::string text_;
};

}  // namespace

std::string as_text(const Inspection& inspection) {
  TextReport report;
  report.add(inspection, "");
  return std::move(report).take();
}

}  // namespace wasm_oci::cli
