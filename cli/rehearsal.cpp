#include "cli/rehearsal.hpp"

#include "cli/move_image.hpp"
#include "oci/error.hpp"
#include "oci/store/archive_writer.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/store/joined_store.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wasm_oci::cli {

namespace {

// A copy to here meets what it would meet at its source, but reads of blobs at most that they are there.
class Nowhere final : public WritableStore {
 public:
  // `judge` says which manifests may go there, and what `from` lacks may be in `there`. Both may be null.
  Nowhere(Store& from, std::unique_ptr<WritableStore> judge, std::unique_ptr<WritableStore> there, bool looks_for_blobs)
      : from_(from), judge_(std::move(judge)), there_(std::move(there)), looks_for_blobs_(looks_for_blobs) {}

  std::optional<Descriptor> resolve(const std::string& /*name*/) override { return std::nullopt; }
  bool contains(const Descriptor& descriptor, NodeKind kind) override {
    return there_ && !has(from_, descriptor, kind) && there_->contains(descriptor, kind);
  }
  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) override {
    if (kind == NodeKind::blob) {
      if (looks_for_blobs_) {
        read_first_byte(source);
      }
    } else if (judge_) {
      judge_->put(descriptor, kind, source);
    }
  }
  void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) override {
    if (judge_) {
      judge_->put_root(root, bytes, names);
    }
  }

 protected:
  std::unique_ptr<Source> open_unverified(const Descriptor& descriptor, NodeKind /*kind*/) override {
    throw NotFoundError(descriptor.digest.str() + " was written nowhere");
  }

 private:
  static void read_first_byte(VerifiedSource& source) {
    std::array<std::byte, 1> first{};
    source.read(first);
  }

  static bool has(Store& store, const Descriptor& descriptor, NodeKind kind) {
    try {
      VerifiedSource source = store.open(descriptor, kind);
      read_first_byte(source);
      return true;
    } catch (const ContentError&) {
      return false;
    } catch (const NotFoundError&) {
      return false;
    }
  }

  Store& from_;
  std::unique_ptr<WritableStore> judge_;
  std::unique_ptr<WritableStore> there_;
  bool looks_for_blobs_;
};

std::optional<SourceImage> what_is_there(Locations& locations, const Location& location) {
  if (std::holds_alternative<LayoutLocation>(location) && !locations.what_is_at(location)) {
    return std::nullopt;  // a folder that a layout is made of
  }
  try {
    return locations.find(location);
  } catch (const NotFoundError&) {
    return std::nullopt;
  }
}

// The names under which something may be already.
std::vector<Location> places_of(const Location& location, std::span<const RootName> names) {
  if (named_digest(location) || std::holds_alternative<ArchiveLocation>(location)) {
    return {};
  }
  const auto* const layout = std::get_if<LayoutLocation>(&location);
  if (layout == nullptr || layout->name) {
    return {location};
  }
  std::vector<Location> places;
  for (const RootName& name : names) {
    LayoutLocation named = *layout;
    named.name = name.ref_name;
    places.emplace_back(std::move(named));
  }
  return places;
}

std::vector<RootName> names_at(const Location& location, std::span<const RootName> names) {
  const auto* const archive = std::get_if<ArchiveLocation>(&location);
  return archive != nullptr && archive->name ? std::vector<RootName>{{.ref_name = *archive->name}}
                                             : std::vector(names.begin(), names.end());
}

}  // namespace

void rehearse_writing(Locations& locations, const Location& location, const Descriptor& root,
                      const std::vector<Store*>& stores, const Rehearsal& rehearsal) {
  locations.require_writable(location);
  require_nothing_lost(locations.archives().replaced_at(location), root, names_at(location, rehearsal.names));
  const auto* const archive = std::get_if<ArchiveLocation>(&location);
  std::unique_ptr<WritableStore> judge;
  if (archive != nullptr && archive->format == ArchiveFormat::docker) {
    judge = std::make_unique<ArchiveWriter>("/dev/null", ArchiveFormat::docker);
  }
  if (judge || rehearsal.is_copied) {
    JoinedStore from(stores);
    Nowhere nowhere(from, std::move(judge), rehearsal.is_copied ? locations.what_is_at(location) : nullptr,
                    rehearsal.is_copied);
    copy_graph(from, root, nowhere, {});
  }
}

std::optional<SourceImage> rehearse(Locations& locations, const Location& location, const Descriptor& root,
                                    std::vector<Store*> stores, const Rehearsal& rehearsal) {
  require_named_digest(location, root);
  if (rehearsal.no_clobber && replaces_file(location)) {
    refuse_to_replace(format(location));
  }
  rehearse_writing(locations, location, root, stores, rehearsal);
  std::optional<SourceImage> first;
  std::vector<std::optional<Descriptor>> before;
  for (const Location& place : places_of(location, rehearsal.names)) {
    std::optional<SourceImage> there = what_is_there(locations, place);
    if (there && rehearsal.no_clobber) {
      refuse_move(format(place), there->root, root);
    }
    before.push_back(there ? std::optional(there->root) : rehearsal.before);
    if (!first) {
      first = std::move(there);
    }
  }
  if (before.empty()) {
    before.push_back(rehearsal.before);
  }
  if (!rehearsal.gate.is_open()) {
    if (first) {
      stores.push_back(first->store.get());
    }
    JoinedStore joined(std::move(stores));
    require_gate_of_all(rehearsal.gate, joined, root, before);
  }
  return first;
}

}  // namespace wasm_oci::cli
