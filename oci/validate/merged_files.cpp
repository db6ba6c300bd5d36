#include "oci/validate/merged_files.hpp"

#include "oci/layer/links.hpp"
#include "oci/layer/whiteout.hpp"

#include <optional>

namespace wasm_oci {

MergedFiles::MergedFiles(std::span<const LayerFacts* const> layers) {
  std::map<const LayerFacts*, std::size_t> last;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    last[layers[i]] = i;
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerFacts* const layer = layers[i];
    if (last[layer] != i) {  // what it brings and takes away, it brings and takes away again
      continue;
    }
    std::map<std::string, const SeenFile*> in_layer;
    for (const SeenFile& file : layer->files) {
      hide_below(files_, file.entry);
      if (!is_whiteout(file.entry)) {
        in_layer.insert_or_assign(file.entry.path, &file);
        ever_.insert_or_assign(file.entry.path, &file);
      }
    }
    for (const auto& [path, file] : in_layer) {
      files_.insert_or_assign(path, file);
    }
  }
}

const SeenFile* MergedFiles::find(std::string_view path) const {
  const auto at = [this](const std::string& here) {
    const auto found = files_.find(here);
    return found == files_.end() ? nullptr : found->second;
  };
  const std::optional<std::string> resolved = follow_links(path, [&](const std::string& here) {
    const SeenFile* const file = at(here);
    return file == nullptr ? nullptr : &file->entry;
  });
  return resolved ? at(*resolved) : nullptr;
}

bool MergedFiles::was_removed(const std::string& path) const { return ever_.contains(path) && !files_.contains(path); }

}  // namespace wasm_oci
