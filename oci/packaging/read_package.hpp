// A package as it lies in a store, whichever packaging it has: what repackaging starts from.
#pragma once

#include "oci/manifest.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/packaging/package.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {

struct ReadPackage {
  Package package;  // without platform
  Packaging packaging;
  std::optional<Platform> platform;  // nullopt where it is none of Wasm, and so says nothing of the module
  FoundModule module;
  WasmDescription description;  // of the module
  bool starts_module = true;    // whether what the package starts, if it says anything, is the module
  std::optional<ImageLayer> layer = std::nullopt;  // the module's, where it is gzip and holds nothing else
  // What no other packaging has a place for, as messages name it: "config.ExposedPorts", "the Spin application".
  std::vector<std::string> beyond;
};

// Reads config and layers. Annotations and labels that belong to a packaging are left out. Throws NotFoundError where
// there is no module, UsageError for what is no packaging of Wasm and where one of several modules would have to be
// chosen, ContentError for what is broken.
ReadPackage read_package(Store& store, const Manifest& manifest);

}  // namespace wasm_oci
