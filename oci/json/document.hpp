// A JSON text as an immutable tree that remembers where everything stands in the text.
//
// Three kinds of users share it: strict readers that make values or throw (reader.hpp), edits that change a few bytes
// of the text and leave the rest alone (splice.hpp), and validation rules that report what is wrong. So the tree keeps
// what other readers throw away: byte spans, the order of members, and keys that occur twice.
//
// The tree is one flat vector in document order: hostile nesting can exhaust no stack, when reading or when destroying.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

enum class JsonKind : std::uint8_t { object, array, string, integer, number, boolean, null };

// "an object", "a string", …: for messages.
std::string_view name_of(JsonKind kind);

struct Span {
  std::uint32_t offset = 0;  // in bytes, from the start of the text
  std::uint32_t size = 0;

  std::uint32_t end() const { return offset + size; }
  bool operator==(const Span&) const = default;
};

class Document;

// One value of a document: a light handle, valid as long as its document.
class JsonValue {
 public:
  class Iterator;

  JsonKind kind() const;
  bool is(JsonKind wanted) const { return kind() == wanted; }

  // The text it was read from, quotes and braces included.
  Span span() const;
  std::string_view text() const;

  // A member's decoded name and where it stands, quotes included; empty for elements and the root.
  std::string_view key() const;
  Span key_span() const;
  bool is_member() const { return key_span().size > 0; }

  // The decoded text of a string; empty for all other kinds.
  std::string_view string() const;
  bool boolean() const;
  // The number, where it is written as an integer (no fraction, no exponent) of that range.
  std::optional<std::uint64_t> as_uint64() const;
  std::optional<std::int64_t> as_int64() const;

  // The children of an object or array, in document order.
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  Iterator begin() const;
  Iterator end() const;
  // The first member with exactly this key.
  std::optional<JsonValue> find(std::string_view name) const;

  // Which child of its parent it is, from 0.
  std::size_t position() const;
  std::optional<JsonValue> parent() const;

  // How people find it: `manifests[0].platform.os`, `annotations["a.b"]`; empty for the root. Very long keys
  // are cut.
  std::string path() const;

  const Document& document() const { return *document_; }
  bool operator==(const JsonValue&) const = default;

 private:
  friend class Document;
  JsonValue(const Document* document, std::uint32_t index) : document_(document), index_(index) {}

  const Document* document_;
  std::uint32_t index_;
};

struct JsonLimits {
  std::size_t max_bytes;  // at most 1 GiB
  std::size_t max_depth = 128;
  std::size_t max_nodes = 250'000;
};

class Document {
 public:
  // Throws ContentError, with line and column, for what is not exactly one JSON value in UTF-8 without a byte order
  // mark, and for what exceeds the limits (T-13, T-14).
  static Document parse(std::string text, const JsonLimits& limits) { return {std::move(text), limits}; }

  const std::string& text() const { return text_; }
  JsonValue root() const { return {this, 0}; }
  // Members whose key an earlier member of the same object has.
  std::vector<JsonValue> duplicates() const;

  // Handles point to their document, so it stays where it is.
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document() = default;

 private:
  friend class JsonValue;
  class Builder;

  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Node {
    JsonKind kind = JsonKind::null;
    bool negative = false;  // integers: `bits` holds an int64
    std::uint32_t parent = kNone;
    std::uint32_t next = kNone;  // the next child of the same parent
    std::uint32_t position = 0;  // among its parent's children
    std::uint32_t children = 0;
    Span span = {};
    Span key_span = {};
    Span key = {};     // in decoded_
    Span string = {};  // in decoded_
    std::uint64_t bits = 0;
  };

  Document(std::string text, const JsonLimits& limits);
  const Node& at(std::uint32_t index) const { return nodes_[index]; }
  std::string_view decoded(Span span) const { return std::string_view(decoded_).substr(span.offset, span.size); }
  void locate();

  std::string text_;
  std::string decoded_;  // all keys and strings, one after the other
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> duplicates_;
};

class JsonValue::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = JsonValue;
  using difference_type = std::ptrdiff_t;
  using pointer = const JsonValue*;
  using reference = JsonValue;

  Iterator() : value_(nullptr, UINT32_MAX) {}
  JsonValue operator*() const { return value_; }
  Iterator& operator++();
  Iterator operator++(int) {
    Iterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Iterator&) const = default;

 private:
  friend class JsonValue;
  explicit Iterator(JsonValue value) : value_(value) {}

  JsonValue value_;
};

}  // namespace wasm_oci
