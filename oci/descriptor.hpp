// A descriptor says what some content is and which bytes it must have (image-spec descriptor.md).
#pragma once

#include "oci/digest.hpp"
#include "oci/platform.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

using Annotations = std::map<std::string, std::string>;

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  Annotations annotations = {};
  std::optional<Platform> platform = std::nullopt;
  std::string artifact_type = {};
  std::vector<std::string> urls = {};  // kept, never fetched (T-02)
  std::string data = {};               // base64 as written; never trusted in place of the content

  bool operator==(const Descriptor&) const = default;
};

// The descriptor of bytes in hand.
Descriptor describe(std::string_view media_type, std::string_view bytes,
                    DigestAlgorithm algorithm = DigestAlgorithm::sha256);

namespace annotation {
inline constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";
inline constexpr std::string_view kImageName = "io.containerd.image.name";
inline constexpr std::string_view kTitle = "org.opencontainers.image.title";
inline constexpr std::string_view kAuthors = "org.opencontainers.image.authors";
inline constexpr std::string_view kDescription = "org.opencontainers.image.description";
inline constexpr std::string_view kLicenses = "org.opencontainers.image.licenses";
inline constexpr std::string_view kRevision = "org.opencontainers.image.revision";
inline constexpr std::string_view kSource = "org.opencontainers.image.source";
inline constexpr std::string_view kUrl = "org.opencontainers.image.url";
inline constexpr std::string_view kVersion = "org.opencontainers.image.version";
}  // namespace annotation

}  // namespace wasm_oci
