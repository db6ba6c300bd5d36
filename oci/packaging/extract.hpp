// Modules in what registries hold: where they are, and their bytes. Found by content (the Wasm magic) among the files
// of tar layers, and by type and content where a layer is a module itself.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/layer/compression.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/manifest.hpp"
#include "oci/store/store.hpp"
#include "oci/stream.hpp"
#include "oci/wasm/description.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wasm_oci {

struct FoundModule {
  // In the image, without a leading slash; of a layer that is a module itself its title's last part, or "DIGEST.wasm".
  // From outside, so never a path on disk as it is.
  std::string path;
  std::uint64_t size;
  Digest digest;
  WasmKind kind;
  Descriptor layer;  // that holds it; without annotations where it holds files
  // nullopt where `undescribed` says why: it is broken, or those of other modules take the memory already.
  std::optional<WasmDescription> description = std::nullopt;
  std::string undescribed = {};
};

// How much of modules is kept, of one image or of several that are looked at together.
struct ModuleBudget {
  std::size_t descriptions = std::size_t{64} * 1024 * 1024;  // in bytes; further modules are found and not described
  std::size_t modules = 10'000;
  std::size_t paths = std::size_t{16} * 1024 * 1024;  // in bytes
  std::size_t links = std::size_t{1} * 1024 * 1024;   // in bytes, and texts; further ones are not told
};

// What one layer holds beside modules: files, links and whiteouts.
struct OtherFiles {
  Compression compression = Compression::none;  // of the layer's bytes, whatever its type says
  std::uint64_t count = 0;
  std::string first = {};  // a path
  bool has_users = false;  // etc/passwd is one of them
};

// What becomes of layers that are neither files nor documents of a plugin: as they are for containerd, which counts
// layers of files alone, they are passed over.
enum class OtherLayers { are_refused, are_passed_over };

struct ImageFiles {
  std::vector<FoundModule> modules;
  std::vector<OtherFiles> others;                // one a layer; none where layers are modules themselves
  std::map<std::string, LayerEntry> links = {};  // by their paths, as far as the budget goes
  std::map<std::string, LayerEntry> texts = {};  // modules in the text format, in the same way
};

// The modules that a container of this image would see, in the order of their paths: upper layers hide lower ones, and
// whiteouts remove. Layers are decompressed as their bytes are, like most clients do (body_form.hpp). Reads every layer
// once, wherever it is listed, and describes the modules on the way. Of a manifest whose layers are modules themselves
// (packaging.hpp) those, in the order of the layers; its other layers are not read.
//
// `diff_ids` are what the image's config says of the uncompressed layers; a layer that is something else is a
// ContentError, as it is for every container runtime. Without any nothing is checked.
//
// More modules than the budget has are a ContentError, too.
std::vector<FoundModule> find_modules(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids = {});
// The same, with what lies beside them, and with a budget that is spent.
ImageFiles find_files(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids, ModuleBudget& budget,
                      OtherLayers others = OtherLayers::are_refused);
ImageFiles find_files(Store& store, const Manifest& manifest, std::span<const Digest> diff_ids = {});

// Writes the module's bytes. What was written is the module only once this has returned: layer and module are verified
// to their last byte.
void extract_module(Store& store, const FoundModule& module, Sink& sink);

}  // namespace wasm_oci
