#include "oci/json/reader.hpp"

#include "oci/error.hpp"

namespace wasm_oci {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes the first letter off `text`, folded; other bytes come as they are.
char next_folded(std::string_view& text) {
  for (const auto& [letter, folded] : {std::pair<std::string_view, char>{"\xc5\xbf", 's'}, {"\xe2\x84\xaa", 'k'}}) {
    if (text.starts_with(letter)) {
      text.remove_prefix(letter.size());
      return folded;
    }
  }
  const char c = lower(text.front());
  text.remove_prefix(1);
  return c;
}

std::string text_or_empty(const JsonValue& value) {
  if (value.is(JsonKind::null)) {
    return {};
  }
  expect(value, JsonKind::string);
  return std::string(value.string());
}

std::uint64_t uint_of(const JsonValue& value) {
  expect(value, JsonKind::integer);
  const std::optional<std::int64_t> number = value.as_int64();
  if (!number || *number < 0) {
    fail_at(value, "must be from 0 to 9223372036854775807");
  }
  return static_cast<std::uint64_t>(*number);
}

}  // namespace

bool is_case_variant(std::string_view key, std::string_view known) {
  if (key == known) {
    return false;
  }
  for (const char c : known) {
    if (key.empty() || next_folded(key) != lower(c)) {
      return false;
    }
  }
  return key.empty();
}

void fail_at(const JsonValue& value, const std::string& why) {
  const std::string path = value.path();
  throw ContentError(path.empty() ? why : path + ": " + why);
}

void require_unique_keys(const Document& document) {
  if (const auto duplicates = document.duplicates(); !duplicates.empty()) {
    fail_at(duplicates.front(), "the key is there twice");
  }
}

void expect(const JsonValue& value, JsonKind kind) {
  if (!value.is(kind)) {
    fail_at(value, "expected " + std::string(name_of(kind)) + ", found " + std::string(name_of(value.kind())));
  }
}

ObjectReader::ObjectReader(const JsonValue& object) : object_(object) { expect(object, JsonKind::object); }

std::optional<JsonValue> ObjectReader::optional(std::string_view name) {
  known_.push_back(name);
  const std::optional<JsonValue> member = object_.find(name);
  return member && !member->is(JsonKind::null) ? member : std::nullopt;
}

JsonValue ObjectReader::required(std::string_view name) {
  const std::optional<JsonValue> member = optional(name);
  if (!member) {
    const std::string path = object_.path();
    throw ContentError(path + (path.empty() ? "" : ".") + std::string(name) + ": is missing");
  }
  return *member;
}

std::optional<JsonValue> ObjectReader::optional(std::string_view name, JsonKind kind) {
  const std::optional<JsonValue> member = optional(name);
  if (member) {
    expect(*member, kind);
  }
  return member;
}

JsonValue ObjectReader::required(std::string_view name, JsonKind kind) {
  const JsonValue member = required(name);
  expect(member, kind);
  return member;
}

std::string ObjectReader::required_string(std::string_view name) {
  const JsonValue member = required(name, JsonKind::string);
  if (member.string().empty()) {
    fail_at(member, "is empty");
  }
  return std::string(member.string());
}

std::string ObjectReader::optional_string(std::string_view name) {
  const std::optional<JsonValue> member = optional(name, JsonKind::string);
  return member ? std::string(member->string()) : std::string();
}

std::uint64_t ObjectReader::required_uint(std::string_view name) { return uint_of(required(name)); }

std::optional<std::uint64_t> ObjectReader::optional_uint(std::string_view name) {
  const std::optional<JsonValue> member = optional(name);
  return member ? std::optional(uint_of(*member)) : std::nullopt;
}

bool ObjectReader::optional_bool(std::string_view name) {
  const std::optional<JsonValue> member = optional(name, JsonKind::boolean);
  return member && member->boolean();
}

std::vector<std::string> ObjectReader::optional_strings(std::string_view name) {
  std::vector<std::string> texts;
  if (const std::optional<JsonValue> member = optional(name, JsonKind::array)) {
    for (const JsonValue& element : *member) {
      texts.push_back(text_or_empty(element));
    }
  }
  return texts;
}

std::map<std::string, std::string> ObjectReader::optional_string_map(std::string_view name) {
  std::map<std::string, std::string> texts;
  if (const std::optional<JsonValue> member = optional(name, JsonKind::object)) {
    for (const JsonValue& entry : *member) {
      texts.emplace(entry.key(), text_or_empty(entry));
    }
  }
  return texts;
}

void ObjectReader::finish() const {
  for (const JsonValue& member : object_) {
    for (const std::string_view name : known_) {
      if (is_case_variant(member.key(), name)) {
        fail_at(member, "other readers take this key for \"" + std::string(name) + "\"");
      }
    }
  }
}

}  // namespace wasm_oci
