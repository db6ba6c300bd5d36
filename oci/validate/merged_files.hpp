// The files that a container of an image would see: its layers laid over one another.
#pragma once

#include "oci/validate/layer_facts.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wasm_oci {

class MergedFiles {
 public:
  // From the lowest layer to the top, those of them that have their files. They must outlive this.
  explicit MergedFiles(std::span<const LayerFacts* const> layers);

  // What is at `path` (as LayerEntry::path), through links in any part of it: a file, folder or device. nullptr where
  // there is nothing, or links go round in circles.
  const SeenFile* find(std::string_view path) const;
  // Whether a lower layer holds it and an upper one takes it away.
  bool was_removed(const std::string& path) const;

 private:
  // Those that a path of another entry goes through.
  enum class Links : std::uint8_t { stay, become_folders };

  const SeenFile* at(const std::string& path) const;
  bool is_folder(const std::string& path) const;
  const SeenFile* follow(std::string_view path, Links links) const;

  std::map<std::string, const SeenFile*> files_;
  std::map<std::string, const SeenFile*> ever_;  // in any layer
};

}  // namespace wasm_oci
