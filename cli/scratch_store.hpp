// A layout in a folder of its own under $TMPDIR, gone with the object: where an image lies while it is on its way.
#pragma once

#include "cli/context.hpp"
#include "oci/store/layout_store.hpp"

#include <filesystem>
#include <memory>

namespace wasm_oci::cli {

class ScratchStore {
 public:
  explicit ScratchStore(const Context& context);
  ~ScratchStore();
  ScratchStore(const ScratchStore&) = delete;
  ScratchStore& operator=(const ScratchStore&) = delete;

  LayoutStore& store() { return *store_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<LayoutStore> store_;
};

}  // namespace wasm_oci::cli
