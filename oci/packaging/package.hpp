// A module with all that is said about it, whichever packaging it comes from or goes to; and the one interface of the
// packagings that are written.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/manifest.hpp"
#include "oci/packaging/packaging.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"
#include "oci/wasm/description.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct ImageLayer {
  Layer layer;
  std::string created_by;  // its line in the history
};

struct Package {
  std::string title;  // the module's file name
  Platform platform;
  std::string created;                       // RFC 3339
  std::vector<std::string> entrypoint = {};  // empty: "/" and the title
  std::vector<std::string> cmd = {};
  std::vector<std::string> env = {};
  std::map<std::string, std::string> labels = {};
  std::string workdir = "/";
  std::string user = {};
  Annotations annotations = {};        // of the manifest
  std::vector<ImageLayer> files = {};  // below the module's layer
  // It has a /spin.toml, which says what runs instead of the entrypoint.
  bool is_spin_application = false;
};

// The entrypoint, spelled out.
std::vector<std::string> start_of(const Package& package);

// A module on its way into a package.
struct PackageModule {
  std::unique_ptr<Source> content;  // read once
  std::uint64_t size;
  const WasmDescription* description;
  std::optional<Descriptor> blob = std::nullopt;  // where the store holds it as it is
  // Where the store holds a layer with nothing else in it: the layer, and the module's absolute path there.
  std::optional<ImageLayer> layer = std::nullopt;
  std::string layer_path = {};
};

struct PackedImage {
  Descriptor manifest;
  std::string manifest_bytes;  // in no store yet: put_root() stores them with the names
  Descriptor config;
};

// What a package may say beyond its times and annotations.
enum class PackagePart : std::uint8_t { name, entrypoint, cmd, env, labels, workdir, user, files };

// "the file name", "the entrypoint", "labels", …
std::string_view to_string(PackagePart part);

// What the program that will read a package may not expect.
struct Objection {
  bool refuses;  // it cannot work: packed only where that is wanted all the same
  std::string message;
  std::string hint = {};
};

// What is left of objections when `force` overrules refusals: lines for people. Throws UsageError for a refusal.
std::vector<std::string> weigh(std::vector<Objection> objections, bool force);

struct Packager {
  std::span<const PackagePart> lacks;  // what it has no place for
  std::span<const Compression>
      compressions;  // of the module's layer, the usual one first; none: the layer is the module
  // The platform that it says. Throws UsageError for one that its readers do not take.
  Platform (*platform)(const std::optional<Platform>& asked, const WasmDescription& module);
  std::vector<Objection> (*judge)(const Package& package, const PackageModule& module);
  // Writes config and layers, but not the manifest.
  PackedImage (*pack)(const Package& package, PackageModule module, const LayerOptions& options, LocalStore& store);
};

// For image, artifact, wasm_layers and envoy. Throws std::logic_error for those that are only read.
const Packager& packager_of(Packaging packaging);

// What `package` says and `packaging` has no place for.
std::vector<PackagePart> parts_without_place(const Package& package, Packaging packaging);

// For packagers: the manifest's bytes and what describes them.
PackedImage pack_manifest(const Manifest& manifest);

// For packagers whose layer is the module itself: its blob in the store, with this type and the title.
Descriptor raw_layer(const Package& package, PackageModule module, std::string_view media_type, LocalStore& store);

}  // namespace wasm_oci
