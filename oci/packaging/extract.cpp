#include "oci/packaging/extract.hpp"

#include "oci/annotations.hpp"
#include "oci/error.hpp"
#include "oci/layer/body_form.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/layer/whiteout.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/module_name.hpp"
#include "oci/packaging/module_reader.hpp"
#include "oci/text.hpp"
#include "oci/wasm/text_format.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

using Found = std::map<std::string, FoundModule>;
using Entries = std::map<std::string, LayerEntry>;

bool is_link(const LayerEntry& entry) {
  return entry.type == LayerEntryType::symlink || entry.type == LayerEntryType::hardlink;
}

void spend(ModuleBudget& budget, FoundModule& module) {
  if (budget.modules == 0 || budget.paths < module.path.size()) {
    throw ContentError("more Wasm modules than are looked at");
  }
  --budget.modules;
  budget.paths -= module.path.size();
  if (!module.description) {
    return;
  }
  if (const std::size_t size = memory_of(*module.description); size <= budget.descriptions) {
    budget.descriptions -= size;
  } else {
    module.description.reset();
    module.undescribed = "the modules import and export more than is kept";
  }
}

bool has_files(const Descriptor& layer) { return media_type::layer_compression(layer.media_type).has_value(); }

void require_layer_of_files(const Descriptor& layer) {
  if (!has_files(layer)) {
    throw ContentError("layer " + layer.digest.str() + " has the type \"" + excerpt(layer.media_type) +
                       "\", which is no layer of files");
  }
}

// One pass over the layers of an image, from the lowest to the top.
class LayerScan {
 public:
  LayerScan(Store& store, ModuleBudget& budget) : store_(store), budget_(budget) {}

  // Puts the modules of one more layer over those of the layers below it.
  void add(const Descriptor& layer, const Digest* diff_id) {
    require_layer_of_files(layer);
    VerifiedSource blob = store_.open(layer, NodeKind::blob);
    PeekedSource source(blob);
    LayerReader reader(source, compression_of(source.form()), {},
                       diff_id == nullptr ? std::nullopt : std::optional(diff_id->algorithm()));
    // Its annotations may be large, and modules many.
    const Descriptor bare{.media_type = layer.media_type, .digest = layer.digest, .size = layer.size};
    Found in_layer;
    Entries links_in_layer;
    Entries texts_in_layer;
    OtherFiles others{.compression = compression_of(source.form())};
    while (const std::optional<LayerEntry> entry = reader.next()) {
      hide_below(found_, *entry);
      hide_below(links_, *entry);
      hide_below(texts_, *entry);
      in_layer.erase(entry->path);
      links_in_layer.erase(entry->path);
      texts_in_layer.erase(entry->path);
      if (is_link(*entry) && spend_entry(*entry)) {
        links_in_layer.emplace(entry->path, *entry);
      }
      std::string begin;
      std::optional<FoundModule> module = read(reader, *entry, bare, begin);
      if (!module && is_text_format(entry->path, begin) && spend_entry(*entry)) {
        texts_in_layer.emplace(entry->path, *entry);
      }
      if (module) {
        in_layer.emplace(entry->path, *std::move(module));
      } else if (entry->type != LayerEntryType::folder) {
        others.has_users = others.has_users || entry->path == "etc/passwd";
        if (others.count++ == 0) {
          others.first = entry->path;
        }
      }
    }
    check(reader, layer, diff_id);
    found_.merge(in_layer);
    links_.merge(links_in_layer);
    texts_.merge(texts_in_layer);
    others_.push_back(std::move(others));
  }

  // A layer that is no files, or that comes again.
  void pass_over() { others_.emplace_back(); }

  // A layer that was passed over holds what the one at `same` does.
  void describe_as(std::size_t layer, std::size_t same) { others_.at(layer) = others_.at(same); }

  ImageFiles take() && {
    ImageFiles files{
        .modules = {}, .others = std::move(others_), .links = std::move(links_), .texts = std::move(texts_)};
    for (auto& [path, module] : found_) {
      files.modules.push_back(std::move(module));
    }
    return files;
  }

 private:
  bool spend_entry(const LayerEntry& entry) {
    const std::size_t size = sizeof(LayerEntry) + (2 * entry.path.size()) + entry.link_target.size();
    if (size > budget_.links) {
      return false;
    }
    budget_.links -= size;
    return true;
  }

  // `begin`: what a file that is no module begins with.
  std::optional<FoundModule> read(LayerReader& reader, const LayerEntry& entry, const Descriptor& layer,
                                  std::string& begin) {
    if (entry.type != LayerEntryType::file || is_whiteout(entry)) {
      return std::nullopt;
    }
    const auto bytes = [&](std::span<std::byte> into) {
      const std::size_t count = reader.read(into);
      for (std::size_t i = 0; i < count && begin.size() < kTextFormatBegin; ++i) {
        begin.push_back(static_cast<char>(into[i]));
      }
      return count;
    };
    std::optional<FoundModule> module = read_module(bytes, entry.path, entry.size, layer);
    if (module) {
      spend(budget_, *module);
    }
    return module;
  }

  static void check(LayerReader& reader, const Descriptor& layer, const Digest* diff_id) {
    if (diff_id == nullptr) {
      return;
    }
    if (const Digest actual = reader.diff_id(); actual != *diff_id) {
      throw ContentError("layer " + layer.digest.str() + " is " + actual.str() + " uncompressed, but the config says " +
                         diff_id->str());
    }
  }

  Store& store_;
  ModuleBudget& budget_;
  Found found_;
  Entries links_;
  Entries texts_;
  std::vector<OtherFiles> others_;
};

