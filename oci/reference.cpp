// The grammar is that of distribution/reference: [host[:port]/]path[:tag][@digest]. It is regular, and no delimiter may
// occur inside a part, so cutting at the delimiters and checking each part decides it in one pass.
#include "oci/reference.hpp"

#include "oci/error.hpp"
#include "oci/text.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

constexpr std::string_view kDockerHub = "docker.io";
constexpr std::string_view kDockerHubFormerName = "index.docker.io";
constexpr std::string_view kOfficial = "library/";
constexpr std::string_view kDefaultTag = "latest";
constexpr std::size_t kMaxPath = 255;
constexpr std::size_t kMaxTag = 128;
// Shorter hex strings are not taken for digests at all.
constexpr std::size_t kMinDigestHex = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alphanumeric(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
bool is_path_alphanumeric(char c) { return is_digit(c) || is_lower(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool has_upper(std::string_view text) { return std::ranges::any_of(text, is_upper); }

// Whether each piece of `text` between delimiters satisfies `check`. An empty text is one empty piece.
template <class Check>
bool all_pieces(std::string_view text, char delimiter, Check check) {
  while (true) {
    const std::size_t end = text.find(delimiter);
    if (!check(text.substr(0, end))) {
      return false;
    }
    if (end == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(end + 1);
  }
}

bool is_domain_component(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host(std::string_view text) {
  std::string_view name = text;
  // The colon of a port is the first one behind an IPv6 address or a name.
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) {
    return false;
  }
  if (const std::size_t colon = text.find(':', bracket); colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, is_digit)) {
      return false;
    }
    name = text.substr(0, colon);
  }
  if (name.starts_with('[')) {
    const std::string_view address = name.substr(1, bracket - 1);
    return bracket + 1 == name.size() && !address.empty() &&
           std::ranges::all_of(address, [](char c) { return is_hex(c) || c == ':'; });
  }
  return all_pieces(name, '.', is_domain_component);
}

// Runs of alphanumerics with one separator between each two: ".", "_", "__", or any number of "-".
bool is_path_component(std::string_view text) {
  while (true) {
    const auto run = static_cast<std::size_t>(std::ranges::find_if_not(text, is_path_alphanumeric) - text.begin());
    if (run == 0 || run == text.size()) {
      return run != 0;
    }
    text.remove_prefix(run);
    std::size_t separator = 1;
    if (text.starts_with("__")) {
      separator = 2;
    } else if (text.starts_with('-')) {
      separator = std::min(text.find_first_not_of('-'), text.size());
    } else if (text.front() != '.' && text.front() != '_') {
      return false;
    }
    text.remove_prefix(separator);
  }
}

bool is_path(std::string_view text) { return all_pieces(text, '/', is_path_component); }

// What "docker images" prints in its ID column, and therefore no repository's name.
bool is_image_id(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) { return is_hex(c) && !is_upper(c); });
}

struct HostAndRest {
  std::string host;
  std::string rest;  // path, tag and digest
};

// What stands before the first slash is a host only if it cannot be a user of Docker Hub: it has a dot or a colon or a
// capital, or is "localhost".
HostAndRest split_host(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return {.host = std::string(kDockerHub), .rest = std::string(kOfficial) + std::string(text)};
  }
  const std::string_view first = text.substr(0, slash);
  const bool is_first_a_host =
      first == "localhost" || first.find_first_of(".:") != std::string_view::npos || has_upper(first);
  HostAndRest parts{.host = std::string(kDockerHub), .rest = std::string(text)};
  if (is_first_a_host) {
    parts.rest = text.substr(slash + 1);
    if (first != kDockerHubFormerName) {
      parts.host = first;
    }
  }
  if (parts.host == kDockerHub && parts.rest.find('/') == std::string::npos) {
    parts.rest.insert(0, kOfficial);
  }
  return parts;
}

[[noreturn]] void fail(std::string_view text, std::string hint) {
  throw UsageError("invalid reference format: \"" + std::string(text) + "\"", std::move(hint));
}

