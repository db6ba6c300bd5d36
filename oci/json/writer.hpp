// Writes JSON in the order of the calls, so the same calls give the same bytes everywhere.
//
//   JsonWriter json;
//   json.begin_object().member("name", name).key("tags").begin_array();
//   for (const auto& tag : tags) { json.value(tag); }
//   json.end_array().end_object();
//   std::string text = std::move(json).take();
//
// With a sink it holds only what is about to be written there, however long the document: what hostile content makes of
// it costs no memory.
#pragma once

#include "oci/stream.hpp"

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

class JsonValue;  // oci/json/document.hpp

enum class JsonStyle {
  compact,  // no white space: content that is hashed, lines for machines
  pretty,   // 2 spaces a level: what people read
};

// Calls that do not make JSON (a value without a key in an object, an end without a begin) throw std::logic_error.
//
// Strings are escaped as little as JSON allows, except that DEL, the C1 controls and the bidirectional controls of
// Unicode are written as \uXXXX too: the value is the same and a terminal that shows the text is safe (T-19).
// Strings must be UTF-8: in compact style, whose bytes become content, others throw ContentError; in pretty style each
// wrong byte becomes U+FFFD, so that a hostile file name does not hide everything else.
class JsonWriter {
 public:
  // For take().
  explicit JsonWriter(JsonStyle style = JsonStyle::compact) : style_(style) {}
  // For finish(): `sink`, which must outlive this, gets the text in parts of about kChunkSize.
  JsonWriter(JsonStyle style, Sink& sink) : style_(style), sink_(&sink) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();

  // The next value, object or array belongs to `name`.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::same_as<bool> auto truth) { return literal(truth ? "true" : "false"); }
  JsonWriter& value(std::integral auto number)
    requires(!std::same_as<decltype(number), bool> && !std::same_as<decltype(number), char>)
  {
    return literal(std::to_string(number));
  }
  JsonWriter& value(const std::vector<std::string>& texts);
  JsonWriter& value(const std::map<std::string, std::string>& texts);
  // What was read, in this writer's style; numbers keep their spelling.
  JsonWriter& value(const JsonValue& value);
  JsonWriter& null() { return literal("null"); }

  // key(name) and value(content) in one.
  JsonWriter& member(std::string_view name, const auto& content) { return key(name).value(content); }
  // The same, but nothing where the text, list or map is empty.
  JsonWriter& member_unless_empty(std::string_view name, const auto& content) {
    return content.empty() ? *this : member(name, content);
  }

  // The document, without a newline at its end. Throws std::logic_error where something is still open.
  std::string take() &&;
  // Gives the rest to the sink; otherwise as take().
  void finish() &&;

 private:
  struct Level {
    bool object = false;
    bool empty = true;
  };

  JsonWriter& begin(bool object);
  JsonWriter& end(bool object);
  JsonWriter& literal(std::string_view text);
  void before_value();
  void before_entry();
  void new_line();
  void append_string(std::string_view text);
  void hand_over();

  JsonStyle style_;
  Sink* sink_ = nullptr;
  std::string text_;
  std::vector<Level> levels_;
  bool after_key_ = false;
  bool complete_ = false;
};

// A text as a JSON string, as JsonWriter writes it in compact style.
std::string to_json(std::string_view text);

}  // namespace wasm_oci
