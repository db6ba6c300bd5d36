// What `copy` changes of an image on its way: its packaging, its platform.
#pragma once

#include "cli/context.hpp"
#include "cli/scratch_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/platform.hpp"
#include "oci/store/copy_graph.hpp"

#include <optional>

namespace wasm_oci::cli {

struct Conversion {
  std::optional<Packaging> as = std::nullopt;
  std::optional<Platform> platform = std::nullopt;  // of --set-platform
  bool lossy = false;
  bool force = false;
  MissingChild missing_child = MissingChild::refuse;  // of an index that the source does not hold whole

  bool changes() const { return as || platform; }
};

// An image that was changed, in a store of its own.
struct Converted {
  std::unique_ptr<ScratchStore> scratch;
  Descriptor root;
};

// Fetches `root` from `from` and changes it as asked. `name` is for messages. Throws as repackage() and set_platform()
// do, and UsageError for an index that is to have another packaging.
Converted convert(Context& context, Store& from, const Descriptor& root, const std::string& name,
                  const Conversion& conversion);

}  // namespace wasm_oci::cli
