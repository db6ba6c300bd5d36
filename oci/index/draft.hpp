// An index in the making: what create, add, remove and filter do to it.
//
// It begins as nothing or as an index that is there. Of the latter every byte stays that no step has to change; so what
// was added and is removed again leaves no trace. Images stand before attestations (image-index.md leaves the order to
// the writer; readers take the first that fits), a new one takes the place of the one that it replaces or stands behind
// all other images.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/index/entry.hpp"
#include "oci/json/splice.hpp"
#include "oci/platform.hpp"
#include "oci/store/store.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct Replacement {
  Descriptor before;
  Descriptor after;
};

// What became of a source.
struct Merged {
  std::vector<Replacement> replaced = {};
  std::vector<Descriptor> orphans = {};  // attestations that are not in the index, since what they are about is not
};

// Throws ContentError where a document (`what`: "index", "manifest") of at least `size` bytes is more than registries
// promise to take, and more than it had `before`: what was in a registry, one of them takes.
void require_portable(std::size_t size, std::size_t before, std::string_view what);

// Which entries of `after` are attestations that have lost what they were about by a change of the entries `before`.
// What attests an attestation goes with it. One that was about nothing in the index before has nothing to lose.
std::vector<bool> orphaned(std::span<const Descriptor> before, std::span<const Descriptor> after);

class IndexDraft {
 public:
  IndexDraft();
  // Of the index `root` in `store`, which must outlive this. Throws ContentError.
  IndexDraft(Store& store, const Descriptor& root);

  // Puts the entries of one source in. For each platform that it has they take the place of those here, unless they are
  // the same; attestations come and go with what they are about, which may be another. What is here already stays as it
  // is.
  Merged merge(std::span<const IndexEntry> source);

  // Leaves the entries for exactly these platforms, and what attests them. OS versions and features do not count.
  // Returns the platforms that no entry is for.
  std::vector<Platform> keep_only(std::span<const Platform> platforms);
  // Both take out what attests the images, too, and return how many entries they found. Versions and features of an OS
  // do not count.
  std::size_t remove(const Platform& platform);
  std::size_t remove(const Digest& digest);
  std::size_t remove_attestations();

  std::vector<IndexEntry> entries() const;
  // OCI's, or Docker's as long as everything in the index is Docker's too.
  std::string_view media_type() const;
  // The index. Throws ContentError where it has become larger than registries promise to take.
  std::string text() const;

 private:
  struct Slot {
    IndexEntry entry;
    std::optional<std::size_t> position =
        std::nullopt;  // in the index that it began as: where it, or what it replaces, is
  };

  std::vector<Descriptor> descriptors() const;
  std::size_t remove_if(const std::function<bool(const IndexEntry&)>& is_doomed);
  // What a change of the entries `before` has orphaned. Returns it.
  std::vector<Descriptor> remove_orphans(std::span<const Descriptor> before);
  void take_attestations(std::span<const IndexEntry> source, Merged& merged);
  // Of the index that it began as. `is_gone` says which elements are to be removed of what the edits make.
  std::vector<Edit> insert_and_replace(const JsonValue& manifests, std::vector<bool>& is_gone) const;

  std::string base_;  // the index that it began as
  std::string base_type_;
  std::vector<std::string> base_json_;  // its entries
  std::vector<Slot> slots_;             // by position
};

}  // namespace wasm_oci
