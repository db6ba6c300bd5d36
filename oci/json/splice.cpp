#include "oci/json/splice.hpp"

#include "oci/json/writer.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

namespace wasm_oci {
namespace {

// What stands between values is copied for every line of every new one. More of it than this is nobody's layout: taken
// as a model, a few megabytes of blanks would become gigabytes.
constexpr std::size_t kMaxLayout = 128;

// Beyond as many bytes before a value it is not looked for the begin of its line, once for each of thousands of edits.
constexpr std::size_t kMaxLine = 4096;

bool is_container(const JsonValue& value) { return value.is(JsonKind::object) || value.is(JsonKind::array); }
bool has_line_break(std::string_view text) { return text.contains('\n'); }
std::string_view last_line(std::string_view text) { return text.substr(text.rfind('\n') + 1); }

std::size_t start_of(const JsonValue& child) {
  return child.is_member() ? child.key_span().offset : child.span().offset;
}

std::string_view text_between(const JsonValue& any, std::size_t begin, std::size_t end) {
  return std::string_view(any.document().text()).substr(begin, end - begin);
}

// The same as far as it is to be copied: empty where it is too long to be a layout.
std::string_view layout_between(const JsonValue& any, std::size_t begin, std::size_t end) {
  return end - begin > kMaxLayout ? std::string_view() : text_between(any, begin, end);
}

// Both for positions that exist.
JsonValue child_at(const JsonValue& container, std::size_t position) {
  return *std::next(container.begin(), static_cast<std::ptrdiff_t>(position));
}
JsonValue last_child(const JsonValue& container) { return child_at(container, container.size() - 1); }

// The white space after the opening bracket, and before the closing one, of a container that is not empty.
std::string_view lead_of(const JsonValue& container) {
  return layout_between(container, container.span().offset + 1, start_of(*container.begin()));
}
std::string_view tail_of(const JsonValue& container) {
  return layout_between(container, last_child(container).span().end(), container.span().end() - 1);
}

bool is_broken(const JsonValue& container) { return !container.empty() && has_line_break(lead_of(container)); }

// The comma between the first two children, with the white space around it.
std::optional<std::string_view> separator_of(const JsonValue& container) {
  if (container.size() < 2) {
    return std::nullopt;
  }
  const std::string_view separator =
      layout_between(container, (*container.begin()).span().end(), start_of(child_at(container, 1)));
  return separator.empty() ? std::nullopt : std::optional(separator);
}

// The white space at the begin of the line on which `value` starts; none where that begins far away.
std::string_view line_indent(const JsonValue& value) {
  const std::size_t start = start_of(value);
  const std::size_t from = start > kMaxLine ? start - kMaxLine : 0;
  const std::string_view before = text_between(value, from, start);
  if (from > 0 && !has_line_break(before)) {
    return {};
  }
  const std::string_view line = last_line(before);
  const std::size_t size = std::min(line.find_first_not_of(" \t"), line.size());
  return size > kMaxLayout ? std::string_view() : line.substr(0, size);
}

// How a new value is laid out.
struct Layout {
  bool broken = false;  // every child on a line of its own
  std::string newline = "\n";
  std::string indent;  // of the line on which the value starts, and ends
  std::string unit;    // of indentation, for each level
  std::string colon = ":";
  std::string comma = ",";  // between children on one line
};

// What one level of indentation is in the whole document.
std::string document_unit(const Document& document) {
  const JsonValue root = document.root();
  return is_container(root) && is_broken(root) ? std::string(last_line(lead_of(root))) : "  ";
}

// What shows whether the children of `container` are, or would be, on lines of their own. An empty one does as what is
// around it.
std::optional<JsonValue> model_of_lines(const JsonValue& container) {
  return container.empty() ? container.parent() : container;
}

bool would_break(const JsonValue& container) {
  const std::optional<JsonValue> model = model_of_lines(container);
  return model && is_broken(*model);
}

std::string child_indent(const JsonValue& container) {
  if (!container.empty()) {
    return std::string(last_line(lead_of(container)));
  }
  return std::string(line_indent(container)) + document_unit(container.document());
}

// Colons and commas as in the nearest place that has some.
void take_punctuation(Layout& layout, const std::vector<JsonValue>& nearest) {
  for (const JsonValue& container : nearest) {
    if (container.is(JsonKind::object) && !container.empty()) {
      const JsonValue member = *container.begin();
      const std::string_view colon = layout_between(member, member.key_span().end(), member.span().offset);
      layout.colon = colon.empty() || has_line_break(colon) ? ": " : std::string(colon);
      break;
    }
  }
  layout.comma = layout.colon.ends_with(' ') ? ", " : ",";
  for (const JsonValue& container : nearest) {
    if (const auto separator = separator_of(container); separator && !has_line_break(*separator)) {
      layout.comma = *separator;
      break;
    }
  }
}

// The layout of a new child of `container`: that of `model`, a value in its place, else of the first child that shows
// one.
Layout layout_in(const JsonValue& container, std::optional<JsonValue> model) {
  const auto shows_layout = [](const JsonValue& value) { return is_container(value) && !value.empty(); };
  if (!model || !shows_layout(*model)) {
    const auto found = std::find_if(container.begin(), container.end(), shows_layout);
    model = found == container.end() ? std::nullopt : std::optional(*found);
  }
  Layout layout{.broken = model ? is_broken(*model) : would_break(container),
                .indent = child_indent(container),
                .unit = document_unit(container.document())};
  if (model && layout.broken) {
    layout.indent = last_line(tail_of(*model));
    const std::string_view inner = last_line(lead_of(*model));
    if (inner.starts_with(layout.indent)) {
      layout.unit = inner.substr(layout.indent.size());
    }
  }
  if (const auto lines = model ? model : model_of_lines(container); lines && lead_of(*lines).contains("\r\n")) {
    layout.newline = "\r\n";
  }
  std::vector<JsonValue> nearest;
  if (model) {
    nearest.push_back(*model);
  }
  for (std::optional<JsonValue> around = container; around; around = around->parent()) {
    nearest.push_back(*around);
  }
  take_punctuation(layout, nearest);
  return layout;
}

std::string indentation(const Layout& layout, std::size_t levels) {
  std::string indentation = layout.indent;
  for (std::size_t i = 0; i < levels && indentation.size() + layout.unit.size() <= kMaxLayout; ++i) {
    indentation += layout.unit;
  }
  return indentation;
}

// Recursion is bounded by the depth that Document allows.
void render(std::string& to, const JsonValue& value, const Layout& layout, std::size_t depth) {
  if (!is_container(value)) {
    to += value.text();
    return;
  }
  const auto break_line = [&](std::size_t levels) {
    if (layout.broken && !value.empty()) {
      to += layout.newline + indentation(layout, levels);
    }
  };
  const bool object = value.is(JsonKind::object);
  to += object ? '{' : '[';
  for (const JsonValue& child : value) {
    if (child.position() > 0) {
      to += layout.broken ? "," : layout.comma;
    }
    break_line(depth + 1);
    if (object) {
      to += text_between(child, child.key_span().offset, child.key_span().end());
      to += layout.colon;
    }
    render(to, child, layout, depth + 1);
  }
  break_line(depth);
  to += object ? '}' : ']';
}

std::string laid_out(std::string_view json, const Layout& layout) {
  const Document document = Document::parse(std::string(json), {.max_bytes = json.size()});
  std::string text;
  render(text, document.root(), layout, 0);
  return text;
}

// Inserts the texts of children, already laid out, before the child at `position`.
Edit insert_children(const JsonValue& container, std::size_t position, const std::vector<std::string>& children) {
  const bool broken = would_break(container);
  const Layout layout = layout_in(container, std::nullopt);
  std::string separator = layout.comma;
  if (const auto own = separator_of(container)) {
    separator = *own;
  } else if (broken) {
    separator =
        container.empty() ? "," + layout.newline + child_indent(container) : "," + std::string(lead_of(container));
  }
  std::string text;
  for (const std::string& child : children) {
    text += (&child == &children.front() ? "" : separator) + child;
  }
  if (container.empty()) {
    if (broken && !children.empty()) {
      text.insert(0, layout.newline + child_indent(container));
      text += layout.newline + std::string(line_indent(container));
    }
    return {.offset = container.span().offset + 1UL, .size = container.span().size - 2UL, .replacement = text};
  }
  if (children.empty()) {
    return {.offset = container.span().offset, .size = 0, .replacement = {}};
  }
  if (position == 0) {
    return {.offset = start_of(*container.begin()), .size = 0, .replacement = text + separator};
  }
  return {.offset = child_at(container, position - 1).span().end(), .size = 0, .replacement = separator + text};
}

}  // namespace

std::string splice(std::string_view text, std::span<const Edit> edits) {
  // By offset; an insertion stands before what else happens there, and a multimap keeps the order of equals.
  std::multimap<std::pair<std::size_t, bool>, const Edit*> ordered;
  for (const Edit& edit : edits) {
    ordered.emplace(std::pair(edit.offset, edit.size > 0), &edit);
  }
  std::string result;
  std::size_t position = 0;
  for (const auto& [place, edit] : ordered) {
    if (edit->offset < position || edit->offset > text.size() || edit->size > text.size() - edit->offset) {
      throw std::logic_error("edits of a text overlap or leave it");
    }
    result += text.substr(position, edit->offset - position);
    result += edit->replacement;
    position = edit->offset + edit->size;
  }
  result += text.substr(position);
  return result;
}

std::size_t size_after(std::size_t size, std::span<const Edit> edits) {
  for (const Edit& edit : edits) {
    size += edit.replacement.size();
  }
  for (const Edit& edit : edits) {
    size -= edit.size;
  }
  return size;
}

Edit replace_value(const JsonValue& value, std::string_view json) {
  const std::optional<JsonValue> parent = value.parent();
  return {.offset = value.span().offset,
          .size = value.span().size,
          .replacement = parent ? laid_out(json, layout_in(*parent, value)) : std::string(json)};
}

Edit insert_elements(const JsonValue& array, std::size_t position, std::span<const std::string> elements) {
  if (!array.is(JsonKind::array) || position > array.size()) {
    throw std::logic_error("no such place in a JSON array");
  }
  std::optional<JsonValue> neighbour;
  if (!array.empty()) {
    neighbour = child_at(array, position == 0 ? 0 : position - 1);
  }
  const Layout layout = layout_in(array, neighbour);
  std::vector<std::string> children;
  for (const std::string& element : elements) {
    children.push_back(laid_out(element, layout));
  }
  return insert_children(array, position, children);
}

std::vector<Edit> remove_elements(const JsonValue& array, const std::function<bool(const JsonValue&)>& is_doomed) {
  std::vector<Edit> edits;
  std::optional<JsonValue> kept;      // the last element that stays
  std::optional<JsonValue> previous;  // the last element seen
  const auto remove = [&edits](std::size_t begin, std::size_t end) {
    edits.push_back({.offset = begin, .size = end - begin, .replacement = {}});
  };
  const auto remove_behind_kept = [&] {
    if (kept && previous && *kept != *previous) {
      remove(kept->span().end(), previous->span().end());
    }
  };
  for (const JsonValue& element : array) {
    if (!is_doomed(element)) {
      remove_behind_kept();
      if (!kept && element.position() > 0) {
        remove(start_of(*array.begin()), start_of(element));
      }
      kept = element;
    }
    previous = element;
  }
  remove_behind_kept();
  if (!kept && previous) {
    remove(array.span().offset + 1UL, array.span().end() - 1UL);
  }
  return edits;
}

Edit set_member(const JsonValue& object, std::string_view name, std::string_view json) {
  if (!object.is(JsonKind::object)) {
    throw std::logic_error("only a JSON object has members");
  }
  if (const std::optional<JsonValue> member = object.find(name)) {
    return replace_value(*member, json);
  }
  const Layout layout = layout_in(object, std::nullopt);
  JsonWriter key;
  key.value(name);
  return insert_children(object, object.size(), {std::move(key).take() + layout.colon + laid_out(json, layout)});
}

std::optional<Edit> remove_member(const JsonValue& object, std::string_view name) {
  const std::optional<JsonValue> member = object.find(name);
  if (!member) {
    return std::nullopt;
  }
  return remove_elements(object, [&](const JsonValue& value) { return value == *member; }).front();
}

}  // namespace wasm_oci
