// The image configuration (image-spec config.md): platform, what runs, and the layers' uncompressed digests.
#pragma once

#include "oci/digest.hpp"
#include "oci/platform.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct HistoryEntry {
  std::string created = {};  // RFC 3339, as written
  std::string created_by = {};
  std::string comment = {};
  bool empty_layer = false;

  bool operator==(const HistoryEntry&) const = default;
};

struct ImageConfig {
  std::string created = {};  // RFC 3339, as written
  std::string author = {};
  Platform platform;
  std::string user = {};
  std::vector<std::string> env = {};
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> cmd = {};
  std::string workdir = {};
  std::map<std::string, std::string> labels = {};
  std::vector<Digest> diff_ids = {};
  std::vector<HistoryEntry> history = {};

  bool operator==(const ImageConfig&) const = default;
};

// Throws ContentError as parse_manifest does. Absent fields, and null where Go writes it, read as empty; so does a
// config without rootfs (an artifact's).
ImageConfig parse_image_config(std::string_view bytes);

// Compact JSON in the specification's order of fields.
std::string serialize(const ImageConfig& config);

// What the first word of a command starts: a file, and perhaps a function of it (runwasi's "FILE#FUNCTION").
struct Start {
  std::string path;      // in the image, without leading slash; a relative word is looked for below `workdir`
  std::string function;  // empty: whatever starts a module
};
Start start_of(std::string_view word, std::string_view workdir);

}  // namespace wasm_oci
