#include "oci/image_config.hpp"

#include "oci/json/descriptor_json.hpp"
#include "oci/lexical_path.hpp"
#include "oci/manifest.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

std::vector<Digest> read_diff_ids(const JsonValue& rootfs) {
  return read_object(rootfs, [](ObjectReader& object) {
    std::vector<Digest> diff_ids;
    if (const auto list = object.optional("diff_ids", JsonKind::array)) {
      for (const JsonValue& element : *list) {
        diff_ids.push_back(read_digest(element));
      }
    }
    return diff_ids;
  });
}

HistoryEntry read_history_entry(ObjectReader& object) {
  return {.created = object.optional_string("created"),
          .created_by = object.optional_string("created_by"),
          .comment = object.optional_string("comment"),
          .empty_layer = object.optional_bool("empty_layer")};
}

// The object "config": what a container runs by default.
void read_execution(const JsonValue& value, ImageConfig& config) {
  read_object(value, [&config](ObjectReader& object) {
    config.user = object.optional_string("User");
    config.env = object.optional_strings("Env");
    config.entrypoint = object.optional_strings("Entrypoint");
    config.cmd = object.optional_strings("Cmd");
    config.workdir = object.optional_string("WorkingDir");
    config.labels = object.optional_string_map("Labels");
    return true;
  });
}

void write_execution(JsonWriter& json, const ImageConfig& config) {
  if (config.user.empty() && config.env.empty() && config.entrypoint.empty() && config.cmd.empty() &&
      config.workdir.empty() && config.labels.empty()) {
    return;
  }
  json.key("config").begin_object();
  json.member_unless_empty("User", config.user);
  json.member_unless_empty("Env", config.env);
  json.member_unless_empty("Entrypoint", config.entrypoint);
  json.member_unless_empty("Cmd", config.cmd);
  json.member_unless_empty("WorkingDir", config.workdir);
  json.member_unless_empty("Labels", config.labels);
  json.end_object();
}

void write_rootfs(JsonWriter& json, const ImageConfig& config) {
  json.key("rootfs").begin_object().member("type", "layers").key("diff_ids").begin_array();
  for (const Digest& diff_id : config.diff_ids) {
    json.value(diff_id.str());
  }
  json.end_array().end_object();
}

void write_history(JsonWriter& json, const ImageConfig& config) {
  if (config.history.empty()) {
    return;
  }
  json.key("history").begin_array();
  for (const HistoryEntry& entry : config.history) {
    json.begin_object();
    json.member_unless_empty("created", entry.created);
    json.member_unless_empty("created_by", entry.created_by);
    json.member_unless_empty("comment", entry.comment);
    if (entry.empty_layer) {
      json.member("empty_layer", true);
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace

ImageConfig parse_image_config(std::string_view bytes) {
  const Document document = Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
  require_unique_keys(document);
  return read_object(document.root(), [](ObjectReader& object) {
    ImageConfig config{.created = object.optional_string("created"),
                       .author = object.optional_string("author"),
                       .platform = read_platform(object)};
    if (const auto execution = object.optional("config")) {
      read_execution(*execution, config);
    }
    if (const auto rootfs = object.optional("rootfs")) {
      config.diff_ids = read_diff_ids(*rootfs);
    }
    if (const auto history = object.optional("history", JsonKind::array)) {
      for (const JsonValue& entry : *history) {
        config.history.push_back(read_object(entry, read_history_entry));
      }
    }
    return config;
  });
}

std::string serialize(const ImageConfig& config) {
  JsonWriter json;
  json.begin_object();
  json.member_unless_empty("created", config.created);
  json.member_unless_empty("author", config.author);
  write_members(json, config.platform);
  write_execution(json, config);
  write_rootfs(json, config);
  write_history(json, config);
  json.end_object();
  return std::move(json).take();
}

Start start_of(std::string_view word, std::string_view workdir) {
  const std::size_t hash = std::min(word.find('#'), word.size());
  const std::string_view file = word.substr(0, hash);
  return {
      .path = normal_path(file.starts_with('/') ? std::string(file) : std::string(workdir).append("/").append(file)),
      .function = std::string(word.substr(std::min(hash + 1, word.size())))};
}

}  // namespace wasm_oci
