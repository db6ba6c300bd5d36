// From a location to a store: the only place that knows all kinds of stores.
#pragma once

#include "cli/archives.hpp"
#include "cli/context.hpp"
#include "oci/error.hpp"
#include "oci/location.hpp"
#include "oci/store/layout_store.hpp"
#include "oci/store/store.hpp"
#include "registry/registry_access.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wasm_oci::cli {

// $WASM_OCI_STORE, else ${XDG_DATA_HOME:-~/.local/share}/wasm-oci/store.
std::string local_store_path(const Context& context);

// How much of an image is wanted: for its digest alone a registry is asked by HEAD.
// Who reports what is wrong with it takes it as it is.
enum class Look { whole, digest_only, as_it_is };

// An image that was found.
struct SourceImage {
  std::shared_ptr<Store> store;
  Descriptor root;
  std::string name;                         // as result lines show it
  std::optional<Reference> reference = {};  // what it is called, where that is a full name
  std::optional<RootName> called = {};      // what a store is to call it where nobody says otherwise
};

// Where an image is to go.
struct Target {
  std::unique_ptr<WritableStore> store;
  std::string name;                  // as result lines show it
  std::vector<RootName> names = {};  // none: by digest
  std::optional<ReplacedFile> replaced = {};
};

// Whether what is written there goes to standard output.
bool is_standard_output(const Location& location);

// Throws UsageError where no image can be written, whatever it is.
void require_writable_kind(const Location& location);

// The digest that a location names; nullopt where it names none.
std::optional<Digest> named_digest(const Location& location);

// Throws ContentError where `location` names another digest than that of `root`.
void require_named_digest(const Location& location, const Descriptor& root);

// The location as results call it: without its digest.
std::string format_name(Location location);

// What `-t` gives an image: the full name in both annotations of a layout.
RootName full_name(const Reference& reference);

// Runs `work`. An error about content says where the content is from, unless its message does so already.
template <typename Work>
auto naming(const std::string& name, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    if (error.kind() == ErrorKind::content && !error.message().contains(name)) {
      error.add_context(name);
    }
    throw;
  }
}

// The stores of one run of a command, which all registries share connections and tokens through.
class Locations {
 public:
  // `named` are all locations on the command line: options without HOST belong to their registries. `uploads`: the run
  // writes to a registry.
  Locations(Context& context, std::span<const Location> named, bool uploads);

  // Throws NotFoundError where nothing is there. `access`: of a registry, Access::push where the same run will write to
  // the repository, so that one token serves both.
  SourceImage find(const Location& location, Look look = Look::whole, Access access = Access::pull);
  // Opens where the image `root` is to go, as `called` where the location says neither name nor digest. Throws
  // ContentError where the location says another digest, before anything is made.
  Target target(const Location& location, const Descriptor& root, const std::optional<RootName>& called);

  // Throws what target() and the first file there would, as far as that shows without making anything or asking a
  // registry.
  void require_writable(const Location& location);
  // The store that target() would write to, for reading, where there is one and it can be read: an archive cannot.
  std::unique_ptr<WritableStore> what_is_at(const Location& location);

  std::unique_ptr<LayoutStore> local_for_reading();
  std::unique_ptr<LayoutStore> local_for_writing();
  // Whether the registry of a location is spoken to without TLS; false for other locations.
  bool speaks_plain_http(const Location& location);
  RegistryAccess& registries() { return registries_; }
  Archives& archives() { return archives_; }

 private:
  std::optional<std::string> layout_path(const Location& location) const;
  SourceImage find_in_registry(const RegistryLocation& location, Look look, Access access);

  Context& context_;
  RegistryAccess registries_;
  Archives archives_;
};

}  // namespace wasm_oci::cli