std::string name_of_layer(const Descriptor& layer) {
  const auto title = layer.annotations.find(std::string(annotation::kTitle));
  const std::string_view name = title == layer.annotations.end() ? "" : safe_file_name(title->second);
  return name.empty() ? layer.digest.hex() + ".wasm" : std::string(name);
}

FoundModule read_raw_module(Store& store, const Descriptor& layer) {
  VerifiedSource blob = store.open(layer, NodeKind::blob);
  const auto read = [&blob](std::span<std::byte> into) { return blob.read(into); };
  std::optional<FoundModule> module = read_module(read, name_of_layer(layer), layer.size, layer);
  if (!module) {
    throw ContentError("layer " + layer.digest.str() + " has the type " + excerpt(layer.media_type) +
                       ", but is no Wasm binary");
  }
  module->digest = layer.digest;  // which may be another kind of digest
  return *std::move(module);
}

std::vector<FoundModule> find_raw_modules(Store& store, const Manifest& manifest, ModuleBudget& budget) {
  std::vector<FoundModule> modules;
  std::map<std::pair<Digest, std::uint64_t>, std::size_t> known;  // the places of those that were read
  for (const Descriptor& layer : manifest.layers) {
    if (!media_type::is_wasm_layer(layer.media_type)) {
      continue;
    }
    const auto [place, is_new] = known.try_emplace({layer.digest, layer.size}, modules.size());
    if (is_new) {
      modules.push_back(read_raw_module(store, layer));
    } else {
      FoundModule again = modules[place->second];
      again.path = name_of_layer(layer);
      again.layer = layer;
      modules.push_back(std::move(again));
    }
    spend(budget, modules.back());
  }
  return modules;
}

// A layer as it is checked and unpacked.
using LayerUse = std::tuple<Digest, std::uint64_t, std::string, std::optional<Digest>>;

LayerUse use_of(const Descriptor& layer, const Digest* diff_id) {
  return {layer.digest, layer.size, layer.media_type, diff_id == nullptr ? std::nullopt : std::optional(*diff_id)};
}

// What the config says of each layer; nullptr: nothing.
std::vector<const Digest*> diff_ids_of_layers(std::span<const Descriptor> layers, std::span<const Digest> diff_ids,
                                              OtherLayers others) {
  std::vector<const Digest*> by_layer(layers.size());
  if (diff_ids.empty() || std::ranges::any_of(layers, media_type::is_plugin_document, &Descriptor::media_type)) {
    return by_layer;
  }
  const auto is_counted = [&](const Descriptor& layer) {
    return others == OtherLayers::are_refused || has_files(layer);
  };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(layers, is_counted));
  if (diff_ids.size() != count) {
    throw ContentError("the config lists " + std::to_string(diff_ids.size()) + " diff_ids for " +
                       std::to_string(count) + " layers");
  }
  auto next = diff_ids.begin();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (is_counted(layers[i])) {
      by_layer[i] = &*next++;
    }
  }
  return by_layer;
}

}  // namespace

std::vector<FoundModule> find_modules(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids) {
  return find_files(store, manifest, diff_ids).modules;
}

ImageFiles find_files(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids) {
  ModuleBudget budget;
  return find_files(store, manifest, diff_ids, budget);
}

ImageFiles find_files(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids, ModuleBudget& budget,
                      OtherLayers others) {
  const std::vector<Descriptor>& layers = manifest.layers;
  if (std::ranges::any_of(layers, media_type::is_wasm_layer, &Descriptor::media_type)) {
    return {.modules = find_raw_modules(store, manifest, budget), .others = {}};
  }
  const std::vector<const Digest*> diff_id = diff_ids_of_layers(layers, diff_ids, others);
  const auto is_passed_over = [&](const Descriptor& layer) {
    return media_type::is_plugin_document(layer.media_type) ||
           (others == OtherLayers::are_passed_over && !has_files(layer));
  };
  std::map<LayerUse, std::size_t> last;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    last[use_of(layers[i], diff_id[i])] = i;
  }
  LayerScan scan(store, budget);
  std::vector<std::size_t> same(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    same[i] = last.at(use_of(layers[i], diff_id[i]));
    // What a layer brings and takes away it brings and takes away again where it comes again: only then it is read.
    if (is_passed_over(layers[i]) || same[i] != i) {
      scan.pass_over();
    } else {
      scan.add(layers[i], diff_id[i]);
    }
  }
  for (std::size_t i = 0; i < same.size(); ++i) {
    scan.describe_as(i, same[i]);
  }
  return std::move(scan).take();
}

void extract_module(Store& store, const FoundModule& module, Sink& sink) {
  VerifiedSource blob = store.open(module.layer, NodeKind::blob);
  if (media_type::is_wasm_layer(module.layer.media_type)) {
    copy(blob, sink);
    return;
  }
  require_layer_of_files(module.layer);
  PeekedSource source(blob);
  LayerReader reader(source, compression_of(source.form()));
  std::vector<std::byte> buffer(kChunkSize);
  bool written = false;
  while (const std::optional<LayerEntry> entry = reader.next()) {
    if (written || entry->path != module.path || entry->type != LayerEntryType::file || entry->size != module.size) {
      continue;
    }
    // Several entries may have this path: the one that counts is known by its digest.
    Hasher hasher;
    while (const std::size_t count = reader.read(buffer)) {
      hasher.update(std::span(buffer).first(count));
      sink.write(std::span(buffer).first(count));
    }
    if (hasher.finish() != module.digest) {
      throw ContentError("layer " + module.layer.digest.str() + " holds several files of the path \"" +
                         excerpt(module.path) + "\"");
    }
    written = true;
  }
  if (!written) {
    throw ContentError("layer " + module.layer.digest.str() + " does not hold \"" + excerpt(module.path) +
                       "\" any more");
  }
}

}  // namespace wasm_oci
