#include "oci/validate/merged_files.hpp"

#include "oci/layer/whiteout.hpp"

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

MergedFiles::MergedFiles(std::span<const LayerFacts* const> layers) {
  for (const LayerFacts* const layer : layers) {
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

// Each part of the path may be a link. A hard link stands for the file that it names, from the root.
std::optional<std::string> MergedFiles::resolve(std::string_view path) const {
  int links = 0;
  std::string done;
  std::string rest(path);
  while (!rest.empty()) {
    const std::string part = rest.substr(0, rest.find('/'));
    rest.erase(0, std::min(rest.size(), part.size() + 1));
    const std::string here = below(done, part);
    const auto found = files_.find(here);
    const LayerEntryType type = found == files_.end() ? LayerEntryType::folder : found->second->entry.type;
    if (type != LayerEntryType::symlink && type != LayerEntryType::hardlink) {
      done = here;
      continue;
    }
    if (++links > kMostLinks) {
      return std::nullopt;
    }
    const std::string& target = found->second->entry.link_target;
    const bool from_root = type == LayerEntryType::hardlink || target.starts_with('/');
    rest = below(normal(from_root ? std::filesystem::path(target) : std::filesystem::path(done) / target), rest);
    done.clear();
  }
  return done;
}

const SeenFile* MergedFiles::find(std::string_view path) const {
  const std::optional<std::string> resolved = resolve(path);
  const auto found = resolved ? files_.find(*resolved) : files_.end();
  return found == files_.end() ? nullptr : found->second;
}

bool MergedFiles::was_removed(const std::string& path) const { return ever_.contains(path) && !files_.contains(path); }

}  // namespace wasm_oci
