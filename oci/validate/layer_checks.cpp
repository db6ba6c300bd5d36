#include "oci/validate/layer_checks.hpp"

#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace wasm_oci {
namespace {

std::string_view name_of(BodyForm form) {
  switch (form) {
    case BodyForm::gzip:
      return "gzip";
    case BodyForm::zstd:
      return "zstd";
    case BodyForm::wasm:
      return "a Wasm binary";
    case BodyForm::other:
      break;
  }
  return "not compressed";
}

}  // namespace

void check_blob(const LooseDescriptor& descriptor, const LayerFacts& facts, const Place& place, Findings& findings) {
  const std::string path = descriptor.json.path();
  if (!facts.is_there) {
    findings.add("IDX032", place, path, facts.unreadable);
    return;
  }
  if (!facts.digest) {
    findings.add("IDX027", place, path + ".digest", facts.unreadable);
    return;
  }
  if (descriptor.size && facts.is_longer) {
    findings.add(
        "IDX028", place, path + ".size",
        "the content is larger than the " + std::to_string(*descriptor.size) + " bytes that the descriptor says");
    return;
  }
  if (descriptor.size && *descriptor.size != facts.size) {
    findings.add("IDX028", place, path + ".size",
                 "the content has " + std::to_string(facts.size) + " bytes, the descriptor says " +
                     std::to_string(*descriptor.size));
  }
  if (*facts.digest != descriptor.digest) {
    findings.add("IDX027", place, path + ".digest", "the content has the digest " + facts.digest->str());
  }
}

void check_layer(const LooseDescriptor& layer, const LayerFacts& facts, const Place& place, Findings& findings) {
  if (!facts.is_there || !facts.digest || *facts.digest != layer.digest) {
    return;  // it is not the layer that is meant
  }
  const std::string path = layer.json.path();
  if (const auto compression = media_type::layer_compression(layer.media_type)) {
    if (facts.form == BodyForm::wasm) {
      findings.add("MAN019", place, path + ".mediaType",
                   "the layer is a Wasm binary, and its type says " + excerpt(layer.media_type));
      return;
    }
    if (facts.form != form_of(*compression)) {
      // Only a plain type has containerd not look at the bytes.
      findings.add(
          "MAN007", place, path + ".mediaType",
          "the layer is " + std::string(name_of(facts.form)) + ", and its type says " + excerpt(layer.media_type),
          *compression == media_type::Compression::none ? Severity::error : Severity::warning);
    }
  } else if (media_type::is_wasm_layer(layer.media_type) && facts.form != BodyForm::wasm) {
    findings.add("MAN019", place, path + ".mediaType",
                 "the layer is no Wasm binary, and its type says " + excerpt(layer.media_type));
    return;
  }
  if (!facts.unreadable.empty()) {
    findings.add(facts.is_beyond_bounds ? "DOC005" : "DOC001", place, path, facts.unreadable);
  }
  for (const std::string& escape : facts.escapes) {
    findings.add("CFG022", place, path, escape);
  }
  if (!facts.absolute.empty()) {
    // Those who unpack take it for a path in the image, and ko writes them.
    findings.add("CFG022", place, path, "\"" + facts.absolute + "\" is written as an absolute path", Severity::info);
  }
}

void check_diff_ids(const LooseManifest& manifest, std::span<const std::shared_ptr<const LayerFacts>> facts,
                    const LooseConfig& config, const Place& config_place, Findings& findings) {
  const auto layers = static_cast<std::size_t>(std::ranges::count_if(manifest.layers, [](const LooseDescriptor& layer) {
    return media_type::layer_compression(layer.media_type).has_value();
  }));
  if (layers != config.diff_ids.size()) {
    findings.add("MAN005", config_place, "rootfs.diff_ids",
                 "the config has " + std::to_string(config.diff_ids.size()) + " diff_ids for " +
                     std::to_string(layers) + " layers of files");
    return;
  }
  std::size_t i = 0;
  for (std::size_t position = 0; position < manifest.layers.size(); ++position) {
    if (!media_type::layer_compression(manifest.layers[position].media_type)) {
      continue;
    }
    const std::optional<Digest>& said = config.diff_ids[i];
    const std::string path = "rootfs.diff_ids[" + std::to_string(i++) + "]";
    if (!said) {
      findings.add("MAN006", config_place, path, "this is no digest");
      continue;
    }
    const LayerFacts* const layer = facts[position].get();
    if (layer != nullptr && layer->digest == manifest.layers[position].digest && layer->diff_id &&
        layer->diff_id != said) {
      findings.add("MAN006", config_place, path,
                   "the layer is " + layer->diff_id->str() + " uncompressed, the config says " + said->str());
    }
  }
}

}  // namespace wasm_oci
