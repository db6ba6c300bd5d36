#include "oci/index/draft.hpp"

#include "oci/error.hpp"
#include "oci/image_platforms.hpp"
#include "oci/json/edited_text.hpp"
#include "oci/json/writer.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::string_view kNothing =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
// distribution-spec, "Pushing Manifests": every registry takes as much.
constexpr std::size_t kMaxPortableSize = 4UL * 1024 * 1024;

bool is_image(const IndexEntry& entry) { return !is_attestation(entry.descriptor); }

std::set<Digest> digests_of(std::span<const Descriptor> descriptors) {
  std::set<Digest> digests;
  std::ranges::transform(descriptors, std::inserter(digests, digests.end()), &Descriptor::digest);
  return digests;
}

bool is_dockers(std::string_view media_type) {
  return media_type == media_type::kDockerManifest || media_type == media_type::kDockerManifestList;
}

// Several for one platform where it has them in several compressions.
std::map<Platform, std::vector<const IndexEntry*>> images_by_platform(std::span<const IndexEntry> entries) {
  std::map<Platform, std::vector<const IndexEntry*>> images;
  for (const IndexEntry& entry : entries) {
    if (is_image(entry) && entry.platform) {
      images[*entry.platform].push_back(&entry);
    }
  }
  return images;
}

std::set<Digest> digests_of(const std::vector<const IndexEntry*>& entries) {
  std::set<Digest> digests;
  for (const IndexEntry* const entry : entries) {
    digests.insert(entry->descriptor.digest);
  }
  return digests;
}

JsonValue manifests_of(const JsonValue& root) { return root.find("manifests").value_or(root); }

}  // namespace

void require_portable(std::size_t size, std::size_t before, std::string_view what) {
  if (size > std::max(kMaxPortableSize, before)) {
    throw ContentError("the " + std::string(what) + " would have " + human_size(size) +
                       ", and registries take manifests of 4 MiB");
  }
}

std::vector<bool> orphaned(std::span<const Descriptor> before, std::span<const Descriptor> after) {
  const std::set<Digest> here = digests_of(before);
  std::set<Digest> elsewhere;  // what attestations are about and the index never had
  for (const Descriptor& entry : before) {
    if (const std::optional<Digest> attested = attested_image(entry); attested && !here.contains(*attested)) {
      elsewhere.insert(*attested);
    }
  }
  const auto attestable = [&elsewhere](std::span<const Descriptor> entries) {
    std::set<Digest> roots = elsewhere;
    for (const Descriptor& entry : entries) {
      if (!attested_image(entry)) {
        roots.insert(entry.digest);
      }
    }
    return with_attestations(entries, std::move(roots));
  };
  const std::set<Digest> was = attestable(before);
  const std::set<Digest> is = attestable(after);
  std::vector<bool> orphaned;
  orphaned.reserve(after.size());
  for (const Descriptor& entry : after) {
    const std::optional<Digest> attested = attested_image(entry);
    orphaned.push_back(attested && was.contains(*attested) && !is.contains(*attested));
  }
  return orphaned;
}

IndexDraft::IndexDraft() : base_(kNothing), base_type_(media_type::kOciIndex) {}

IndexDraft::IndexDraft(Store& store, const Descriptor& root)
    : base_(store.load(root, NodeKind::manifest)), base_type_(root.media_type) {
  for (IndexEntry& entry : entries_of(store, base_, base_type_)) {
    base_json_.push_back(entry.json);
    slots_.push_back({.entry = std::move(entry), .position = slots_.size()});
  }
}

std::vector<IndexEntry> IndexDraft::entries() const {
  std::vector<IndexEntry> entries;
  std::ranges::transform(slots_, std::back_inserter(entries), &Slot::entry);
  return entries;
}

std::vector<Descriptor> IndexDraft::descriptors() const {
  std::vector<Descriptor> descriptors;
  std::ranges::transform(slots_, std::back_inserter(descriptors),
                         [](const Slot& slot) { return slot.entry.descriptor; });
  return descriptors;
}

