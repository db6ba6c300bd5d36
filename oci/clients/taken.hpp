// What clients look at of an image that they have taken, before anything of it runs.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {

struct Taken {
  Descriptor descriptor;
  std::uint64_t size = 0;  // of the manifest as it is, in bytes, whatever the descriptor says
  Manifest manifest;
  std::optional<ImageConfig> config = std::nullopt;      // nullopt: the config is no image's
  std::optional<Packaging> packaging = std::nullopt;     // nullopt: none of Wasm that is known here
  std::vector<std::string> argv = {};                    // entrypoint and command
  std::string path = {};                                 // of what starts, in the image; empty where nothing does
  std::string function = {};                             // of the module, that is called; empty: what starts it
  std::string file = {};                                 // where links at `path` lead
  std::optional<std::vector<FoundModule>> modules = {};  // nullopt: not looked for, as in native programs
  bool starts_text = false;                              // what starts is a module in the text format
  bool has_users = false;                                // its layers have /etc/passwd, as far as they were looked at
  std::vector<Compression> compressions = {};            // of its layers' bytes, where they were looked at
  std::string unreadable = {};                           // why its layers of files cannot be unpacked, or are no Wasm
  std::string other_diff_ids = {};                       // why they are not what its config says; empty: they are

  // Whether its config is for a Wasm platform.
  bool is_wasm() const;
  // Whether its layers are file systems, as far as their types tell.
  bool has_files() const;
  // The module that starts; nullptr where there is none at that path, or the layers were not read.
  const FoundModule* module() const;
};

// Whether its layers are not what they should be, as far as they were looked at.
inline bool is_broken(const Taken& taken) { return !taken.unreadable.empty() || !taken.other_diff_ids.empty(); }

// Reads manifest and config, and the layers of what is for a Wasm platform or starts nothing. Throws ContentError for a
// manifest or config that is broken, NotFoundError for what the store does not hold. A manifest of another size than
// `image` says is read all the same, and layers that are broken are told: not every client looks at them. Layers that
// are neither files nor Wasm have to be there; what they are is not asked.
enum class Modules { are_looked_for, are_not_looked_for };
Taken look_at_taken(Store& store, const Descriptor& image, Modules modules = Modules::are_looked_for);

}  // namespace wasm_oci
