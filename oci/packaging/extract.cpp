#include "oci/packaging/extract.hpp"

#include "oci/annotations.hpp"
#include "oci/error.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/module_name.hpp"
#include "oci/random_access.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
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

// `folder` ends in a slash, so that all below it stand together.
void remove_below(Found& found, const std::string& folder) {
  if (folder.empty()) {
    found.clear();
    return;
  }
  std::string behind = folder;
  behind.back() = '/' + 1;
  found.erase(found.lower_bound(folder), found.lower_bound(behind));
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

// Puts the next bytes of a module into a buffer; 0 at its end.
using Read = std::function<std::size_t(std::span<std::byte> into)>;

// Fills as much of `into` as there is.
std::size_t fill(const Read& read, std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::size_t count = read(into.subspan(filled));
    if (count == 0) {
      break;
    }
    filled += count;
  }
  return filled;
}

// Hashes a module and describes it in one pass. Of its first bytes, which are read already, it was seen that they are
// Wasm's.
class ModuleReader {
 public:
  ModuleReader(const Read& read, ByteView first) : read_(read), first_(first) {}

  FoundModule read_all(FoundModule module) {
    const ForwardAccess bytes([this](std::span<std::byte> into) { return next(into); }, module.size);
    try {
      module.description = describe_wasm(bytes);
    } catch (const ContentError& error) {
      module.undescribed = error.message();
    }
    if (failure_) {
      // It is the layer that is broken. A description that forgives what it cannot read may have got over that.
      std::rethrow_exception(failure_);
    }
    std::vector<std::byte> buffer(kChunkSize);
    while (next(buffer) > 0) {
    }
    module.digest = hasher_.finish();
    return module;
  }

 private:
  std::size_t next(std::span<std::byte> into) {
    std::size_t count = 0;
    if (!first_.empty()) {
      count = std::min(into.size(), first_.size());
      std::ranges::copy(first_.first(count), into.begin());
      first_ = first_.subspan(count);
    } else {
      count = read_layer(into);
    }
    hasher_.update(into.first(count));
    return count;
  }

  std::size_t read_layer(std::span<std::byte> into) {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
    try {
      return read_(into);
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
  }

  const Read& read_;
  ByteView first_;
  Hasher hasher_;
  std::exception_ptr failure_;
};

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

// What `read` gives, where it is Wasm. Otherwise only its first bytes are read.
std::optional<FoundModule> read_module(const Read& read, const std::string& path, std::uint64_t size,
                                       const Descriptor& layer) {
  std::array<std::byte, kWasmHeaderSize> begin{};
  const ByteView first = ByteView(begin).first(fill(read, begin));
  const std::optional<WasmHeader> header = match_wasm_header(first);
  if (!header) {
    return std::nullopt;
  }
  return ModuleReader(read, first)
      .read_all({.path = path, .size = size, .digest = layer.digest, .kind = header->kind, .layer = layer});
}

Compression compression_of(const Descriptor& layer) {
  const std::optional<Compression> compression = media_type::layer_compression(layer.media_type);
  if (!compression) {
    throw ContentError("layer " + layer.digest.str() + " has the type \"" + excerpt(layer.media_type) +
                       "\", which is no layer of files");
  }
  return *compression;
}

// One pass over the layers of an image, from the lowest to the top.
class LayerScan {
 public:
  LayerScan(Store& store, ModuleBudget& budget) : store_(store), budget_(budget) {}

  // Puts the modules of one more layer over those of the layers below it.
  void add(const Descriptor& layer, const Digest* diff_id) {
    VerifiedSource blob = store_.open(layer, NodeKind::blob);
    LayerReader reader(blob, compression_of(layer), {},
                       diff_id == nullptr ? std::nullopt : std::optional(diff_id->algorithm()));
    // Its annotations may be large, and modules many.
    const Descriptor bare{.media_type = layer.media_type, .digest = layer.digest, .size = layer.size};
    Found in_layer;
    OtherFiles others;
    while (const std::optional<LayerEntry> entry = reader.next()) {
      hide(found_, *entry);
      in_layer.erase(entry->path);
      std::optional<FoundModule> module = read(reader, *entry, bare);
      if (module) {
        in_layer.emplace(entry->path, *std::move(module));
      } else if (entry->type != LayerEntryType::folder && others.count++ == 0) {
        others.first = entry->path;
      }
    }
    check(reader, layer, diff_id);
    found_.merge(in_layer);
    others_.push_back(std::move(others));
  }

  // A layer that is no files.
  void pass_over() { others_.emplace_back(); }

  ImageFiles take() && {
    ImageFiles files{.modules = {}, .others = std::move(others_)};
    for (auto& [path, module] : found_) {
      files.modules.push_back(std::move(module));
    }
    return files;
  }

 private:
  std::optional<FoundModule> read(LayerReader& reader, const LayerEntry& entry, const Descriptor& layer) {
    if (entry.type != LayerEntryType::file || is_whiteout(entry)) {
      return std::nullopt;
    }
    const auto bytes = [&reader](std::span<std::byte> into) { return reader.read(into); };
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
    throw ContentError("layer " + layer.digest.str() + " has the type \"" + excerpt(layer.media_type) +
                       "\", but is no Wasm binary");
  }
  module->digest = layer.digest;  // which may be another kind of digest
  return *std::move(module);
}

std::vector<FoundModule> find_raw_modules(Store& store, const Manifest& manifest, ModuleBudget& budget) {
  std::vector<FoundModule> modules;
  for (const Descriptor& layer : manifest.layers) {
    if (media_type::is_wasm_layer(layer.media_type)) {
      modules.push_back(read_raw_module(store, layer));
      spend(budget, modules.back());
    }
  }
  return modules;
}

}  // namespace

std::vector<FoundModule> find_modules(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids) {
  return find_files(store, manifest, diff_ids).modules;
}

ImageFiles find_files(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids) {
  ModuleBudget budget;
  return find_files(store, manifest, diff_ids, budget);
}

ImageFiles find_files(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids, ModuleBudget& budget) {
  if (std::ranges::any_of(manifest.layers,
                          [](const Descriptor& layer) { return media_type::is_wasm_layer(layer.media_type); })) {
    return {.modules = find_raw_modules(store, manifest, budget), .others = {}};
  }
  const bool has_documents = std::ranges::any_of(
      manifest.layers, [](const Descriptor& layer) { return media_type::is_plugin_document(layer.media_type); });
  if (!diff_ids.empty() && diff_ids.size() != manifest.layers.size() && !has_documents) {
    throw ContentError("the config lists " + std::to_string(diff_ids.size()) + " diff_ids for " +
                       std::to_string(manifest.layers.size()) + " layers");
  }
  LayerScan scan(store, budget);
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    if (media_type::is_plugin_document(manifest.layers[i].media_type)) {
      scan.pass_over();
    } else {
      scan.add(manifest.layers[i], diff_ids.empty() || has_documents ? nullptr : &diff_ids[i]);
    }
  }
  return std::move(scan).take();
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
