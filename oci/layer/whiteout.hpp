// What the entries of a layer hide of the layers below it (image-spec layer.md, "Whiteouts").
#pragma once

#include "oci/layer/layer_reader.hpp"

#include <map>
#include <string>
#include <string_view>

namespace wasm_oci {

// Whether it only says what is gone: no container sees a file of such a name, whatever it holds.
bool is_whiteout(const LayerEntry& entry);

// The two ways in which an entry hides: a path with all below it, or only what is below a folder.
struct Hidden {
  std::string path;       // as LayerEntry::path; empty for the root folder
  bool itself = true;     // whether what is at the path goes, too
  bool all_below = true;  // false for a folder, which leaves what is in the folder of that name
};
Hidden hidden_by(const LayerEntry& entry);

// Takes what `entry` hides out of the files of lower layers, by their paths.
template <typename File>
void hide_below(std::map<std::string, File>& files, const LayerEntry& entry) {
  const Hidden hidden = hidden_by(entry);
  if (hidden.itself) {
    files.erase(hidden.path);
  }
  if (!hidden.all_below) {
    return;
  }
  if (hidden.path.empty()) {
    files.clear();
    return;
  }
  // All paths below begin with the folder and a slash, so they stand together.
  files.erase(files.lower_bound(hidden.path + "/"), files.lower_bound(hidden.path + static_cast<char>('/' + 1)));
}

}  // namespace wasm_oci
