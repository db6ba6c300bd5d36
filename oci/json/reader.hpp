// Reading of values from a document, strictly: what is not what it should be throws ContentError with the path of it.
//
//   Point read_point(const JsonValue& value) {
//     return read_object(value, [](ObjectReader& object) {
//       return Point{.x = object.required_uint("x"), .name = object.optional_string("name")};
//     });
//   }
//
// Go's encoding/json, which most other readers use, takes `Manifests` for `manifests`. A document with such a key means
// one thing here and another there, so it is refused (T-11). null reads as absent, as it does in Go.
#pragma once

#include "oci/json/document.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

// Whether Go would match `key` with the field `known`, although they differ. Besides the ASCII letters, U+017F (ſ)
// folds to s and U+212A (the Kelvin sign) to k. `known` is ASCII.
bool is_case_variant(std::string_view key, std::string_view known);

// Throws ContentError "PATH: WHY", or "WHY" for the root.
[[noreturn]] void fail_at(const JsonValue& value, const std::string& why);

// Throws ContentError where an object anywhere in the document has a key twice (T-11).
void require_unique_keys(const Document& document);

// Reads the members of one object by name and remembers the names. Use it through read_object().
class ObjectReader {
 public:
  explicit ObjectReader(const JsonValue& object);

  const JsonValue& value() const { return object_; }

  // The member, unless it is absent or null.
  std::optional<JsonValue> optional(std::string_view name);
  JsonValue required(std::string_view name);
  std::optional<JsonValue> optional(std::string_view name, JsonKind kind);
  JsonValue required(std::string_view name, JsonKind kind);

  // A required string is not empty; an absent one reads as empty.
  std::string required_string(std::string_view name);
  std::string optional_string(std::string_view name);
  // 0 to INT64_MAX, written as an integer: Go's readers hold it in an int64 and refuse 1e2 and "1" (T-12).
  std::uint64_t required_uint(std::string_view name);
  std::optional<std::uint64_t> optional_uint(std::string_view name);
  // Absent reads as false.
  bool optional_bool(std::string_view name);
  // Absent reads as empty, a null among the values as "".
  std::vector<std::string> optional_strings(std::string_view name);
  std::map<std::string, std::string> optional_string_map(std::string_view name);

  // Throws where a member is a case variant of a name that was asked for.
  void finish() const;

 private:
  JsonValue object_;
  std::vector<std::string_view> known_;
};

// Throws where `value` is not of that kind.
void expect(const JsonValue& value, JsonKind kind);

// What `read` makes of the object; then the check of its keys, which no caller can forget.
template <typename Read>
auto read_object(const JsonValue& value, Read&& read) {
  ObjectReader reader(value);  // NOLINT(misc-const-correctness): what `read` does with it is not seen in a template
  auto result = std::forward<Read>(read)(reader);
  reader.finish();
  return result;
}

}  // namespace wasm_oci
