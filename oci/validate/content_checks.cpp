#include "oci/validate/content_checks.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"
#include "oci/validate/artifact_checks.hpp"
#include "oci/validate/config_checks.hpp"
#include "oci/validate/document_checks.hpp"
#include "oci/validate/fetch.hpp"
#include "oci/validate/layer_checks.hpp"
#include "oci/validate/module_checks.hpp"
#include "oci/validate/platform_checks.hpp"
#include "oci/validate/start_checks.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

using Layer = std::shared_ptr<const LayerFacts>;

// Layers that registries need not hold, because their licence forbids it.
bool is_elsewhere(const LooseDescriptor& layer) {
  return media_type::is_foreign_layer(layer.media_type) && !texts_of(layer.json, "urls").empty();
}

bool holds_files(const LooseDescriptor& layer) { return media_type::layer_compression(layer.media_type).has_value(); }

bool has_plugin(const LayerFacts& layer) { return find_plugin(layer) != nullptr; }

// What the files of the layers of one image take, each counted once.
class FilesMemory {
 public:
  // Whether there is room for more.
  bool add(const Layer& layer) {
    memory_ += layer && layer->has_files && seen_.insert(layer.get()).second ? layer->cost : 0;
    return memory_ <= kMaxFilesMemory;
  }

 private:
  std::set<const LayerFacts*> seen_;
  std::size_t memory_ = 0;
};

// A config may hold megabytes for a name, and many configs are looked at.
Platform cut(Platform platform) {
  constexpr std::size_t kMostName = 256;
  for (std::string* const name : {&platform.os, &platform.architecture, &platform.variant, &platform.os_version}) {
    *name = excerpt(*name, kMostName);
  }
  platform.os_features.clear();
  return platform;
}

class ContentChecks {
 public:
  ContentChecks(Store& store, const LooseManifest& manifest, const std::optional<Platform>& said, bool for_istio,
                const LookAtLayer& look, const Place& place, ManifestFacts& facts, Findings& findings)
      : store_(store),
        manifest_(manifest),
        said_(said),
        for_istio_(for_istio),
        look_(look),
        place_(place),
        facts_(facts),
        findings_(findings) {}

  void check() {
    read_config();
    look_at_layers();
    if (is_image(facts_.kind) && config_) {
      check_image(*config_);
    } else if (facts_.kind == ContentKind::artifact && document_) {
      const bool has_module = layers_.size() == 1 && layers_.front() && layers_.front()->module;
      check_artifact_config(document_->root(), manifest_, has_module ? layers_.front().get() : nullptr, config_place_,
                            findings_);
    }
  }

 private:
  // Of what is no image and no artifact the config is a blob like any other.
  void read_config() {
    if (!manifest_.config) {
      return;
    }
    const LooseDescriptor& config = *manifest_.config;
    const std::optional<Descriptor> target = config.target();
    if (!target) {
      return;
    }
    if (!is_image(facts_.kind) && facts_.kind != ContentKind::artifact) {
      check_blob(config, *look_(*target, {}), place_, findings_);
      return;
    }
    config_place_ = {.document = target->digest};
    Fetched fetched = fetch_document(store_, *target, config.size, NodeKind::blob);
    add_problems(fetched.problems, place_, "config", findings_);
    facts_.read += fetched.read;
    document_ = fetched.bytes ? read_document(*std::move(fetched.bytes), config_place_, findings_) : nullptr;
    if (document_ && is_image(facts_.kind)) {
      const LooseConfig& read = config_.emplace(read_config_loosely(document_->root()));
      facts_.config_platform = cut(read.platform);
      facts_.has_diff_ids = !read.diff_ids.empty();
    }
  }

  bool is_for_wasm() const { return (config_ && is_wasm(config_->platform)) || (said_ && is_wasm(*said_)); }

