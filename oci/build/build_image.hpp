// From a .wasm file on disk to an image in a store: what `wasm-oci build` does, for users of the library too.
#pragma once

#include "oci/annotations.hpp"
#include "oci/descriptor.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/package.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"
#include "oci/timestamp.hpp"

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {

// A program of a machine, beside the module for those who ask for its platform.
struct NativeProgram {
  Platform platform;
  std::string path;  // on disk
};

struct BuildRequest {
  std::string module;  // a path on disk
  Packaging as = Packaging::image;
  std::vector<Platform> platforms = {};  // one image for each; none: the packaging's usual one
  // The first word up to '#' is where the module lies in the image; empty: "/" and the module's file name.
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> cmd = {};
  std::vector<std::string> env = {};  // KEY=VALUE; of one key the last wins
  std::map<std::string, std::string> labels = {};
  std::vector<AnnotationRequest> annotations = {};  // of the manifest; they win over what the module says
  std::string workdir = "/";
  std::string user = {};
  std::vector<std::string> add = {};                      // SRC[:DST]
  std::optional<Compression> compression = std::nullopt;  // nullopt: the packaging's usual one
  std::optional<int> compression_level = std::nullopt;
  Timestamp created = {};
  std::vector<NativeProgram> natives = {};
  bool force = false;  // packs what its readers cannot use
};

struct BuiltImage {
  PackedImage image;
  Platform platform;
  std::vector<std::string> notes;  // lines for people: what the image's readers may not expect
};

// Builds into `store` and names nothing. The manifest's bytes are in the answer and not yet in the store: put_root()
// stores them with the names.
//
// Throws UsageError for options that make no image, or for which the packaging has no place, and for a module that its
// readers cannot use; NotFoundError and ContentError for a module that is absent or no Wasm binary, CancelledError when
// `stop` is requested.
//
// The images for several platforms have configs of their own and share their layers; then come the native programs.
std::vector<BuiltImage> build_images(const BuildRequest& request, LocalStore& store, std::stop_token stop = {});
// The same for a request that makes one.
BuiltImage build_image(const BuildRequest& request, LocalStore& store, std::stop_token stop = {});

}  // namespace wasm_oci