Merged IndexDraft::merge(std::span<const IndexEntry> source) {
  const std::vector<Descriptor> before = descriptors();
  const std::set<Digest> here = digests_of(before);
  std::map<Platform, std::vector<const IndexEntry*>> coming = images_by_platform(source);
  {
    const std::vector<IndexEntry> present = entries();
    for (const auto& [platform, images] : images_by_platform(present)) {
      const auto same = coming.find(platform);
      if (same != coming.end() && digests_of(same->second) == digests_of(images)) {
        coming.erase(same);
      }
    }
  }

  Merged merged;
  std::set<Platform> in_place;
  std::vector<Slot> slots;
  for (Slot& slot : slots_) {
    const auto images = is_image(slot.entry) && slot.entry.platform ? coming.find(*slot.entry.platform) : coming.end();
    if (images == coming.end()) {
      slots.push_back(std::move(slot));
      continue;
    }
    if (in_place.insert(images->first).second) {
      merged.replaced.push_back({.before = slot.entry.descriptor, .after = images->second.front()->descriptor});
      for (const IndexEntry* const image : images->second) {
        slots.push_back({.entry = *image, .position = std::exchange(slot.position, std::nullopt)});
      }
    }
  }

  std::vector<Slot> added;
  for (const IndexEntry& entry : source) {
    const bool is_new = entry.platform ? coming.contains(*entry.platform) && !in_place.contains(*entry.platform)
                                       : !here.contains(entry.descriptor.digest);
    if (is_image(entry) && is_new) {
      added.push_back({.entry = entry});
    }
  }
  const auto end_of_images = std::ranges::find_if(slots, [](const Slot& slot) { return !is_image(slot.entry); });
  slots.insert(end_of_images, std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
  slots_ = std::move(slots);

  if (!merged.replaced.empty()) {
    merged.orphans = remove_orphans(before);
  }
  take_attestations(source, merged);
  return merged;
}

void IndexDraft::take_attestations(std::span<const IndexEntry> source, Merged& merged) {
  std::vector<Descriptor> entries = descriptors();
  const std::set<Digest> here = digests_of(entries);
  std::set<Digest> images;
  for (const Descriptor& entry : entries) {
    if (!is_attestation(entry)) {
      images.insert(entry.digest);
    }
  }
  std::vector<const IndexEntry*> coming;
  for (const IndexEntry& entry : source) {
    if (!is_image(entry) && !here.contains(entry.descriptor.digest)) {
      coming.push_back(&entry);
      entries.push_back(entry.descriptor);
    }
  }
  if (coming.empty()) {
    return;
  }
  const std::set<Digest> attestable = with_attestations(entries, std::move(images));
  for (const IndexEntry* const entry : coming) {
    const std::optional<Digest> attested = attested_image(entry->descriptor);
    if (attested && attestable.contains(*attested)) {
      slots_.push_back({.entry = *entry});
    } else {
      merged.orphans.push_back(entry->descriptor);
    }
  }
}

std::vector<Descriptor> IndexDraft::remove_orphans(std::span<const Descriptor> before) {
  const std::vector<bool> is_orphan = orphaned(before, descriptors());
  std::vector<Descriptor> removed;
  std::size_t position = 0;
  std::erase_if(slots_, [&](const Slot& slot) {
    const bool doomed = is_orphan[position++];
    if (doomed) {
      removed.push_back(slot.entry.descriptor);
    }
    return doomed;
  });
  return removed;
}

std::size_t IndexDraft::remove_if(const std::function<bool(const IndexEntry&)>& is_doomed) {
  const std::vector<Descriptor> before = descriptors();
  const std::size_t count = std::erase_if(slots_, [&](const Slot& slot) { return is_doomed(slot.entry); });
  if (count > 0) {
    remove_orphans(before);
  }
  return count;
}

std::size_t IndexDraft::remove(const Platform& platform) {
  return remove_if([&](const IndexEntry& entry) { return entry.platform && same_platform(*entry.platform, platform); });
}

std::size_t IndexDraft::remove(const Digest& digest) {
  return remove_if([&](const IndexEntry& entry) { return entry.descriptor.digest == digest; });
}

std::size_t IndexDraft::remove_attestations() {
  return remove_if([](const IndexEntry& entry) { return !is_image(entry); });
}

std::vector<Platform> IndexDraft::keep_only(std::span<const Platform> platforms) {
  const std::vector<IndexEntry> all = entries();
  std::vector<Platform> absent(platforms.begin(), platforms.end());
  std::erase_if(absent, [&](const Platform& wanted) {
    return std::ranges::any_of(all,
                               [&](const IndexEntry& entry) { return is_for_one_of(entry, std::span(&wanted, 1)); });
  });
  const std::vector<bool> stays = kept_for(all, platforms);
  std::size_t next = 0;
  std::erase_if(slots_, [&](const Slot& /*slot*/) { return !stays[next++]; });
  return absent;
}

std::string_view IndexDraft::media_type() const {
  const auto dockers = [](const Slot& slot) { return is_dockers(slot.entry.descriptor.media_type); };
  return std::ranges::all_of(slots_, dockers) ? std::string_view(base_type_) : media_type::kOciIndex;
}

std::vector<Edit> IndexDraft::insert_and_replace(const JsonValue& manifests, std::vector<bool>& is_gone) const {
  const std::vector<JsonValue> elements(manifests.begin(), manifests.end());
  std::vector<Edit> edits;
  std::vector<std::string> coming;  // what is to stand before the next element that stays
  std::size_t reached = 0;
  const auto reach = [&](std::size_t position) {
    is_gone.resize(is_gone.size() + position - reached, true);
    if (!coming.empty()) {
      edits.push_back(insert_elements(manifests, position, coming));
      is_gone.resize(is_gone.size() + coming.size(), false);
      coming.clear();
    }
    reached = position;
  };
  for (const Slot& slot : slots_) {
    if (!slot.position) {
      coming.push_back(slot.entry.json);
      continue;
    }
    reach(*slot.position);
    is_gone.push_back(false);
    ++reached;
    if (slot.entry.json != base_json_[*slot.position]) {
      edits.push_back(replace_value(elements[*slot.position], slot.entry.json));
    }
  }
  reach(base_json_.size());
  return edits;
}

// Two passes over the text, as far as there is something to do: what is new and what is replaced, then what is gone.
std::string IndexDraft::text() const {
  // Between the passes it holds what goes beside what comes.
  EditedText text(base_, 2 * kMaxManifestSize);
  if (base_type_ != media_type()) {
    text.set([](const JsonValue& root) { return root; }, "mediaType", to_json(media_type()));
  }
  if (base_json_.empty() && !slots_.empty()) {
    text.set([](const JsonValue& root) { return root; }, "manifests", "[]");
  }
  std::vector<bool> is_gone;  // by position in the text after the first pass
  text.edit([&](const JsonValue& root) {
    std::vector<Edit> edits = insert_and_replace(manifests_of(root), is_gone);
    const std::size_t size = size_after(text.text().size(), edits);
    // Of what goes it is known only that it is no more than all that was there.
    const bool shrinks = std::ranges::find(is_gone, true) != is_gone.end();
    require_portable(shrinks ? size - std::min(size, text.text().size()) : size, base_.size(), "index");
    return edits;
  });
  text.edit([&](const JsonValue& root) {
    std::vector<Edit> edits =
        remove_elements(manifests_of(root), [&](const JsonValue& element) { return is_gone[element.position()]; });
    require_portable(size_after(text.text().size(), edits), base_.size(), "index");
    return edits;
  });
  return std::move(text).take();
}

}  // namespace wasm_oci
