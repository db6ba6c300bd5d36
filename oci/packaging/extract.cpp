#include "oci/packaging/extract.hpp"

#include "oci/annotations.hpp"
#include "oci/error.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

using Found = std::map<std::string, FoundModule>;

void remove_below(Found& found, const std::string& folder) {
  std::erase_if(found, [&](const auto& entry) { return entry.first.starts_with(folder); });
}

// The last part of a path.
std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// No container sees a file of such a name, whatever it holds (image-spec layer.md, "Whiteouts").
bool is_whiteout(const LayerEntry& entry) { return name_of(entry.path).starts_with(kWhiteout); }

// What an entry of an upper layer hides of the lower ones.
void hide(Found& found, const LayerEntry& entry) {
  const std::string_view name = name_of(entry.path);
  const std::string folder = entry.path.substr(0, entry.path.size() - name.size());
  if (name == kOpaque) {
    remove_below(found, folder);
    return;
  }
  const std::string hidden = is_whiteout(entry) ? folder + std::string(name.substr(kWhiteout.size())) : entry.path;
  found.erase(hidden);
  if (entry.type != LayerEntryType::folder) {
    remove_below(found, hidden + "/");
  }
}

// The content of the current entry where it is Wasm.
std::optional<FoundModule> read_module(LayerReader& reader, const LayerEntry& entry, const Descriptor& layer) {
  std::vector<std::byte> buffer(kChunkSize);
  Hasher hasher;
  std::optional<WasmHeader> header;
  std::size_t filled = 0;
  while (const std::size_t count = reader.read(std::span(buffer).subspan(filled))) {
    filled += count;
    if (!header && filled < kWasmHeaderSize) {
      continue;
    }
    const ByteView bytes = std::span(buffer).first(filled);
    if (!header) {
      header = match_wasm_header(bytes);
      if (!header) {
        return std::nullopt;
      }
    }
    hasher.update(bytes);
    filled = 0;
  }
  if (!header) {
    return std::nullopt;
  }
  return FoundModule{
      .path = entry.path, .size = entry.size, .digest = hasher.finish(), .kind = header->kind, .layer = layer};
}

Compression compression_of(const Descriptor& layer) {
  const std::optional<Compression> compression = media_type::layer_compression(layer.media_type);
  if (!compression) {
    throw ContentError("layer " + layer.digest.str() + " has the type \"" + excerpt(layer.media_type) +
                       "\", which is no layer of files");
  }
  return *compression;
}

// Puts the modules of one more layer over those of the layers below it.
void read_layer(Store& store, const Descriptor& layer, const Digest* diff_id, Found& found) {
  VerifiedSource blob = store.open(layer, NodeKind::blob);
  LayerReader reader(blob, compression_of(layer), {},
                     diff_id == nullptr ? std::nullopt : std::optional(diff_id->algorithm()));
  Found in_layer;
  while (const std::optional<LayerEntry> entry = reader.next()) {
    hide(found, *entry);
    in_layer.erase(entry->path);
    if (entry->type == LayerEntryType::file && !is_whiteout(*entry)) {
      if (std::optional<FoundModule> module = read_module(reader, *entry, layer)) {
        in_layer.emplace(entry->path, *std::move(module));
      }
    }
  }
  if (diff_id != nullptr) {
    if (const Digest actual = reader.diff_id(); actual != *diff_id) {
      throw ContentError("layer " + layer.digest.str() + " is " + actual.str() + " uncompressed, but the config says " +
                         diff_id->str());
    }
  }
  found.merge(in_layer);
}

// What a module that is a layer is called. Titles come from outside, and some hold whole paths.
std::string name_of_layer(const Descriptor& layer) {
  const auto title = layer.annotations.find(std::string(annotation::kTitle));
  const std::string_view name = title == layer.annotations.end() ? "" : name_of(title->second);
  const bool is_name = !name.empty() && name != "." && name != ".." &&
                       std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  return is_name ? std::string(name) : layer.digest.hex() + ".wasm";
}

FoundModule read_raw_module(Store& store, const Descriptor& layer) {
  VerifiedSource blob = store.open(layer, NodeKind::blob);
  std::array<std::byte, kWasmHeaderSize> begin{};
  std::size_t filled = 0;
  while (filled < begin.size()) {
    const std::size_t count = blob.read(std::span(begin).subspan(filled));
    if (count == 0) {
      break;
    }
    filled += count;
  }
  const std::optional<WasmHeader> header = match_wasm_header(std::span(begin).first(filled));
  if (!header) {
    throw ContentError("layer " + layer.digest.str() + " has the type \"" + excerpt(layer.media_type) +
                       "\", but is no Wasm binary");
  }
  return {
      .path = name_of_layer(layer), .size = layer.size, .digest = layer.digest, .kind = header->kind, .layer = layer};
}

std::vector<FoundModule> find_raw_modules(Store& store, const Manifest& manifest) {
  std::vector<FoundModule> modules;
  for (const Descriptor& layer : manifest.layers) {
    if (media_type::is_wasm_layer(layer.media_type)) {
      modules.push_back(read_raw_module(store, layer));
    }
  }
  return modules;
}

}  // namespace

std::vector<FoundModule> find_modules(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids) {
  if (std::ranges::any_of(manifest.layers,
                          [](const Descriptor& layer) { return media_type::is_wasm_layer(layer.media_type); })) {
    return find_raw_modules(store, manifest);
  }
  if (!diff_ids.empty() && diff_ids.size() != manifest.layers.size()) {
    throw ContentError("the config lists " + std::to_string(diff_ids.size()) + " diff_ids for " +
                       std::to_string(manifest.layers.size()) + " layers");
  }
  Found found;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    read_layer(store, manifest.layers[i], diff_ids.empty() ? nullptr : &diff_ids[i], found);
  }
  std::vector<FoundModule> modules;
  for (auto& [path, module] : found) {
    modules.push_back(std::move(module));
  }
  return modules;
}

void extract_module(Store& store, const FoundModule& module, Sink& sink) {
  VerifiedSource blob = store.open(module.layer, NodeKind::blob);
  if (media_type::is_wasm_layer(module.layer.media_type)) {
    copy(blob, sink);
    return;
  }
  LayerReader reader(blob, compression_of(module.layer));
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
