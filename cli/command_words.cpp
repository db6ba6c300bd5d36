#include "cli/command_words.hpp"

#include "oci/error.hpp"
#include "oci/json/document.hpp"

#include <algorithm>
#include <cstddef>

namespace wasm_oci::cli {

namespace {

constexpr std::size_t kMaxJson = 1024 * 1024;

void add_json(std::string_view option, const std::string& text, std::vector<std::string>& words) {
  const auto fail = [&](const std::string& why) {
    throw UsageError(std::string(option) + " " + text + ": " + why, R"(write a list with commas, or ["word","word"])");
  };
  try {
    const Document document = Document::parse(text, {.max_bytes = kMaxJson});
    if (!document.root().is(JsonKind::array)) {
      fail("no JSON array");
    }
    for (const JsonValue word : document.root()) {
      if (!word.is(JsonKind::string)) {
        fail("a word is no string");
      }
      words.emplace_back(word.string());
    }
  } catch (const ContentError& error) {
    fail(error.message());
  }
}

}  // namespace

std::vector<std::string> command_words(std::string_view option, const std::vector<std::string>& values) {
  std::vector<std::string> words;
  for (const std::string& value : values) {
    if (value.starts_with('[')) {
      add_json(option, value, words);
      continue;
    }
    for (std::size_t begin = 0; begin <= value.size();) {
      const std::size_t end = std::min(value.find(',', begin), value.size());
      words.push_back(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return words;
}

}  // namespace wasm_oci::cli
