#include "oci/error.hpp"
#include "oci/json/document.hpp"
#include "oci/json/splice.hpp"
#include "oci/json/writer.hpp"
#include "oci/stream.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace {

using wasm_oci::Document;
using wasm_oci::Edit;
using wasm_oci::JsonKind;
using wasm_oci::JsonValue;

Document parse(std::string_view text) { return Document::parse(std::string(text), {.max_bytes = 1 << 20}); }

bool same(const JsonValue& a, const JsonValue& b) {
  return a.kind() == b.kind() && a.string() == b.string() && a.boolean() == b.boolean() &&
         a.as_uint64() == b.as_uint64() && a.as_int64() == b.as_int64() && a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](const JsonValue& x, const JsonValue& y) { return x.key() == y.key() && same(x, y); });
}

void check_strings(std::string_view decoded, std::string_view raw) {
  require(parse(raw).root().string() == decoded, "the span of a string is that string");
  wasm_oci::JsonWriter writer;
  writer.value(decoded);
  require(parse(std::move(writer).take()).root().string() == decoded, "what is written reads as the same string");
}

void check_places(const JsonValue& value) {
  require(same(parse(value.text()).root(), value), "the span of a value is that value");
  if (value.is(JsonKind::string)) {
    check_strings(value.string(), value.text());
  }
  if (value.is_member()) {
    const auto span = value.key_span();
    check_strings(value.key(), std::string_view(value.document().text()).substr(span.offset, span.size));
  }
  std::size_t position = 0;
  for (const JsonValue& child : value) {
    require(child.parent() == value && child.position() == position++, "children know where they are");
    check_places(child);
  }
}

// The value in `document` that stands where `value` stands in its own; both documents agree up to there.
JsonValue same_place(const Document& document, const JsonValue& value) {
  const auto parent = value.parent();
  return parent ? *std::next(same_place(document, *parent).begin(), static_cast<std::ptrdiff_t>(value.position()))
                : document.root();
}

// What is inserted is found, what is removed leaves the text as it was. An empty container that holds white space is
// not undone: a removal leaves nothing between its brackets.
void check_edits(const JsonValue& container, int& budget) {
  if (container.is(JsonKind::object) || container.is(JsonKind::array)) {
    if (--budget < 0) {
      return;
    }
    const std::string& text = container.document().text();
    const bool undone = !container.empty() || container.span().size == 2;
    const std::string added = R"({"a":[1,{"b":"c"}],"d":{}})";
    const Document expected = parse(added);
    for (const std::size_t position : {std::size_t{0}, container.size() / 2, container.size()}) {
      const bool array = container.is(JsonKind::array);
      if (!array && container.find("new key")) {
        break;
      }
      const Edit edit = array ? wasm_oci::insert_elements(container, position, std::vector<std::string>{added})
                              : wasm_oci::set_member(container, "new key", added);
      const std::size_t place = array ? position : container.size();
      const Document changed = parse(wasm_oci::splice(text, std::span(&edit, 1)));
      const JsonValue there = same_place(changed, container);
      require(there.size() == container.size() + 1, "one child more");
      require(same(*std::next(there.begin(), static_cast<std::ptrdiff_t>(place)), expected.root()), "the child given");
      const std::string back = wasm_oci::splice(
          changed.text(),
          wasm_oci::remove_elements(there, [&](const JsonValue& child) { return child.position() == place; }));
      require(!undone || back == text, "a removal undoes an insertion");
      require(same(parse(back).root(), container.document().root()), "everything else stays");
    }
  }
  for (const JsonValue& child : container) {
    check_edits(child, budget);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = wasm_oci::as_text(std::as_bytes(std::span(data, size)));
  try {
    // The edits nest three levels deeper than the text and must stay within the limit.
    const Document document = Document::parse(std::string(bytes), {.max_bytes = 1 << 20, .max_depth = 120});
    require(document.text() == bytes, "the text is kept");
    check_places(document.root());
    int budget = 20;
    check_edits(document.root(), budget);
  } catch (const wasm_oci::ContentError&) {
    return 0;
  }
  return 0;
}