  void look_at_layers() {
    const std::optional<Digest> first =
        config_ && !config_->diff_ids.empty() ? config_->diff_ids.front() : std::nullopt;
    const DigestAlgorithm diff_id = first ? first->algorithm() : DigestAlgorithm::sha256;
    FilesMemory memory;
    bool has_room = true;
    for (const LooseDescriptor& layer : manifest_.layers) {
      const std::optional<Descriptor> target = layer.target();
      layers_.push_back(nullptr);
      if (!target || is_elsewhere(layer)) {
        continue;
      }
      // The last layer's files tell whether it is Envoy's.
      const bool is_last = &layer == &manifest_.layers.back();
      const bool is_tar = is_image(facts_.kind) && holds_files(layer);
      layers_.back() = look_(*target, {.is_tar = is_tar,
                                       .wants_files = is_tar && ((is_for_wasm() && has_room) || is_last),
                                       .wants_module = media_type::is_wasm_layer(layer.media_type),
                                       .diff_id = diff_id});
      has_room = memory.add(layers_.back());
      check_blob(layer, *layers_.back(), place_, findings_);
      if (facts_.kind != ContentKind::unknown && facts_.kind != ContentKind::attestation) {
        check_layer(layer, *layers_.back(), place_, findings_);
      }
    }
  }

  // A plugin without an entrypoint is Envoy's. crun, too, goes by the annotation "compat", of what has an entrypoint.
  void tell_envoys_from_others(const LooseConfig& config) {
    const LayerFacts* const last = layers_.empty() ? nullptr : layers_.back().get();
    if (last == nullptr || !last->has_files) {
      return;
    }
    if (facts_.kind == ContentKind::image && config.argv.empty() && has_plugin(*last)) {
      facts_.kind = ContentKind::envoy;
    } else if (facts_.kind == ContentKind::envoy && !config.argv.empty() && !has_plugin(*last)) {
      facts_.kind = ContentKind::image;
    }
  }

  void check_image(const LooseConfig& config) {
    tell_envoys_from_others(config);
    const bool has_last = !layers_.empty() && layers_.back() && layers_.back()->has_files;
    check_config(config, facts_.kind, is_for_wasm(), config_place_, findings_);
    if (!said_) {  // else the entry's is what is asked for, and the config's is to be the same (IDX007)
      check_platform_names(config.platform, "", config_place_, findings_);
    }
    check_strictly(config_place_, findings_, [&] { parse_image_config(document_->text()); });
    const bool has_documents = std::ranges::any_of(manifest_.layers, [](const LooseDescriptor& layer) {
      return media_type::is_plugin_document(layer.media_type);
    });
    if (!has_documents) {
      check_diff_ids(manifest_, layers_, config, config_place_, findings_);
    }
    if (facts_.kind == ContentKind::wasm_layers) {
      check_modules(config);
      return;
    }
    if (facts_.kind == ContentKind::image && is_for_wasm()) {
      check_start(config);
    }
    if (has_last && for_istio_) {
      check_plugin(*layers_.back(), place_, findings_);
    }
  }

  void check_modules(const LooseConfig& config) {
    const std::string function = config.argv.empty() ? "" : start_of(config.argv.front(), "/").function;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (layers_[i] && layers_[i]->module) {
        check_module(*layers_[i]->module, layers_[i]->size, function, config.platform, manifest_.layers[i].json.path(),
                     place_, findings_);
      }
    }
  }

  // Files can be looked for only where all are known.
  void check_start(const LooseConfig& config) {
    std::vector<const LayerFacts*> all;
    FilesMemory memory;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      if (!holds_files(manifest_.layers[i])) {
        continue;
      }
      const bool has_room = memory.add(layers_[i]);
      if (!layers_[i] || !layers_[i]->has_files || !has_room) {
        if (layers_[i] && layers_[i]->is_there && layers_[i]->unreadable.empty() &&
            layers_[i]->form != BodyForm::wasm) {
          findings_.add("DOC005", place_, manifest_.layers[i].json.path(), "the layers hold more files than are kept");
        }
        return;
      }
      all.push_back(layers_[i].get());
    }
    if (!all.empty()) {  // else MAN004
      check_started_file(config, all, config_place_, findings_);
    }
  }

  Store& store_;
  const LooseManifest& manifest_;
  const std::optional<Platform>& said_;
  bool for_istio_;
  const LookAtLayer& look_;
  const Place& place_;
  ManifestFacts& facts_;
  Findings& findings_;
  Place config_place_ = {};
  std::unique_ptr<Document> document_;
  std::optional<LooseConfig> config_;
  std::vector<Layer> layers_;
};

}  // namespace

void check_content(Store& store, const LooseManifest& manifest, const std::optional<Platform>& said, bool for_istio,
                   const LookAtLayer& look, const Place& place, ManifestFacts& facts, Findings& findings) {
  ContentChecks(store, manifest, said, for_istio, look, place, facts, findings).check();
}

}  // namespace wasm_oci
