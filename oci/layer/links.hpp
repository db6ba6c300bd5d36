// Where links of an image lead.
#pragma once

#include "oci/layer/layer_reader.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {

// The path, as LayerEntry::path, at which the content of `path` lies: each part of it may be a link, and a hard link
// stands for the file that it names, from the root. Nothing need be there. `find` gives what the image has at a path;
// nullptr: nothing, or a folder that no entry names. nullopt where links go round in circles, and where the path, or
// what links make of it, is longer than Linux opens.
std::optional<std::string> follow_links(std::string_view path,
                                        const std::function<const LayerEntry*(const std::string& path)>& find);

}  // namespace wasm_oci
