#include "oci/json/document.hpp"

#include "oci/error.hpp"
#include "oci/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ranges>

namespace wasm_oci {
namespace {

constexpr std::size_t kLargestText = std::size_t{1} << 30U;  // spans are 32 bits wide

[[noreturn]] void invalid(std::string_view text, std::size_t offset, const std::string& why) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t last_newline = before.rfind('\n');
  const std::size_t column = before.size() - (last_newline == std::string_view::npos ? 0 : last_newline + 1) + 1;
  throw ContentError(why + " at line " + std::to_string(line) + ", column " + std::to_string(column));
}

void check_text(std::string_view text, const JsonLimits& limits) {
  if (text.size() > std::min(limits.max_bytes, kLargestText)) {
    throw ContentError("JSON document is larger than the limit of " + std::to_string(limits.max_bytes) + " bytes");
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw ContentError("JSON document is empty");
  }
  // nlohmann skips a byte order mark and takes a NUL for the end of the text: both would hide bytes that others see.
  if (text.starts_with("\xef\xbb\xbf")) {
    invalid(text, 0, "JSON document has a byte order mark");
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    invalid(text, nul, "not valid JSON: NUL byte");
  }
}

bool is_identifier(std::string_view key) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !key.empty() && key.find_first_not_of(kPlain) == std::string_view::npos;
}

}  // namespace

std::string_view name_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::object:
      return "an object";
    case JsonKind::array:
      return "an array";
    case JsonKind::string:
      return "a string";
    case JsonKind::integer:
      return "an integer";
    case JsonKind::number:
      return "a number that is no integer";
    case JsonKind::boolean:
      return "a boolean";
    case JsonKind::null:
      return "null";
  }
  return "";
}

// Receives nlohmann's events and appends nodes, children directly after their parent.
class Document::Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(Document& document, const JsonLimits& limits) : document_(document), limits_(limits) {}

  bool null() override { return add(JsonKind::null); }
  bool boolean(bool value) override { return add(JsonKind::boolean, value ? 1 : 0); }
  bool number_unsigned(number_unsigned_t value) override { return add(JsonKind::integer, value); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return add(JsonKind::number); }
  bool binary(binary_t& /*value*/) override { return false; }

  // nlohmann calls this for negative integers only.
  bool number_integer(number_integer_t value) override {
    add(JsonKind::integer, static_cast<std::uint64_t>(value));
    document_.nodes_.back().negative = value < 0;
    return true;
  }

  bool string(string_t& value) override {
    const Span decoded = store(value);
    add(JsonKind::string);
    document_.nodes_.back().string = decoded;
    return true;
  }

  bool key(string_t& value) override {
    key_ = store(value);
    return true;
  }

  bool start_object(std::size_t /*size*/) override { return open(JsonKind::object); }
  bool start_array(std::size_t /*size*/) override { return open(JsonKind::array); }

  bool end_object() override {
    find_duplicates();
    return end_array();
  }
  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    // The position counts the bytes read, the offending one included.
    const std::string_view why = error.id == 406 ? "a number is out of range" : "not valid JSON";
    invalid(document_.text_, position == 0 ? 0 : position - 1, std::string(why));
  }

 private:
  struct Level {
    std::uint32_t index;
    std::uint32_t last_child = kNone;
  };

  Span store(std::string_view text) {
    const Span span{.offset = static_cast<std::uint32_t>(document_.decoded_.size()),
                    .size = static_cast<std::uint32_t>(text.size())};
    document_.decoded_ += text;
    return span;
  }

  bool add(JsonKind kind, std::uint64_t bits = 0) {
    std::vector<Node>& nodes = document_.nodes_;
    if (nodes.size() >= limits_.max_nodes) {
      throw ContentError("JSON document has more than " + std::to_string(limits_.max_nodes) + " values");
    }
    const auto index = static_cast<std::uint32_t>(nodes.size());
    Node node{.kind = kind, .key = key_, .bits = bits};
    key_ = {};
    if (!open_.empty()) {
      Level& level = open_.back();
      node.parent = level.index;
      node.position = nodes[level.index].children++;
      if (level.last_child != kNone) {
        nodes[level.last_child].next = index;
      }
      level.last_child = index;
    }
    nodes.push_back(node);
    return true;
  }

  bool open(JsonKind kind) {
    if (open_.size() >= limits_.max_depth) {
      throw ContentError("JSON document is nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    }
    add(kind);
    open_.push_back({.index = static_cast<std::uint32_t>(document_.nodes_.size() - 1)});
    return true;
  }

  // Sorting keeps a hostile object of many members from costing more than n log n.
  void find_duplicates() {
    const std::uint32_t object = open_.back().index;
    members_.clear();
    for (std::uint32_t child = object + 1; members_.size() < document_.at(object).children;
         child = document_.at(child).next) {
      members_.emplace_back(document_.decoded(document_.at(child).key), child);
    }
    std::ranges::sort(members_);
    for (std::size_t i = 1; i < members_.size(); ++i) {
      if (members_[i].first == members_[i - 1].first) {
        document_.duplicates_.push_back(members_[i].second);
      }
    }
  }

  Document& document_;
  const JsonLimits& limits_;
  std::vector<Level> open_;
  std::vector<std::pair<std::string_view, std::uint32_t>> members_;
  Span key_;
};

Document::Document(std::string text, const JsonLimits& limits) : text_(std::move(text)) {
  check_text(text_, limits);
  Builder builder(*this, limits);
  nlohmann::json::sax_parse(text_.begin(), text_.end(), &builder);
  std::ranges::sort(duplicates_);
  locate();
}

// nlohmann tells no positions. The text is known to be valid by now and the nodes are in document order, so one pass
// that knows nothing but where tokens end gives the n-th value its span.
void Document::locate() {
  std::vector<std::uint32_t> open;
  std::uint32_t next = 0;
  bool key_is_next = false;
  for (std::size_t i = 0; i < text_.size();) {
    const std::size_t start = i;
    const char c = text_[i++];
    const auto span_here = [&] {
      return Span{.offset = static_cast<std::uint32_t>(start), .size = static_cast<std::uint32_t>(i - start)};
    };
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ':':
        break;
      case ',':
        key_is_next = at(open.back()).kind == JsonKind::object;
        break;
      case '{':
      case '[':
        key_is_next = c == '{';
        nodes_[next].span.offset = static_cast<std::uint32_t>(start);
        open.push_back(next++);
        break;
      case '}':
      case ']': {
        Span& span = nodes_[open.back()].span;
        span.size = static_cast<std::uint32_t>(i - span.offset);
        open.pop_back();
        key_is_next = false;
        break;
      }
      case '"':
        while (text_[i] != '"') {
          i += text_[i] == '\\' ? 2U : 1U;
        }
        ++i;
        if (key_is_next) {
          nodes_[next].key_span = span_here();
          key_is_next = false;
        } else {
          nodes_[next++].span = span_here();
        }
        break;
      default:  // a number, true, false or null
        i = std::min(text_.find_first_of(" \t\r\n,]}", i), text_.size());
        nodes_[next++].span = span_here();
    }
  }
}

