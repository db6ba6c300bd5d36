#include "oci/index/compose.hpp"

#include "oci/error.hpp"
#include "oci/index/annotate.hpp"
#include "oci/index/draft.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace wasm_oci {
namespace {

bool begins_with_source(const Composition& composition, const IndexPart* base) {
  return base == nullptr && !composition.sources.empty() && composition.sources.front().joinable &&
         composition.sources.front().part.root.media_type == media_type::kOciIndex;
}

IndexDraft begin(const Composition& composition, const IndexPart* base) {
  if (begins_with_source(composition, base)) {
    const IndexPart& first = composition.sources.front().part;
    IndexDraft draft(*first.store, first.root);
    if (!composition.only.empty()) {
      draft.keep_only(composition.only);
    }
    return draft;
  }
  if (base == nullptr) {
    return {};
  }
  if (media_type::is_index(base->root.media_type)) {
    return {*base->store, base->root};
  }
  if (composition.sources.empty()) {
    throw UsageError(base->name + " is an image, and no index",
                     "make it one: wasm-oci index add " + base->name + " SOURCE");
  }
  IndexDraft draft;
  const std::vector<IndexEntry> image = {entry_for_image(*base->store, base->root, {.force = composition.force}).entry};
  draft.merge(image);
  return draft;
}

void merge(IndexDraft& draft, std::span<const IndexSource> sources, std::vector<std::string>& notes) {
  for (const IndexSource& source : sources) {
    const Merged merged = draft.merge(source.entries);
    for (const Replacement& replaced : merged.replaced) {
      notes.push_back(excerpt(format(replaced.after.platform.value_or(Platform{}))) + ": " + source.part.name +
                      " takes the place of " + replaced.before.digest.str());
    }
    for (const Descriptor& orphan : merged.orphans) {
      notes.push_back("attestation " + orphan.digest.str() + " left out: its image is not in the index");
    }
  }
}

void remove(IndexDraft& draft, const Composition& composition, const std::string& name, bool again) {
  for (const auto& removed : composition.removed) {
    const std::size_t count = std::visit([&](const auto& what) { return draft.remove(what); }, removed);
    if (count == 0 && !again) {
      const auto* const platform = std::get_if<Platform>(&removed);
      throw NotFoundError(name + ": the index has nothing for " +
                          (platform != nullptr ? format(*platform) : std::get<Digest>(removed).str()));
    }
  }
}

}  // namespace

MadeIndex compose_index(const Composition& composition, const IndexPart* base, bool again) {
  std::vector<std::string> notes;
  IndexDraft draft = begin(composition, base);
  std::vector<IndexEntry> before = base == nullptr ? std::vector<IndexEntry>{} : draft.entries();
  merge(draft, std::span(composition.sources).subspan(begins_with_source(composition, base) ? 1 : 0), notes);
  remove(draft, composition, base == nullptr ? "" : base->name, again);
  if (!composition.attestations) {
    draft.remove_attestations();
  }
  if (draft.entries().empty()) {
    throw UsageError(base == nullptr ? "there is nothing to make an index of"
                                     : base->name + ": nothing would be left of the index");
  }
  AnnotatedIndex annotated{.bytes = draft.text(), .entries = draft.entries()};
  if (!composition.annotations.empty()) {
    annotated = annotate_index(std::move(annotated.bytes), annotated.entries, composition.annotations);
  }
  std::ranges::move(annotated.notes, std::back_inserter(notes));
  Descriptor root = describe(draft.media_type(), annotated.bytes);
  return {.root = std::move(root),
          .bytes = std::move(annotated.bytes),
          .before = std::move(before),
          .entries = std::move(annotated.entries),
          .manifests = std::move(annotated.manifests),
          .notes = std::move(notes)};
}

}  // namespace wasm_oci
