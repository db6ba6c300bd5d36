#include "oci/validate/entry_order.hpp"

#include "oci/json/edited_text.hpp"
#include "oci/manifest.hpp"
#include "oci/validate/content_kind.hpp"
#include "oci/validate/loose.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

namespace wasm_oci {
namespace {

// The changed one that an attestation is about.
std::optional<Digest> what_it_is_about(const LooseDescriptor& entry, const std::set<Digest>& changed) {
  if (!is_attestation(entry) && !is_unknown_platform(entry)) {
    return std::nullopt;
  }
  const auto about = entry.annotations.find("vnd.docker.reference.digest");
  const std::optional<Digest> digest = about == entry.annotations.end() ? std::nullopt : Digest::parse(about->second);
  return digest && changed.contains(*digest) ? digest : std::nullopt;
}

// The elements of `list` are these texts now, in the places of the first of them.
std::string arranged(const std::string& text, const JsonValue& list, const std::vector<std::string_view>& elements) {
  std::vector<Edit> edits =
      remove_elements(list, [&](const JsonValue& element) { return element.position() >= elements.size(); });
  for (const JsonValue element : list) {
    if (element.position() < elements.size()) {
      edits.push_back(replace_value(element, elements[element.position()]));
    }
  }
  std::ranges::sort(edits, {}, &Edit::offset);
  return splice(text, edits);
}

}  // namespace

std::string mend_order(std::string text, const EntryMarks& marks, const std::set<Digest>& changed, const Digest& before,
                       Repaired& repaired) {
  const Document document = Document::parse(text, {.max_bytes = 2 * kMaxManifestSize});
  const std::optional<JsonValue> manifests = document.root().find("manifests");
  const std::vector<LooseDescriptor> entries = descriptors_of(document.root(), "manifests");
  if (!manifests || entries.size() != manifests->size() || entries.size() != marks.attest.size()) {
    return text;
  }
  std::vector<std::string_view> images;
  std::vector<std::string_view> attestations;
  std::set<std::string_view> seen;
  bool is_behind = false;  // whether an image stands behind an attestation
  for (const LooseDescriptor& entry : entries) {
    const std::size_t position = entry.json.position();
    const std::optional<Digest> about = what_it_is_about(entry, changed);
    if (about && marks.certainly_attest[position]) {
      repaired.notes.push_back("an attestation of " + about->str() +
                               " is left out: what it says is of the image as it was");
      continue;
    }
    if (marks.attest[position]) {
      attestations.push_back(entry.json.text());
      continue;
    }
    is_behind = is_behind || (!attestations.empty() && marks.hold_images[position]);
    if (marks.are_images[position] && !seen.insert(entry.json.text()).second) {
      repaired.mends.push_back({.rule = "IDX015",
                                .document = before,
                                .path = entry.json.path(),
                                .message = "an entry that is there already is taken out"});
    } else {
      images.push_back(entry.json.text());
    }
  }
  if (is_behind) {
    repaired.mends.push_back(
        {.rule = "IDX020", .document = before, .path = "manifests", .message = "attestations stand behind the images"});
  }
  const std::size_t left = images.size() + attestations.size();
  std::ranges::move(attestations, std::back_inserter(images));
  return left == entries.size() && !is_behind ? text : arranged(text, *manifests, images);
}

}  // namespace wasm_oci
