// Names of images in registries, exactly by the grammar and normalisation of distribution/reference: "me/app" is
// docker.io/me/app, "alpine" is docker.io/library/alpine, "localhost/x" and "host:5000/x" name their host.
#pragma once

#include "oci/digest.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {

struct Reference {
  std::string host;  // with its port: "docker.io", "localhost:5000", "[::1]:5000"
  std::string path;  // the repository: "library/alpine"
  std::optional<std::string> tag = std::nullopt;
  std::optional<Digest> digest = std::nullopt;

  // "host/path"
  std::string repository() const;
  // "host/path[:tag][@digest]"
  std::string str() const;
  // As people write it: without docker.io and library/, where that still names the same image.
  std::string familiar() const;

  auto operator<=>(const Reference&) const = default;
};

// Throws UsageError in the words that Docker's users know ("invalid reference format: repository name must be
// lowercase"). A reference with neither tag nor digest gets the tag "latest".
Reference parse_reference(std::string_view text);
// The same without a tag or digest: for commands that take a repository. A tag or digest there is a UsageError.
Reference parse_repository(std::string_view text);

bool is_tag(std::string_view text);

}  // namespace wasm_oci
