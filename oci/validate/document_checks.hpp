// What any manifest or index, and any descriptor in it, has to be: rules that need no other document.
#pragma once

#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/validate/finding.hpp"
#include "oci/validate/loose.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace wasm_oci {

// The bytes as a document, without duplicate keys or not; nullptr where they are none (DOC001, DOC002).
std::unique_ptr<Document> read_document(std::string bytes, const Place& place, Findings& findings);

// A document that was reached as `media_type`, empty where nothing says one.
void check_index_document(const JsonValue& root, std::string_view media_type, const Place& place, Findings& findings);
void check_manifest_document(const JsonValue& root, std::string_view media_type, const Place& place,
                             Findings& findings);

// `sent_as`: the media type that a registry gives it, if one does (IDX003).
void check_sent_type(const JsonValue& root, std::string_view sent_as, const Place& place, Findings& findings);

// Digest, size, data and annotations.
void check_descriptor(const LooseDescriptor& descriptor, const Place& place, Findings& findings);

// Runs a strict parser on a document in which nothing was found that is an error: what it still refuses is DOC003.
template <typename Parse>
void check_strictly(const Place& place, Findings& findings, const Parse& parse) {
  if (!findings.has_error(place)) {
    try {
      parse();
    } catch (const ContentError& error) {
      findings.add("DOC003", place, "", error.message());
    }
  }
}

}  // namespace wasm_oci
