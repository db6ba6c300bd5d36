#include "oci/location.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci {
namespace {

enum class Kind { registry, local, layout, oci_archive, docker_archive, file };

struct Prefix {
  std::string_view text;
  Kind kind;
};

// "oci://" names a registry (as for Helm and Istio) and must be tried before "oci:".
constexpr std::array kPrefixes = {
    Prefix{"docker://", Kind::registry},
    Prefix{"oci://", Kind::registry},
    Prefix{"local:", Kind::local},
    Prefix{"oci-layout://", Kind::layout},
    Prefix{"ocidir://", Kind::layout},
    Prefix{"oci:", Kind::layout},
    Prefix{"oci-archive:", Kind::oci_archive},
    Prefix{"docker-archive:", Kind::docker_archive},
    Prefix{"file:", Kind::file},
};

const Prefix* find_prefix(std::string_view text) {
  const auto* const found =
      std::ranges::find_if(kPrefixes, [text](const Prefix& prefix) { return text.starts_with(prefix.text); });
  return found == kPrefixes.end() ? nullptr : found;
}

[[noreturn]] void fail(std::string_view text, std::string_view reason, std::string hint) {
  throw UsageError("invalid location \"" + std::string(text) + "\": " + std::string(reason), std::move(hint));
}

struct PathAndName {
  std::string path;
  std::optional<std::string> name = std::nullopt;
  std::optional<Digest> digest = std::nullopt;
};

// Whether `text` is meant as a digest, be it a good one or not: a name with an "@" must not silently become one, nor a
// mistyped digest a name.
bool looks_like_digest(std::string_view text) {
  constexpr std::size_t kShortestHex = 32;
  if (text.starts_with("sha256:") || text.starts_with("sha512:")) {
    return true;
  }
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && text.size() - colon > kShortestHex &&
         text.find_first_not_of("0123456789abcdefABCDEF", colon + 1) == std::string_view::npos;
}

// What follows the prefix of a layout or an archive: PATH, PATH:NAME or PATH@DIGEST.
PathAndName split_path(std::string_view text, std::string_view prefix, std::string_view what) {
  const std::string form = std::string(prefix) + std::string(what) + "[:NAME|@sha256:HEX]";
  std::string_view rest = text.substr(prefix.size());
  PathAndName parts;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos && looks_like_digest(rest.substr(at + 1))) {
    parts.digest = Digest::parse(rest.substr(at + 1));
    if (!parts.digest) {
      fail(text, "\"" + std::string(rest.substr(at + 1)) + "\" is no digest", "write " + form + ", all 64 hex digits");
    }
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.find(':');
  parts.path = rest.substr(0, colon);
  if (parts.path.empty()) {
    fail(text, "the path is empty", "write " + form);
  }
  if (colon == std::string_view::npos) {
    return parts;
  }
  parts.name = rest.substr(colon + 1);
  if (parts.name->empty()) {
    fail(text, "the name is empty", "write " + form + ", or leave out the \":\"");
  }
  if (parts.digest) {
    fail(text, "a name and a digest", "write " + std::string(prefix) + parts.path + "@" + parts.digest->str());
  }
  return parts;
}

Location parse_layout(std::string_view text, std::string_view prefix) {
  PathAndName parts = split_path(text, prefix, "DIR");
  return LayoutLocation{
      .path = std::move(parts.path), .name = std::move(parts.name), .digest = std::move(parts.digest)};
}

Location parse_archive(std::string_view text, std::string_view prefix, ArchiveFormat format) {
  PathAndName parts = split_path(text, prefix, "FILE");
  return ArchiveLocation{.format = format,
                         .path = std::move(parts.path),
                         .name = std::move(parts.name),
                         .digest = std::move(parts.digest)};
}

Location parse_registry(std::string_view text, const Prefix& prefix) {
  const std::string_view rest = text.substr(prefix.text.size());
  if (prefix.text == "oci://" && (rest.starts_with('/') || rest.starts_with('.'))) {
    fail(text, "\"oci://\" names a registry", "for a layout write oci:" + std::string(rest));
  }
  return RegistryLocation{parse_reference(rest)};
}

Location parse_prefixed(std::string_view text, const Prefix& prefix) {
  switch (prefix.kind) {
    case Kind::registry:
      return parse_registry(text, prefix);
    case Kind::local:
      return LocalLocation{parse_reference(text.substr(prefix.text.size()))};
    case Kind::layout:
      return parse_layout(text, prefix.text);
    case Kind::oci_archive:
      return parse_archive(text, prefix.text, ArchiveFormat::oci);
    case Kind::docker_archive:
      return parse_archive(text, prefix.text, ArchiveFormat::docker);
    case Kind::file:
      break;
  }
  const std::string_view path = text.substr(prefix.text.size());
  if (path.empty()) {
    fail(text, "the path is empty", "write file:PATH");
  }
  return FileLocation{std::string(path)};
}

bool is_spelled_as_file(std::string_view text) {
  if (text.starts_with('/') || text.starts_with("./") || text.starts_with("../")) {
    return true;
  }
  // npos + 1 is 0: without a slash the whole text is the last component, where alone a tag can be.
  const std::string_view last = text.substr(text.rfind('/') + 1);
  return last.ends_with(".wasm") && last.find(':') == std::string_view::npos &&
         text.find('@') == std::string_view::npos;
}

std::string name_or_digest(const std::optional<std::string>& name, const std::optional<Digest>& digest) {
  return (name ? ":" + *name : "") + (digest ? "@" + digest->str() : "");
}

struct Formatter {
  std::string operator()(const RegistryLocation& location) const {
    std::string text = location.reference.str();
    if (find_prefix(text) != nullptr) {
      text.insert(0, "docker://");
    }
    return text;
  }
  std::string operator()(const LocalLocation& location) const { return "local:" + location.reference.str(); }
  std::string operator()(const LayoutLocation& location) const {
    // A path that starts with "//" would otherwise read as a registry.
    const std::string_view prefix = location.path.starts_with("//") ? "oci-layout://" : "oci:";
    return std::string(prefix) + location.path + name_or_digest(location.name, location.digest);
  }
  std::string operator()(const ArchiveLocation& location) const {
    const std::string_view prefix = location.format == ArchiveFormat::oci ? "oci-archive:" : "docker-archive:";
    return std::string(prefix) + location.path + name_or_digest(location.name, location.digest);
  }
  std::string operator()(const FileLocation& location) const { return "file:" + location.path; }
};

}  // namespace

Location parse_location(std::string_view text, PlainMeans plain) {
  if (const Prefix* const prefix = find_prefix(text)) {
    return parse_prefixed(text, *prefix);
  }
  if (is_spelled_as_file(text)) {
    return FileLocation{std::string(text)};
  }
  Reference reference = parse_reference(text);
  if (plain == PlainMeans::local) {
    return LocalLocation{std::move(reference)};
  }
  return RegistryLocation{std::move(reference)};
}

Reference parse_repository_location(std::string_view text) {
  const Prefix* const prefix = find_prefix(text);
  return parse_repository(prefix != nullptr && prefix->kind == Kind::registry ? text.substr(prefix->text.size())
                                                                              : text);
}

std::string format(const Location& location) { return std::visit(Formatter{}, location); }

}  // namespace wasm_oci
