#include "oci/layer/links.hpp"

#include <algorithm>
#include <filesystem>

namespace wasm_oci {
namespace {

// As many as Linux follows.
constexpr int kMostLinks = 40;

std::string normal(const std::filesystem::path& path) {
  return (std::filesystem::path("/") / path).lexically_normal().relative_path().string();
}

std::string below(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

}  // namespace

std::optional<std::string> follow_links(std::string_view path,
                                        const std::function<const LayerEntry*(const std::string& path)>& find) {
  int links = 0;
  std::string done;
  std::string rest(path);
  while (!rest.empty()) {
    const std::string part = rest.substr(0, rest.find('/'));
    rest.erase(0, std::min(rest.size(), part.size() + 1));
    const std::string here = below(done, part);
    const LayerEntry* const found = find(here);
    const LayerEntryType type = found == nullptr ? LayerEntryType::folder : found->type;
    if (type != LayerEntryType::symlink && type != LayerEntryType::hardlink) {
      done = here;
      continue;
    }
    if (++links > kMostLinks) {
      return std::nullopt;
    }
    const std::string& target = found->link_target;
    const bool from_root = type == LayerEntryType::hardlink || target.starts_with('/');
    rest = below(normal(from_root ? std::filesystem::path(target) : std::filesystem::path(done) / target), rest);
    done.clear();
  }
  return done;
}

}  // namespace wasm_oci
