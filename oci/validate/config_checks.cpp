#include "oci/validate/config_checks.hpp"

#include "oci/error.hpp"
#include "oci/packaging/wasm_layers.hpp"
#include "oci/text.hpp"
#include "oci/timestamp.hpp"
#include "oci/validate/loose.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace wasm_oci {
namespace {

std::size_t layers_in_history(const JsonValue& root) {
  std::size_t count = 0;
  if (const std::optional<JsonValue> history = root.find("history"); history && history->is(JsonKind::array)) {
    for (const JsonValue entry : *history) {
      const std::optional<JsonValue> empty = entry.find("empty_layer");
      const bool is_empty = empty && empty->is(JsonKind::boolean) && empty->boolean();
      count += is_empty ? 0U : 1U;
    }
  }
  return count;
}

class ConfigChecks {
 public:
  ConfigChecks(const LooseConfig& config, ContentKind kind, bool is_wasm, const Place& place, Findings& findings)
      : config_(config), kind_(kind), is_wasm_(is_wasm), place_(place), findings_(findings) {}

  void check() {
    check_platform();
    check_rootfs();
    check_history();
    check_created();
    if (is_wasm_ && kind_ != ContentKind::envoy) {
      check_command();
      check_health();
    }
    if (kind_ == ContentKind::wasm_layers) {
      check_identity();
    }
  }

 private:
  void add(std::string_view rule, std::string path, std::string message, Severity at_most = Severity::error) {
    findings_.add(rule, place_, std::move(path), std::move(message), at_most);
  }

  void check_platform() {
    for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>("os", config_.platform.os),
                                      {"architecture", config_.platform.architecture}}) {
      if (value.empty()) {
        add("CFG001", std::string(name), "the config does not say its " + std::string(name));
      }
    }
  }

  void check_rootfs() {
    const std::optional<JsonValue> rootfs = object_of(config_.json, "rootfs");
    if (!rootfs) {
      add("CFG002", "rootfs", "rootfs is missing");
      return;
    }
    if (const std::string type = text_of(*rootfs, "type"); type != "layers") {
      add("CFG002", "rootfs.type", type.empty() ? "rootfs.type is missing" : "rootfs.type is " + excerpt(type));
    }
    const std::optional<JsonValue> diff_ids = rootfs->find("diff_ids");
    const bool is_list = diff_ids && diff_ids->is(JsonKind::array);
    // Go writes an empty list as null.
    if (!is_list && !(diff_ids && diff_ids->is(JsonKind::null))) {
      add("CFG002", "rootfs.diff_ids", "rootfs.diff_ids is no list");
    }
  }

  void check_history() {
    const std::size_t count = layers_in_history(config_.json);
    if (count > config_.diff_ids.size()) {
      add("MAN010", "history",
          "the history has " + std::to_string(count) + " entries with a layer, rootfs " +
              std::to_string(config_.diff_ids.size()) + " diff_ids");
    } else if (count > 0 && count < config_.diff_ids.size()) {
      add("MAN010", "history",
          "the history has " + std::to_string(count) + " entries with a layer for " +
              std::to_string(config_.diff_ids.size()) + " diff_ids",
          Severity::warning);
    }
  }

  void check_created() {
    check_time(config_.json);
    if (const std::optional<JsonValue> history = config_.json.find("history");
        history && history->is(JsonKind::array)) {
      for (const JsonValue entry : *history) {
        check_time(entry);
      }
    }
  }

  void check_time(const JsonValue& of) {
    const std::optional<JsonValue> created = of.find("created");
    if (!created || created->is(JsonKind::null)) {
      return;
    }
    if (!created->is(JsonKind::string) || !Timestamp::is_rfc3339(created->string())) {
      add("CFG024", created->path(), excerpt(created->text()) + " is no time of RFC 3339");
    }
  }

  void check_command() {
    if (config_.argv.empty()) {
      add("CFG003", "config.Entrypoint", "the config has neither an entrypoint nor a command");
    } else if (starts_shell(config_)) {
      add("CFG004", "config.Entrypoint", "what starts is the shell " + excerpt(config_.argv.front()));
    }
  }

  void check_health() {
    const std::optional<JsonValue> execution = object_of(config_.json, "config");
    const std::optional<JsonValue> health = execution ? object_of(*execution, "Healthcheck") : std::nullopt;
    if (!health) {
      return;
    }
    const std::vector<std::string> test = texts_of(*health, "Test");
    if (!test.empty() && test.front() != "NONE") {
      add("CFG018", "config.Healthcheck", "the health check " + excerpt(test.front()) + " cannot run");
    }
  }

  // The id of an image is the digest of its config.
  void check_identity() {
    const std::optional<JsonValue> execution = object_of(config_.json, "config");
    if (config_.diff_ids.empty() &&
        (!execution || !annotations_of(*execution, "Labels").contains(std::string(kLayersLabel)))) {
      add("CFG021", "config.Labels", "nothing in the config tells this image from one with another module");
    }
  }

  const LooseConfig& config_;
  ContentKind kind_;
  bool is_wasm_;
  const Place& place_;
  Findings& findings_;
};

}  // namespace

bool starts_shell(const LooseConfig& config) {
  static constexpr std::array<std::string_view, 6> kShells = {"sh", "bash", "ash", "dash", "/bin/sh", "/bin/bash"};
  return !config.argv.empty() && std::ranges::find(kShells, config.argv.front()) != kShells.end();
}

LooseConfig read_config_loosely(const JsonValue& root) {
  LooseConfig config{.json = root, .platform = platform_in(root)};
  if (const std::optional<JsonValue> rootfs = object_of(root, "rootfs")) {
    for (const std::string& diff_id : texts_of(*rootfs, "diff_ids")) {
      config.diff_ids.push_back(Digest::parse(diff_id));
    }
  }
  if (const std::optional<JsonValue> execution = object_of(root, "config")) {
    config.argv = texts_of(*execution, "Entrypoint");
    std::ranges::move(texts_of(*execution, "Cmd"), std::back_inserter(config.argv));
    config.workdir = text_of(*execution, "WorkingDir");
    config.user = text_of(*execution, "User");
  }
  return config;
}

void check_config(const LooseConfig& config, ContentKind kind, bool is_wasm, const Place& place, Findings& findings) {
  ConfigChecks(config, kind, is_wasm, place, findings).check();
}

}  // namespace wasm_oci
