#include "oci/layer/whiteout.hpp"

namespace wasm_oci {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

// The last part of a path.
std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

bool is_whiteout(const LayerEntry& entry) { return name_of(entry.path).starts_with(kWhiteout); }

Hidden hidden_by(const LayerEntry& entry) {
  const std::string_view name = name_of(entry.path);
  const std::string folder = entry.path.substr(0, entry.path.size() - name.size());
  if (name == kOpaque) {
    return {.path = folder.substr(0, folder.size() - (folder.empty() ? 0 : 1)), .itself = false};
  }
  if (is_whiteout(entry) && name.size() > kWhiteout.size()) {
    return {.path = folder + std::string(name.substr(kWhiteout.size()))};
  }
  return {.path = entry.path, .all_below = entry.type != LayerEntryType::folder};
}

}  // namespace wasm_oci
