#include "oci/text.hpp"

#include "oci/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci {
namespace {

bool is_unsafe(char32_t c) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  static constexpr std::array kUnsafe = {
      Range{0x00, 0x1f},        // C0
      Range{0x7f, 0x9f},        // DEL, C1
      Range{0x61c, 0x61c},      // Arabic letter mark
      Range{0x200b, 0x200f},    // zero width, left-to-right and right-to-left marks
      Range{0x2028, 0x202e},    // line and paragraph separators, bidirectional embeddings and overrides
      Range{0x2060, 0x206f},    // invisible operators, bidirectional isolates
      Range{0xfeff, 0xfeff},    // byte order mark
      Range{0xfff9, 0xfffb},    // interlinear annotation
      Range{0xe0000, 0xe007f},  // tags
  };
  return std::ranges::any_of(kUnsafe, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

void append_hex(std::string& out, std::uint32_t value, int digits) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out += kHex[(value >> static_cast<unsigned>(shift)) & 0xfU];
  }
}

void append_escaped(std::string& out, char32_t c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c < 0x80) {
    out += "\\x";
    append_hex(out, c, 2);
  } else {
    out += "\\u{";
    append_hex(out, c, c < 0x100 ? 2 : (c < 0x10000 ? 4 : 5));
    out += '}';
  }
}

// Longer words are none that a person mistyped; the bound also keeps the work small.
constexpr std::size_t kMaxWord = 64;

}  // namespace

std::string escape_for_terminal(std::string_view text, LineBreaks line_breaks) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const utf8::CodePoint c = utf8::decode(text);
    if (c.size == 0) {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(text.front()), 2);
      text.remove_prefix(1);
      continue;
    }
    const bool is_kept_break = c.value == '\n' && line_breaks == LineBreaks::keep;
    if (is_unsafe(c.value) && !is_kept_break) {
      append_escaped(out, c.value);
    } else {
      out += text.substr(0, c.size);
    }
    text.remove_prefix(c.size);
  }
  return out;
}

std::string excerpt(std::string_view text, std::size_t most) {
  std::string_view rest = text;
  for (std::size_t count = 0; !rest.empty(); ++count) {
    if (count == most) {
      return std::string(text.substr(0, text.size() - rest.size())) + "…";
    }
    rest.remove_prefix(std::max<std::size_t>(1, utf8::decode(rest).size));
  }
  return std::string(text);
}

std::string list_names(std::span<const std::string> names) {
  constexpr std::size_t kMost = 20;
  std::string list;
  for (const std::string& name : names.first(std::min(names.size(), kMost))) {
    list.append(list.empty() ? "" : ", ").append(excerpt(name));
  }
  return names.size() > kMost ? list + " and " + std::to_string(names.size() - kMost) + " more" : list;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 7> kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) {
    return std::to_string(bytes) + " B";
  }
  // `scaled` is the value in thousandths of the unit, so that three digits can be kept in integers.
  std::size_t unit = 1;
  std::uint64_t scaled = bytes;
  while (scaled >= 999'500) {
    scaled = scaled / 1000 + (scaled % 1000 >= 500 ? 1 : 0);
    ++unit;
  }
  const std::uint64_t step = scaled >= 99'950 ? 1000 : (scaled >= 9'995 ? 100 : 10);
  scaled = (scaled + step / 2) / step * step;
  std::string text = std::to_string(scaled / 1000);
  std::string fraction = std::to_string(1000 + scaled % 1000).substr(1);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  if (!fraction.empty()) {
    text += "." + fraction;
  }
  return text + " " + std::string(kUnits.at(unit));
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
  if (left.size() > kMaxWord || right.size() > kMaxWord) {
    return left == right ? 0 : std::max(left.size(), right.size());
  }
  // Row i holds the distances of left's first i bytes to each beginning of right; three rows are needed at a time.
  using Row = std::array<std::size_t, kMaxWord + 1>;
  Row before_last{};
  Row last{};
  Row current{};
  for (std::size_t j = 0; j <= right.size(); ++j) {
    current.at(j) = j;
  }
  for (std::size_t i = 1; i <= left.size(); ++i) {
    before_last = last;
    last = current;
    current.at(0) = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = last.at(j - 1) + (left[i - 1] == right[j - 1] ? 0 : 1);
      current.at(j) = std::min({last.at(j) + 1, current.at(j - 1) + 1, replaced});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        current.at(j) = std::min(current.at(j), before_last.at(j - 2) + 1);
      }
    }
  }
  return current.at(right.size());
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kMaxWord) {
    return std::nullopt;
  }
  std::optional<std::string_view> best;
  std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    // A word of which every byte was changed is another word.
    if (distance <= limit && distance < std::max(word.size(), candidate.size())) {
      if (!best || distance < limit) {
        best = candidate;
      }
      limit = distance;
    }
  }
  return best;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

}  // namespace wasm_oci
