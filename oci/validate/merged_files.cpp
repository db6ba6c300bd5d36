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

const SeenFile* MergedFiles::at(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second;
}

// Also where a link of that name stands.
bool MergedFiles::is_folder(const std::string& path) const {
  const std::string below = path + "/";
  const auto first = files_.lower_bound(below);
  return first != files_.end() && first->first.starts_with(below);
}

const SeenFile* MergedFiles::follow(std::string_view path, Links links) const {
  const std::optional<std::string> resolved = follow_links(path, [&](const std::string& here) -> const LayerEntry* {
    const SeenFile* const file = at(here);
    return file == nullptr || (links == Links::become_folders && is_folder(here)) ? nullptr : &file->entry;
  });
  return resolved ? at(*resolved) : nullptr;
}

// What an entry names below a link of a lower layer is found by that path everywhere: overlayfs, for which each layer
// is unpacked by itself, has a folder in the place of the link (containerd, apply_linux.go), others have unpacked it
// through the link.
const SeenFile* MergedFiles::find(std::string_view path) const {
  const SeenFile* const written = follow(path, Links::become_folders);
  return written != nullptr ? written : follow(path, Links::stay);
}

bool MergedFiles::was_removed(const std::string& path) const { return ever_.contains(path) && !files_.contains(path); }

}  // namespace wasm_oci
