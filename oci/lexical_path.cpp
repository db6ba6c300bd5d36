#include "oci/lexical_path.hpp"

#include <algorithm>

namespace wasm_oci {

std::string normal_path(std::string_view path) {
  std::string normal;  // each part with a slash behind it
  bool is_folder = true;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    is_folder = part.size() < path.size() || part == "." || part == "..";
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part == "..") {
      normal.erase(normal.empty() ? 0 : normal.rfind('/', normal.size() - 2) + 1);
    } else if (!part.empty() && part != ".") {
      normal.append(part).append("/");
    }
  }
  if (!is_folder) {
    normal.pop_back();
  }
  return normal;
}

}  // namespace wasm_oci
