// Edits of a manifest or index that are planned while it is looked at, and carried out at once however many they are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// One member of the root, of an element of one of its lists, or of an object within that.
struct PlannedEdit {
  std::string_view list;         // "manifests", "layers"; "config": that object; "": the root
  std::size_t position = 0;      // of the element, in the list
  std::string_view within = {};  // an object that is a member of that; "": that itself
  std::string_view member = {};
  std::optional<std::string> json = std::nullopt;  // its new value; nullopt: it is taken out
};

// The text with all of them. Every other byte stays. Throws ContentError as Document::parse() does.
std::string carry_out(std::string text, std::vector<PlannedEdit> edits);

}  // namespace wasm_oci
