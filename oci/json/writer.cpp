#include "oci/json/writer.hpp"

#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/utf8.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace wasm_oci {
namespace {

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::logic_error(what);
  }
}

// What would move the cursor, change colours or reorder the line of a terminal that shows the text.
bool is_hidden_control(char32_t c) {
  return (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

void append_escape(std::string& to, char32_t c) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  to += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    to += kHex[(c >> shift) & 0xfU];
  }
}

}  // namespace

JsonWriter& JsonWriter::begin_object() { return begin(true); }
JsonWriter& JsonWriter::end_object() { return end(true); }
JsonWriter& JsonWriter::begin_array() { return begin(false); }
JsonWriter& JsonWriter::end_array() { return end(false); }

JsonWriter& JsonWriter::begin(bool object) {
  before_value();
  text_ += object ? '{' : '[';
  levels_.push_back({.object = object});
  return *this;
}

JsonWriter& JsonWriter::end(bool object) {
  require(!levels_.empty() && levels_.back().object == object && !after_key_, "JSON: an end without its begin");
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) {
    new_line();
  }
  text_ += object ? '}' : ']';
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  require(!levels_.empty() && levels_.back().object && !after_key_, "JSON: a key outside an object");
  before_entry();
  append_string(name);
  text_ += style_ == JsonStyle::pretty ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_string(text);
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::value(const std::vector<std::string>& texts) {
  begin_array();
  for (const std::string& text : texts) {
    value(text);
  }
  return end_array();
}

JsonWriter& JsonWriter::value(const std::map<std::string, std::string>& texts) {
  begin_object();
  for (const auto& [name, text] : texts) {
    member(name, text);
  }
  return end_object();
}

// Not deeper than Document lets a text be.
JsonWriter& JsonWriter::value(const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::object:
      begin_object();
      for (const JsonValue child : value) {
        key(child.key()).value(child);
      }
      return end_object();
    case JsonKind::array:
      begin_array();
      for (const JsonValue child : value) {
        this->value(child);
      }
      return end_array();
    case JsonKind::string:
      return this->value(value.string());
    default:
      return literal(value.text());
  }
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  before_value();
  text_ += text;
  complete_ = levels_.empty();
  return *this;
}

void JsonWriter::before_value() {
  require(!complete_, "JSON: more than one value");
  if (!levels_.empty()) {
    require(levels_.back().object == after_key_, "JSON: a value without a key in an object");
    if (!after_key_) {
      before_entry();
    }
  }
  after_key_ = false;
}

void JsonWriter::before_entry() {
  hand_over();
  if (!levels_.back().empty) {
    text_ += ',';
  }
  levels_.back().empty = false;
  new_line();
}

void JsonWriter::new_line() {
  if (style_ == JsonStyle::pretty) {
    text_ += '\n';
    text_.append(levels_.size() * 2, ' ');
  }
}

void JsonWriter::append_string(std::string_view text) {
  text_ += '"';
  while (!text.empty()) {
    hand_over();
    const utf8::CodePoint next = utf8::decode(text);
    if (next.size == 0) {
      if (style_ == JsonStyle::compact) {
        throw ContentError("text is not UTF-8, so it cannot be written into a JSON document");
      }
      text_ += "\xef\xbf\xbd";
      text.remove_prefix(1);
      continue;
    }
    switch (next.value) {
      case U'"':
        text_ += "\\\"";
        break;
      case U'\\':
        text_ += "\\\\";
        break;
      case U'\n':
        text_ += "\\n";
        break;
      case U'\r':
        text_ += "\\r";
        break;
      case U'\t':
        text_ += "\\t";
        break;
      default:
        if (next.value < 0x20 || is_hidden_control(next.value)) {
          append_escape(text_, next.value);
        } else {
          text_ += text.substr(0, next.size);
        }
    }
    text.remove_prefix(next.size);
  }
  text_ += '"';
}

void JsonWriter::hand_over() {
  if (sink_ != nullptr && text_.size() >= kChunkSize) {
    sink_->write(as_bytes(text_));
    text_.clear();
  }
}

void JsonWriter::finish() && {
  require(sink_ != nullptr && complete_, "JSON: an end or a sink is missing");
  sink_->write(as_bytes(text_));
  text_.clear();
}

std::string JsonWriter::take() && {
  require(sink_ == nullptr && complete_, "JSON: an end is missing");
  return std::move(text_);
}

std::string to_json(std::string_view text) {
  JsonWriter json;
  json.value(text);
  return std::move(json).take();
}

}  // namespace wasm_oci
