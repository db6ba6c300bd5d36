#include "oci/layer/links.hpp"

#include "oci/lexical_path.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

// As many as Linux follows.
constexpr int kMostLinks = 40;

std::string below(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

}  // namespace

std::optional<std::string> follow_links(std::string_view path,
                                        const std::function<const LayerEntry*(const std::string& path)>& find) {
  int links = 0;
  std::string done;
  std::string whole(path);
  std::string_view rest = whole;
  while (!rest.empty()) {
    if (done.size() + rest.size() > kMaxPath) {
      return std::nullopt;
    }
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.empty()) {
      continue;
    }
    std::string here = below(done, part);
    const LayerEntry* const found = find(here);
    const LayerEntryType type = found == nullptr ? LayerEntryType::folder : found->type;
    if (type != LayerEntryType::symlink && type != LayerEntryType::hardlink) {
      done = std::move(here);
      continue;
    }
    const std::string& target = found->link_target;
    if (++links > kMostLinks || target.size() > kMaxPath) {
      return std::nullopt;
    }
    const bool from_root = type == LayerEntryType::hardlink || target.starts_with('/');
    whole = below(normal_path(from_root ? target : below(done, target)), rest);
    rest = whole;
    done.clear();
  }
  return done;
}

}  // namespace wasm_oci
