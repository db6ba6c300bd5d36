// Text for people: bytes from outside made safe to show, sizes, and the word that was probably meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wasm_oci {

enum class LineBreaks {
  escape,  // "\n" becomes the two characters \ and n: the text stays one line
  keep,
};

// What a terminal may be given (T-19): control characters (C0, DEL, C1), the marks that reorder or hide text
// (bidirectional controls, zero-width characters, tag characters), line separators and bytes that are no UTF-8 become
// visible: "\x1b", "\u{202e}". All else stays, backslashes too.
std::string escape_for_terminal(std::string_view text, LineBreaks line_breaks = LineBreaks::escape);

// What a message quotes of a text from outside, which may be of any length: its first `most` characters and, where it
// has more, "…". Bytes that are no UTF-8 count as one character each; nothing is escaped here.
std::string excerpt(std::string_view text, std::size_t most = 100);

// The names as a message lists them, each as an excerpt: "a, b, c", of very many the first ones and "and 7 more".
std::string list_names(std::span<const std::string> names);

// As docker prints sizes: decimal units, at most three digits and a point, "0 B", "999 B", "15.6 MB", "1.05 GB".
std::string human_size(std::uint64_t bytes);

// With the ASCII letters in lower case.
std::string to_lower(std::string_view text);

// How many insertions, deletions, replacements and swaps of neighbours lie between two words, in bytes (optimal string
// alignment). Words longer than 64 bytes are no slips of typing: their distance is the longer one's length.
std::size_t edit_distance(std::string_view left, std::string_view right);

// The candidate nearest to `word`, the first of equals; nullopt where none is near enough to be what was meant (one
// change for each three letters, at least one), or `word` is longer than 64 bytes.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace wasm_oci
