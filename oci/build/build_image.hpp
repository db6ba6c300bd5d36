// From a .wasm file on disk to an image in a store: what `wasm-oci build` does, for users of the library too.
#pragma once

#include "oci/annotations.hpp"
#include "oci/descriptor.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/image.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"
#include "oci/timestamp.hpp"

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

struct BuildRequest {
  std::string module;  // a path on disk
  Platform platform = {.os = "wasi", .architecture = "wasm"};
  // The first word up to '#' is where the module lies in the image; empty: "/" and the module's file name.
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> cmd = {};
  std::vector<std::string> env = {};  // KEY=VALUE; of one key the last wins
  std::map<std::string, std::string> labels = {};
  std::vector<AnnotationRequest> annotations = {};
  std::string workdir = "/";
  std::string user = {};
  std::vector<std::string> add = {};  // SRC[:DST]
  media_type::Compression compression = media_type::Compression::gzip;
  std::optional<int> compression_level = std::nullopt;
  Timestamp created = {};
};

// Builds into `store` and names nothing. The manifest's bytes are in the answer and not yet in the store: put_root()
// stores them with the names.
//
// Throws UsageError for options that make no image, NotFoundError and ContentError for a module that is absent or no
// Wasm binary, CancelledError when `stop` is requested.
PackedImage build_image(const BuildRequest& request, LocalStore& store, std::stop_token stop = {});

// Where the module of an image with this entrypoint lies: the first word without "#function". Throws UsageError unless
// that is an absolute path that names a file.
std::string module_path(const std::vector<std::string>& entrypoint);

}  // namespace wasm_oci
