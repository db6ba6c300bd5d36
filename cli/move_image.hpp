// The end of every command that moves an image: copy it, say what became of the name, describe the result.
#pragma once

#include "cli/locations.hpp"
#include "cli/output.hpp"
#include "oci/clients/gate.hpp"
#include "oci/store/copy_graph.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wasm_oci::cli {

struct MoveOptions {
  MissingChild missing_child = MissingChild::refuse;
  bool no_clobber = false;                     // a name that names something else already is a ConflictError
  std::map<Digest, std::string> in_hand = {};  // as in CopyOptions
  Gate gate = {};                              // before the name moves
};

// Copies `root` from `from` to the target and ends writing there.
Result move_image(Context& context, Store& from, const Descriptor& root, Target& target,
                  const MoveOptions& options = {});

// What each of the names names until now; of a registry a hint, as Store::peek gives it.
std::vector<std::optional<Descriptor>> named_until_now(Store& store, std::span<const RootName> names);
// The gate before each of the names that stand for `before`; where there is none, before the root alone.
void require_gate_of_all(const Gate& gate, Store& store, const Descriptor& root,
                         std::span<const std::optional<Descriptor>> before);

// What results say of an image's platforms.
std::vector<std::string> platform_names(Store& store, const Descriptor& root);

// Throws NotFoundError, with what there is instead.
[[noreturn]] void refuse_platform(Store& store, const Descriptor& root, const Platform& platform,
                                  const std::string& name);
// The manifest for exactly this platform. Throws as refuse_platform() does where `root` has none.
Descriptor require_platform(Store& store, const Descriptor& root, const Platform& platform, const std::string& name);

// Throws ConflictError where `previous` is something else than `root`.
void refuse_move(const std::string& name, const std::optional<Descriptor>& previous, const Descriptor& root);
// An archive is written whole: throws UsageError where so an image would be lost that the file which it replaces, and
// which this run reads, holds besides.
void require_nothing_lost(const std::optional<ReplacedFile>& replaced, const Descriptor& root,
                          std::span<const RootName> names);
// Notes what another file held that was replaced, and the new one does not hold.
void tell_lost(const Context& context, const Target& target, const Descriptor& root);

// Throws ConflictError: an archive would take the place of a file.
[[noreturn]] void refuse_to_replace(const std::string& name);
// Notes what became of a name that named something else before.
void tell_move(const Context& context, const std::string& name, const std::optional<Descriptor>& previous,
               const Descriptor& root);

// The last word of build and push: the line that runs the image, or whatever its packaging's readers do with it.
// `root` is in `store`; `name` is a reference.
void say_how_to_use(Context& context, Store& store, const Descriptor& root, const std::string& name,
                    const std::vector<std::string>& platforms);

}  // namespace wasm_oci::cli