Digest parse_reference_digest(std::string_view text, std::string_view digest) {
  if (std::optional<Digest> parsed = Digest::parse(digest)) {
    return *std::move(parsed);
  }
  const std::size_t colon = digest.find(':');
  const std::string_view algorithm = digest.substr(0, colon);
  const std::string_view hex = colon == std::string_view::npos ? std::string_view() : digest.substr(colon + 1);
  if (algorithm.empty() || hex.size() < kMinDigestHex || !std::ranges::all_of(hex, is_hex)) {
    fail(text, "a digest is \"sha256:\" and 64 hex digits, all of them");
  }
  const bool is_sha512 = algorithm == to_string(DigestAlgorithm::sha512);
  if (!is_sha512 && algorithm != to_string(DigestAlgorithm::sha256)) {
    throw UsageError("unsupported digest algorithm \"" + std::string(algorithm) + "\"", "use sha256 or sha512");
  }
  const std::size_t size = is_sha512 ? 128 : 64;
  throw UsageError(hex.size() == size ? "invalid checksum digest format" : "invalid checksum digest length",
                   std::string(algorithm) + " has " + std::to_string(size) + " lower-case hex digits");
}

// A scheme in front is a habit from browsers; Docker's users know to leave it out once they are told.
void refuse_url(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) {
      fail(text, "leave out " + std::string(scheme) + ": " + std::string(text.substr(scheme.size())));
    }
  }
}

// The reference as written, without the default tag.
Reference parse_as_written(std::string_view text) {
  if (is_image_id(text)) {
    throw UsageError("invalid repository name (" + std::string(text) + "), cannot specify 64-byte hexadecimal strings",
                     "for a digest write REPOSITORY@sha256:" + std::string(text));
  }
  refuse_url(text);
  HostAndRest parts = split_host(text);
  std::string_view path = parts.rest;
  Reference reference{.host = std::move(parts.host), .path = {}};
  std::optional<std::string_view> digest;
  if (const std::size_t at = path.find('@'); at != std::string_view::npos) {
    digest = path.substr(at + 1);
    path = path.substr(0, at);
  }
  if (const std::size_t colon = path.find(':'); colon != std::string_view::npos) {
    reference.tag = path.substr(colon + 1);
    path = path.substr(0, colon);
  }
  if (has_upper(path)) {
    throw UsageError("invalid reference format: repository name (" + std::string(path) + ") must be lowercase",
                     "write " + to_lower(path));
  }
  if (!is_host(reference.host)) {
    fail(text, "\"" + reference.host + "\" is no HOST[:PORT]");
  }
  if (!is_path(path)) {
    fail(text, "a reference is [HOST[:PORT]/]PATH[:TAG][@DIGEST], for example ghcr.io/me/app:1.0");
  }
  if (reference.tag && !is_tag(*reference.tag)) {
    fail(text, "a tag has at most 128 letters, digits and _.- and starts with neither . nor -");
  }
  if (digest) {
    reference.digest = parse_reference_digest(text, *digest);
  }
  if (path.size() > kMaxPath) {
    throw UsageError("repository name must not be more than 255 characters");
  }
  reference.path = path;
  return reference;
}

std::string tag_and_digest(const Reference& reference) {
  return (reference.tag ? ":" + *reference.tag : "") + (reference.digest ? "@" + reference.digest->str() : "");
}

}  // namespace

std::string Reference::repository() const { return host + "/" + path; }

std::string Reference::str() const { return repository() + tag_and_digest(*this); }

std::string Reference::familiar() const {
  if (host != kDockerHub) {
    return str();
  }
  std::string_view name = path;
  if (name.starts_with(kOfficial) && name.find('/', kOfficial.size()) == std::string_view::npos) {
    name.remove_prefix(kOfficial.size());
  }
  // docker.io/localhost/x, shortened, would be another image.
  const HostAndRest read_back = split_host(name);
  if (read_back.host != host || read_back.rest != path || is_image_id(name)) {
    return str();
  }
  return std::string(name) + tag_and_digest(*this);
}

Reference parse_reference(std::string_view text) {
  Reference reference = parse_as_written(text);
  if (!reference.tag && !reference.digest) {
    reference.tag = kDefaultTag;
  }
  return reference;
}

Reference parse_repository(std::string_view text) {
  Reference reference = parse_as_written(text);
  if (reference.tag || reference.digest) {
    throw UsageError("\"" + std::string(text) + "\" is a repository with a " + (reference.tag ? "tag" : "digest"),
                     "write only the repository: " + reference.repository());
  }
  return reference;
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTag && text.front() != '.' && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

}  // namespace wasm_oci
