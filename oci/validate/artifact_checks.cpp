#include "oci/validate/artifact_checks.hpp"

#include "oci/error.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

using Names = std::set<std::string>;

Names names(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

template <typename Extern>
Names names(const std::vector<Extern>& externs) {
  Names result;
  for (const Extern& one : externs) {
    result.insert(one.name);
  }
  return result;
}

class ArtifactChecks {
 public:
  ArtifactChecks(const WasmConfig& config, const LooseManifest& manifest, const Place& place, Findings& findings)
      : config_(config), manifest_(manifest), place_(place), findings_(findings) {}

  void check(const WasmDescription* module) {
    if (config_.os != "wasip1" && config_.os != "wasip2") {
      add("os", "the os is " + excerpt(config_.os) + ", not wasip1 or wasip2");
    }
    check_layers();
    if (module == nullptr) {
      return;
    }
    if (module->form == WasmForm::core) {
      check_core();
    } else if (!config_.component) {
      add("component", "the module is a component, and the config says nothing of what it imports and exports");
    } else if (module->unread.empty()) {
      check_world(*config_.component, *module);
    }
    if (module->form == WasmForm::component && config_.os == "wasip1") {
      findings_.add("CFG013", place_, "os", "the module is a component, and the config says wasip1");
    }
  }

 private:
  void add(std::string path, std::string message) {
    findings_.add("MAN014", place_, std::move(path), std::move(message));
  }

  void check_layers() {
    const auto is_same = [](const Digest& said, const LooseDescriptor& layer) { return layer.digest == said; };
    if (!std::ranges::equal(config_.layers, manifest_.layers, is_same)) {
      add("layerDigests", "layerDigests are not the digests of the layers");
    }
  }

  void check_core() {
    const bool says_nothing =
        !config_.component || (config_.component->imports.empty() && config_.component->exports.empty());
    if (config_.os == "wasip2" && says_nothing) {
      findings_.add("MAN015", place_, "os", "the module is no component, and the config says wasip2");
    } else if (config_.component) {
      add("component", "the config speaks of a component, and the module is none");
    }
  }

  void check_world(const WasmWorld& world, const WasmDescription& module) {
    if (names(world.imports) != names(module.imports)) {
      add("component.imports", "the component imports other things");
    }
    if (names(world.exports) != names(module.exports)) {
      add("component.exports", "the component exports other things");
    }
  }

  const WasmConfig& config_;
  const LooseManifest& manifest_;
  const Place& place_;
  Findings& findings_;
};

}  // namespace

void check_artifact_config(const JsonValue& config, const LooseManifest& manifest, const LayerFacts* layer,
                           const Place& place, Findings& findings) {
  try {
    const WasmConfig value = parse_wasm_config(config.document().text());
    ArtifactChecks(value, manifest, place, findings).check(layer == nullptr ? nullptr : layer->module.get());
  } catch (const ContentError& error) {
    findings.add("MAN014", place, "", error.message());
  }
}

}  // namespace wasm_oci
