// What a manifest is that a registry has sent: the media type from its header and its body together.
#pragma once

#include "oci/descriptor.hpp"
#include "registry/http.hpp"

#include <string>
#include <string_view>

namespace wasm_oci {

// The four types of manifests and indexes. A registry that does not find the type of what it holds in here answers 404.
std::string manifest_accept();

// A header's value without its parameters, in lower case: "text/html; charset=utf-8" is "text/html".
std::string bare_media_type(std::string_view content_type);

// Throws ContentError where a response cannot be content as it is stored: encoded (T-26) or a page for people.
void check_is_content(const std::string& what, const HttpResponse& response);

// Describes a manifest's bytes. The media type is the document's own, else that of the header, else what the document
// looks like. Throws ContentError for what is no JSON object, where header and document differ (T-11), and for Docker's
// schema 1.
Descriptor describe_manifest(const std::string& what, std::string_view bytes, std::string_view content_type,
                             DigestAlgorithm algorithm = DigestAlgorithm::sha256);

// The same for bytes of which nothing has to be right: the media type is that of the header, else what the document
// says or looks like, where it is one.
Descriptor describe_as_sent(std::string_view bytes, std::string_view content_type, DigestAlgorithm algorithm);

}  // namespace wasm_oci
