// A JSON text that is edited step by step, each edit made of what the one before left: two new members of one object
// have one place, so they cannot be inserted at once.
#pragma once

#include "oci/json/splice.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

class EditedText {
 public:
  // Finds a value in the document whose root it is given.
  using Find = std::function<JsonValue(const JsonValue& root)>;

  // A text of more than `limit` bytes, before an edit, is a ContentError.
  EditedText(std::string text, std::size_t limit) : text_(std::move(text)), limit_(limit) {}

  // Carries out the edits that `make` describes, of one document and at once.
  void edit(const std::function<std::vector<Edit>(const JsonValue& root)>& make);
  // Sets a member of the object that `find` finds, to what `json` says.
  void set(const Find& find, std::string_view name, std::string_view json);
  void remove(const Find& find, std::string_view name);

  const std::string& text() const { return text_; }
  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
  std::size_t limit_;
};

}  // namespace wasm_oci
