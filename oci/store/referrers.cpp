#include "oci/store/referrers.hpp"

#include "oci/error.hpp"
#include "oci/json/reader.hpp"
#include "oci/text.hpp"

#include <array>
#include <set>

namespace wasm_oci {
namespace {

Document parse_document(std::string_view bytes) {
  return Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
}

std::string config_type(ObjectReader& object) {
  const std::optional<JsonValue> config = object.optional("config", JsonKind::object);
  return config ? read_object(*config, [](ObjectReader& reader) { return reader.optional_string("mediaType"); })
                : std::string();
}

}  // namespace

std::optional<Digest> subject_of(std::string_view bytes) {
  try {
    const Document document = parse_document(bytes);
    const std::optional<JsonValue> subject = document.root().find("subject");
    const std::optional<JsonValue> digest = subject ? subject->find("digest") : std::nullopt;
    return digest ? Digest::parse(digest->string()) : std::nullopt;
  } catch (const ContentError&) {
    return std::nullopt;
  }
}

Descriptor describe_referrer(const Descriptor& manifest, std::string_view bytes) {
  try {
    const Document document = parse_document(bytes);
    require_unique_keys(document);
    return read_object(document.root(), [&](ObjectReader& object) {
      if (const std::string own = object.optional_string("mediaType"); !own.empty() && own != manifest.media_type) {
        throw ContentError("mediaType: the document says " + excerpt(own) + ", what lists it says " +
                           excerpt(manifest.media_type));
      }
      Descriptor referrer{.media_type = manifest.media_type,
                          .digest = manifest.digest,
                          .size = manifest.size,
                          .annotations = object.optional_string_map("annotations"),
                          .artifact_type = object.optional_string("artifactType")};
      if (referrer.artifact_type.empty()) {
        referrer.artifact_type = config_type(object);
      }
      return referrer;
    });
  } catch (ContentError& error) {
    error.add_context(manifest.digest.str());
    throw;
  }
}

std::optional<Digest> Subjects::of(const Descriptor& manifest) {
  if (manifest.size > kMaxManifestSize) {
    return std::nullopt;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = known_.find(manifest.digest); known != known_.end()) {
      return known->second;
    }
  }
  std::optional<Digest> subject;
  try {
    subject = subject_of(store_.load(manifest, NodeKind::manifest));
  } catch (const NotFoundError&) {
    return std::nullopt;  // it may come later
  }
  const std::scoped_lock lock(mutex_);
  return known_.emplace(manifest.digest, subject).first->second;
}

std::vector<Descriptor> Subjects::referrers(std::span<const Descriptor> manifests, const Digest& subject) {
  std::vector<Descriptor> found;
  std::set<Digest> seen;
  std::uint64_t bytes = 0;
  for (const Descriptor& manifest : manifests) {
    if (of(manifest) != subject || !seen.insert(manifest.digest).second) {
      continue;
    }
    bytes += manifest.size;
    if (found.size() == kMaxReferrers || bytes > kMaxReferrersSize) {
      throw ContentError("more refers to " + subject.str() + " than is read: " + std::to_string(kMaxReferrers) +
                         " manifests, or " + human_size(kMaxReferrersSize) + " of them");
    }
    found.push_back(describe_referrer(manifest, store_.load(manifest, NodeKind::manifest)));
  }
  return found;
}

std::vector<TaggedReferrer> tagged_referrers(Store& store, const Digest& subject) {
  static constexpr std::array<std::string_view, 3> kSuffixes = {".sig", ".att", ".sbom"};
  std::vector<TaggedReferrer> found;
  if (subject.algorithm() != DigestAlgorithm::sha256) {  // the name would be longer than a tag may be
    return found;
  }
  for (const std::string_view suffix : kSuffixes) {
    std::string tag = "sha256-" + subject.hex() + std::string(suffix);
    if (std::optional<Descriptor> descriptor = store.peek(tag)) {
      found.push_back({.tag = std::move(tag), .descriptor = std::move(*descriptor)});
    }
  }
  return found;
}

}  // namespace wasm_oci
