#include "registry/manifest_response.hpp"

#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"
#include "registry/error_response.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

// What registries and proxies send when they do not know better.
bool says_nothing(std::string_view type) {
  return type.empty() || type == "application/json" || type == "text/plain" || type == media_type::kOctetStream;
}

std::string own_media_type(const JsonValue& root) {
  const auto member = root.find("mediaType");
  return member ? std::string(member->string()) : std::string();
}

std::string_view guess(const JsonValue& root) {
  return root.find("manifests") ? media_type::kOciIndex : media_type::kOciManifest;
}

[[noreturn]] void refuse_page(const std::string& what) {
  throw ContentError(what + ": the answer is a web page, not what a registry sends",
                     "check the name of the registry, and whether a proxy or a login page is in between");
}

}  // namespace

std::string manifest_accept() {
  std::string types;
  for (const std::string_view type : {media_type::kOciIndex, media_type::kOciManifest, media_type::kDockerManifestList,
                                      media_type::kDockerManifest}) {
    types.append(types.empty() ? "" : ", ").append(type);
  }
  return types;
}

std::string bare_media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  type.erase(type.find_last_not_of(" \t") + 1);
  return to_lower(type);
}

void check_is_content(const std::string& what, const HttpResponse& response) {
  const std::string encoding = response.headers.get("Content-Encoding").value_or("identity");
  if (encoding != "identity") {
    throw ContentError(what + ": the registry sends it encoded as " + excerpt(response.shown(encoding)) +
                       ", which was not asked for");
  }
  if (bare_media_type(response.headers.get("Content-Type").value_or("")) == "text/html") {
    refuse_page(what);
  }
}

Descriptor describe_manifest(const std::string& what, std::string_view bytes, std::string_view content_type,
                             DigestAlgorithm algorithm) {
  if (looks_like_html(bytes)) {
    refuse_page(what);
  }
  try {
    const Document document = Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
    const JsonValue root = document.root();
    const std::string from_header = bare_media_type(content_type);
    const std::string own = own_media_type(root);
    const auto version = root.find("schemaVersion");
    if (media_type::is_docker_schema1(from_header) || media_type::is_docker_schema1(own) ||
        (version && version->as_uint64() == 1)) {
      refuse_docker_schema1();
    }
    if (!root.is(JsonKind::object)) {
      throw ContentError("a manifest is a JSON object");
    }
    if (!own.empty() && !says_nothing(from_header) && bare_media_type(own) != from_header) {
      throw ContentError("the registry calls it " + excerpt(from_header) + ", the document itself " + excerpt(own));
    }
    std::string type = own;
    if (type.empty()) {
      type = says_nothing(from_header) ? std::string(guess(root)) : from_header;
    }
    return {.media_type = std::move(type), .digest = digest_of(bytes, algorithm), .size = bytes.size()};
  } catch (ContentError& error) {
    error.add_context(what);
    throw;
  }
}

Descriptor describe_as_sent(std::string_view bytes, std::string_view content_type, DigestAlgorithm algorithm) {
  std::string type = bare_media_type(content_type);
  if (says_nothing(type)) {
    type.clear();
    try {
      const Document document = Document::parse(std::string(bytes), {.max_bytes = kMaxManifestSize});
      type = own_media_type(document.root());
      type = type.empty() ? std::string(guess(document.root())) : type;
    } catch (const ContentError&) {  // NOLINT(bugprone-empty-catch): who reads it finds that out
    }
  }
  return {.media_type = std::move(type), .digest = digest_of(bytes, algorithm), .size = bytes.size()};
}

}  // namespace wasm_oci
