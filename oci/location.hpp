// Where an image is, as written on the command line: a registry, the local store, a layout, an archive or a file.
// What a text means is decided by its spelling alone, never by what exists.
#pragma once

#include "oci/digest.hpp"
#include "oci/reference.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wasm_oci {

// "docker://REF", "oci://REF", or a plain REF
struct RegistryLocation {
  Reference reference;
  bool operator==(const RegistryLocation&) const = default;
};

// "local:REF"
struct LocalLocation {
  Reference reference;
  bool operator==(const LocalLocation&) const = default;
};

// "oci:DIR[:NAME|@DIGEST]", also "oci-layout://" and "ocidir://"
struct LayoutLocation {
  std::string path;
  std::optional<std::string> name = std::nullopt;
  std::optional<Digest> digest = std::nullopt;
  bool operator==(const LayoutLocation&) const = default;
};

enum class ArchiveFormat { oci, docker };

// "oci-archive:FILE[:NAME|@DIGEST]", "docker-archive:FILE[:NAME]"; FILE "-" is standard input or output
struct ArchiveLocation {
  ArchiveFormat format;
  std::string path;
  std::optional<std::string> name = std::nullopt;
  std::optional<Digest> digest = std::nullopt;
  bool operator==(const ArchiveLocation&) const = default;
};

// "file:PATH", or a plain argument spelled as a file
struct FileLocation {
  std::string path;
  bool operator==(const FileLocation&) const = default;
};

using Location = std::variant<RegistryLocation, LocalLocation, LayoutLocation, ArchiveLocation, FileLocation>;

// What a plain argument that is not spelled as a file speaks of.
enum class PlainMeans { registry, local };

// Throws UsageError.
Location parse_location(std::string_view text, PlainMeans plain = PlainMeans::registry);

// A repository in a registry, spelled as above and without a tag or digest. Throws UsageError.
Reference parse_repository_location(std::string_view text);

// The location as result lines show it: references normalised, prefixes kept ("local:docker.io/me/app:1.0").
std::string format(const Location& location);

}  // namespace wasm_oci