std::vector<JsonValue> Document::duplicates() const {
  std::vector<JsonValue> values;
  values.reserve(duplicates_.size());
  for (const std::uint32_t index : duplicates_) {
    values.push_back({this, index});
  }
  return values;
}

JsonKind JsonValue::kind() const { return document_->at(index_).kind; }
Span JsonValue::span() const { return document_->at(index_).span; }
Span JsonValue::key_span() const { return document_->at(index_).key_span; }
std::string_view JsonValue::key() const { return document_->decoded(document_->at(index_).key); }
std::string_view JsonValue::string() const { return document_->decoded(document_->at(index_).string); }
std::size_t JsonValue::size() const { return document_->at(index_).children; }
std::size_t JsonValue::position() const { return document_->at(index_).position; }

std::string_view JsonValue::text() const {
  return std::string_view(document_->text_).substr(span().offset, span().size);
}

bool JsonValue::boolean() const {
  const Document::Node& node = document_->at(index_);
  return node.kind == JsonKind::boolean && node.bits == 1;
}

std::optional<std::uint64_t> JsonValue::as_uint64() const {
  const Document::Node& node = document_->at(index_);
  return node.kind == JsonKind::integer && !node.negative ? std::optional(node.bits) : std::nullopt;
}

std::optional<std::int64_t> JsonValue::as_int64() const {
  const Document::Node& node = document_->at(index_);
  if (node.kind != JsonKind::integer || (!node.negative && node.bits > INT64_MAX)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(node.bits);
}

JsonValue::Iterator JsonValue::begin() const { return empty() ? end() : Iterator(JsonValue(document_, index_ + 1)); }

JsonValue::Iterator JsonValue::end() const { return Iterator(JsonValue(document_, Document::kNone)); }

JsonValue::Iterator& JsonValue::Iterator::operator++() {
  value_.index_ = value_.document_->at(value_.index_).next;
  return *this;
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const {
  if (!is(JsonKind::object)) {
    return std::nullopt;
  }
  const auto found = std::find_if(begin(), end(), [name](const JsonValue& member) { return member.key() == name; });
  return found == end() ? std::nullopt : std::optional(*found);
}

std::optional<JsonValue> JsonValue::parent() const {
  const std::uint32_t parent = document_->at(index_).parent;
  return parent == Document::kNone ? std::nullopt : std::optional(JsonValue(document_, parent));
}

std::string JsonValue::path() const {
  std::vector<JsonValue> steps;
  for (std::uint32_t index = index_; document_->at(index).parent != Document::kNone;
       index = document_->at(index).parent) {
    steps.push_back({document_, index});
  }
  std::string path;
  for (const JsonValue& step : std::views::reverse(steps)) {
    if (!step.is_member()) {
      path += "[" + std::to_string(step.position()) + "]";
      continue;
    }
    const std::string shown = excerpt(step.key());
    if (is_identifier(shown)) {
      path += path.empty() ? shown : "." + shown;
    } else {
      path += "[\"" + shown + "\"]";
    }
  }
  return path;
}

}  // namespace wasm_oci
