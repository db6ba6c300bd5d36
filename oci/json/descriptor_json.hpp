// Descriptors and the values inside them, as JSON.
#pragma once

#include "oci/descriptor.hpp"
#include "oci/json/edited_text.hpp"
#include "oci/json/reader.hpp"
#include "oci/json/writer.hpp"

#include <vector>

namespace wasm_oci {

// Throws ContentError for what is not exactly a supported digest (T-10).
Digest read_digest(const JsonValue& value);

// mediaType, digest and size are required.
Descriptor read_descriptor(const JsonValue& value);
// The array's elements. Throws where there are more than kMaxDescriptors (T-31).
std::vector<Descriptor> read_descriptors(const JsonValue& array);

// os, architecture and their finer marks from the members of `object`: a descriptor's platform or an image config.
Platform read_platform(ObjectReader& object);

// The order of fields is that of image-spec's Go types; empty fields are left out.
void write(JsonWriter& json, const Descriptor& descriptor);
void write(JsonWriter& json, const std::vector<Descriptor>& descriptors);
// The same, as a text in compact style.
std::string to_json(const Descriptor& descriptor);

// A platform as a descriptor holds it.
std::string to_json(const Platform& platform);

// Makes the descriptor that `find` finds lead to other content: digest and size, and none of the old content in it.
void point_to(EditedText& text, const EditedText::Find& find, const Descriptor& target);

// The members only, for objects that hold more. architecture and os are written even where empty: both are required.
void write_members(JsonWriter& json, const Platform& platform);

}  // namespace wasm_oci
