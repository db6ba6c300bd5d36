#include "oci/validate/start_checks.hpp"

#include "oci/image_config.hpp"
#include "oci/packaging/envoy.hpp"
#include "oci/packaging/module_name.hpp"
#include "oci/text.hpp"
#include "oci/validate/merged_files.hpp"
#include "oci/validate/module_checks.hpp"
#include "oci/wasm/text_format.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace wasm_oci {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string what_it_is(const SeenFile& file) {
  const std::string_view begin(file.begin.data(), file.begin.size());
  return begin.starts_with("#!") ? "a script"
         : begin == std::string_view(
                        "\x7f"
                        "ELF",
                        4)
             ? "a native program (ELF)"
             : "no Wasm binary";
}

class StartChecks {
 public:
  StartChecks(const LooseConfig& config, std::span<const LayerFacts* const> layers, const Place& place,
              Findings& findings)
      : config_(config), files_(layers), place_(place), findings_(findings) {}

  void check() {
    check_user();
    if (config_.argv.empty() || starts_shell(config_)) {
      return;  // CFG003, CFG004
    }
    start_ = start_of(config_.argv.front(), config_.workdir);
    shown_ = "/" + excerpt(start_.path);
    const SeenFile* const file = files_.find(start_.path);
    if (file == nullptr) {
      check_missing();
    } else if (file->entry.type != LayerEntryType::file) {
      add("CFG006", shown_ + " is no file");
    } else {
      check_file(*file);
    }
  }

 private:
  void add(std::string_view rule, std::string message) { findings_.add(rule, place_, shown_, std::move(message)); }

  void check_user() {
    const std::string user = config_.user.substr(0, config_.user.find(':'));
    if (!user.empty() && !is_number(user) && files_.find("etc/passwd") == nullptr) {
      findings_.add("CFG017", place_, "config.User",
                    "the user " + excerpt(user) + " is a name, and the image has no /etc/passwd");
    }
  }

  void check_missing() {
    const std::string& word = config_.argv.front();
    const std::string from_root = start_of(word, "/").path;
    if (!word.starts_with('/') && files_.find(from_root) != nullptr) {
      add("CFG005", excerpt(word) + " is looked for below " + excerpt(config_.workdir) + ", and the file is /" +
                        excerpt(from_root));
    } else if (files_.was_removed(start_.path)) {
      add("CFG023", "a later layer takes " + shown_ + " away");
    } else {
      add("CFG006", shown_ + " is no file of the image");
    }
  }

  void check_file(const SeenFile& file) {
    if ((file.entry.mode & 0555U) != 0555U) {
      add("CFG009", shown_ + " cannot be read and executed by all");
    }
    const bool is_text = is_text_format(file.entry.path, std::string_view(file.begin.data(), file.begin.size()));
    if (!file.is_wasm && !is_text) {
      add("CFG007", shown_ + " is " + what_it_is(file));
      return;
    }
    // As it is written, with the function and all (crun, handler-utils.c, wasm_can_handle_container).
    if (const std::string& word = config_.argv.front(); !word.ends_with(".wasm") && !word.ends_with(".wat")) {
      add("CFG008", excerpt(word) + " does not end in .wasm");
    }
    if (file.module) {
      check_module(*file.module, file.entry.size, start_.function, config_.platform, shown_, place_, findings_);
    }
  }

  const LooseConfig& config_;
  MergedFiles files_;
  const Place& place_;
  Findings& findings_;
  Start start_;
  std::string shown_;
};

}  // namespace

void check_started_file(const LooseConfig& config, std::span<const LayerFacts* const> layers, const Place& place,
                        Findings& findings) {
  StartChecks(config, layers, place, findings).check();
}

const SeenFile* find_plugin(const LayerFacts& layer) {
  const auto plugin = std::ranges::find_if(layer.files, [](const SeenFile& file) {
    return file.entry.type == LayerEntryType::file && safe_file_name(file.entry.path) == kPluginFile;
  });
  return plugin == layer.files.end() ? nullptr : &*plugin;
}

void check_plugin(const LayerFacts& last_layer, const Place& place, Findings& findings) {
  if (last_layer.form != BodyForm::gzip) {
    findings.add("CFG020", place, "layers", "the last layer is not gzip");
    return;
  }
  const SeenFile* const plugin = find_plugin(last_layer);
  if (plugin == nullptr) {
    findings.add("CFG020", place, "layers", "the last layer has no plugin.wasm");
  } else if (plugin->entry.size > kMaxPluginSize) {
    findings.add("CFG019", place, "/" + excerpt(plugin->entry.path),
                 "plugin.wasm has " + human_size(plugin->entry.size) + ", and Istio loads at most 256 MiB");
  }
}

}  // namespace wasm_oci
