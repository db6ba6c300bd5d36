// Image manifests and indexes (image-spec manifest.md, image-index.md; Docker's schema 2 equivalents read alike).
//
// A value here holds the fields that this program uses. The bytes that were read stay what they are: nothing that
// others wrote is ever printed anew, so fields that are unknown here survive in the raw text beside the value.
#pragma once

#include "oci/descriptor.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// Registries promise to take manifests of 4 MiB (distribution-spec, "Pushing Manifests"); some hold more.
inline constexpr std::size_t kMaxManifestSize = 8 * 1024 * 1024;
// More descriptors than this in one document are refused (T-31).
inline constexpr std::size_t kMaxDescriptors = 10'000;

// Indexes in indexes are followed no deeper.
inline constexpr int kMaxIndexDepth = 8;

struct Manifest {
  std::string media_type;  // empty where the document has none
  std::string artifact_type = {};
  Descriptor config;
  std::vector<Descriptor> layers = {};
  std::optional<Descriptor> subject = std::nullopt;
  Annotations annotations = {};

  bool operator==(const Manifest&) const = default;
};

struct Index {
  std::string media_type;
  std::string artifact_type = {};
  std::vector<Descriptor> manifests = {};
  std::optional<Descriptor> subject = std::nullopt;
  Annotations annotations = {};

  bool operator==(const Index&) const = default;
};

// Both throw ContentError with the path of what is wrong ("layers[0].digest: …") and refuse ambiguous documents (T-11):
// manifests beside config or layers, a mediaType other than `media_type` (where that is not empty), duplicate keys, and
// keys that differ from known ones in case only.
Manifest parse_manifest(std::string_view bytes, std::string_view media_type = {});
// `version`: any for those who do as clients do, which never look at it where they take images.
enum class SchemaVersion { must_be_2, any };
Index parse_index(std::string_view bytes, std::string_view media_type = {},
                  SchemaVersion version = SchemaVersion::must_be_2);

// Throws ContentError: what came before manifests as they are here, which nothing here reads.
[[noreturn]] void refuse_docker_schema1();

// Compact JSON in the specification's order of fields, schemaVersion first.
std::string serialize(const Manifest& manifest);
std::string serialize(const Index& index);

// How a node of the graph is held: a manifest (reached by tag, index entry or subject) or a blob (reached as config or
// layer). It follows from the edge, never from a media type that may be unknown.
enum class NodeKind { manifest, blob };

struct Edge {
  Descriptor target;
  NodeKind kind;
};

// What a manifest with these bytes needs, in document order, config before layers; nothing for media types that are
// neither image manifest nor index. A subject is not needed. Throws as the parsers do; Docker's schema 1 is refused.
std::vector<Edge> required_children(const Descriptor& descriptor, std::string_view bytes);

}  // namespace wasm_oci
