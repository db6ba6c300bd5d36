// Edits of a JSON text that leave every other byte as it is: what others wrote is never printed anew.
//
// New values take the layout of their neighbours (line breaks, indentation, spaces after colons and commas), in compact
// documents as in indented ones, and a removal undoes an insertion byte for byte. White space of more than 128 bytes in
// one place is no layout to take, and no line is indented by more. The functions below only describe edits; splice()
// carries them out. The values they are given as JSON text may have any layout.
#pragma once

#include "oci/json/document.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct Edit {
  std::size_t offset;  // in bytes
  std::size_t size;    // of what is replaced; 0 inserts
  std::string replacement;
};

// Carries all edits out, whose offsets refer to `text`. Insertions at one offset stay in their order. Edits that
// overlap or reach beyond the text throw std::logic_error.
std::string splice(std::string_view text, std::span<const Edit> edits);

// How large a text of `size` bytes is after edits that do not overlap: to be known before it is made.
std::size_t size_after(std::size_t size, std::span<const Edit> edits);

// Puts `json` in the place of `value`.
Edit replace_value(const JsonValue& value, std::string_view json);

// Inserts elements so that the first becomes `array[position]`; `position` is at most the array's size.
Edit insert_elements(const JsonValue& array, std::size_t position, std::span<const std::string> elements);
// Removes the elements for which `is_doomed` is true.
std::vector<Edit> remove_elements(const JsonValue& array, const std::function<bool(const JsonValue&)>& is_doomed);

// Replaces the member's value, or adds the member at the end. Two new members of one object are set one after the
// other.
Edit set_member(const JsonValue& object, std::string_view name, std::string_view json);
// nullopt where there is no such member.
std::optional<Edit> remove_member(const JsonValue& object, std::string_view name);

}  // namespace wasm_oci
