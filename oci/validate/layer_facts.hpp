// What one blob of a manifest is, found out in one pass over its bytes: whether it is what the descriptor says, how it
// is compressed, what it is uncompressed, and which files it holds.
//
// Nothing of it is believed (T-15, T-16): a blob that is damaged is told, and read to its end all the same.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/layer/body_form.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/store/store.hpp"
#include "oci/wasm/description.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {

struct SeenFile {
  LayerEntry entry;
  bool is_wasm = false;
  std::shared_ptr<const WasmDescription> module = nullptr;  // where it is Wasm that can be described
  std::array<char, 4> begin{};                              // its first bytes, zeros where it has fewer
};

struct LayerFacts {
  bool is_there = false;
  bool is_beyond_bounds = false;                // it is unreadable by no fault of its own
  std::uint64_t said = 0;                       // how many bytes the descriptor said it has, by which it was read
  std::uint64_t size = 0;                       // how many it has, or how many were read
  bool is_longer = false;                       // than was read, which is what was said, or more
  std::optional<Digest> digest = std::nullopt;  // nullopt where it could not be read to its end
  BodyForm form = BodyForm::other;
  std::optional<Digest> diff_id = std::nullopt;  // of layers of files
  std::string unreadable = {};                   // why not, or not to its end; empty: it was read
  std::vector<std::string> escapes = {};         // what is wrong with names and types of files, the first of them
  std::string absolute = {};                     // the first path that is written as an absolute one
  bool has_files = false;                        // whether `files` holds all that the layer does
  std::vector<SeenFile> files = {};              // in its order
  std::shared_ptr<const WasmDescription> module = nullptr;  // of a layer that is a module
  std::size_t cost = 0;                                     // about how many bytes of memory this takes
};

struct LayerRequest {
  bool is_tar = false;                                // whether its type says it holds files
  bool wants_files = false;                           // else names and types are judged and forgotten
  bool wants_module = false;                          // whether it is described where it is a module
  DigestAlgorithm diff_id = DigestAlgorithm::sha256;  // the kind that the config has
};

// Of names, links and descriptions of modules, in bytes: of one layer, and of all layers of an image together.
inline constexpr std::size_t kMaxFilesMemory = std::size_t{16} * 1024 * 1024;

// Whether they are also what is to be known where a descriptor says `size`. Content has one size: it is not read anew
// for each that is said, but for a larger one than what was read of it, and where a module was read by a wrong one.
bool suffice(const LayerFacts& facts, std::uint64_t size);

// Throws what is no matter of content: errors of networks and disks, cancellation.
LayerFacts look_at_layer(Store& store, const Descriptor& layer, const LayerRequest& request);

}  // namespace wasm_oci
