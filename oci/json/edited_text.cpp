#include "oci/json/edited_text.hpp"

#include <optional>

namespace wasm_oci {

void EditedText::edit(const std::function<std::vector<Edit>(const JsonValue& root)>& make) {
  const Document document = Document::parse(text_, {.max_bytes = limit_});
  if (const std::vector<Edit> edits = make(document.root()); !edits.empty()) {
    text_ = splice(text_, edits);
  }
}

void EditedText::set(const Find& find, std::string_view name, std::string_view json) {
  edit([&](const JsonValue& root) { return std::vector{set_member(find(root), name, json)}; });
}

void EditedText::remove(const Find& find, std::string_view name) {
  edit([&](const JsonValue& root) {
    std::optional<Edit> edit = remove_member(find(root), name);
    return edit ? std::vector{*std::move(edit)} : std::vector<Edit>{};
  });
}

}  // namespace wasm_oci
