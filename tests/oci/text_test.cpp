#include "oci/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace wasm_oci {
namespace {

TEST(EscapeForTerminal, LeavesOrdinaryTextAlone) {
  for (const std::string_view text : {"", "plain", "C:\\path", "grüße", "日本語", "🐳", "a\\x1b"}) {
    EXPECT_EQ(escape_for_terminal(text), text);
  }
}

TEST(EscapeForTerminal, ShowsControlCharacters) {
  EXPECT_EQ(escape_for_terminal("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(escape_for_terminal(std::string_view("a\0b\x7f", 4)), "a\\x00b\\x7f");
  EXPECT_EQ(escape_for_terminal("\r\t\b"), "\\r\\t\\x08");
  EXPECT_EQ(escape_for_terminal("\xc2\x9b"
                                "31m"),
            "\\u{9b}31m")
      << "C1 control sequence introducer";
}

TEST(EscapeForTerminal, KeepsLineBreaksOnlyWhenTold) {
  EXPECT_EQ(escape_for_terminal("a\nb"), "a\\nb");
  EXPECT_EQ(escape_for_terminal("a\nb\r", LineBreaks::keep), "a\nb\\r");
}

TEST(EscapeForTerminal, ShowsWhatReordersOrHidesText) {
  struct Case {
    std::string_view text;
    std::string_view shown;
  };
  // NOLINTBEGIN(misc-misleading-bidirectional): such marks are what is tested
  const std::vector<Case> cases = {
      {"\u202e", "\\u{202e}"}, {"\u202a", "\\u{202a}"}, {"\u2066", "\\u{2066}"}, {"\u2069", "\\u{2069}"},
      {"\u200e", "\\u{200e}"}, {"\u200f", "\\u{200f}"}, {"\u2028", "\\u{2028}"}, {"\u2029", "\\u{2029}"},
      {"\u061c", "\\u{061c}"}, {"\ufeff", "\\u{feff}"}, {"\u200b", "\\u{200b}"}, {"\U000e0041", "\\u{e0041}"},
  };
  // NOLINTEND(misc-misleading-bidirectional)
  for (const Case& c : cases) {
    EXPECT_EQ(escape_for_terminal(c.text), c.shown);
  }
}

TEST(EscapeForTerminal, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(escape_for_terminal("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(escape_for_terminal("a\x80z"), "a\\x80z") << "a continuation alone";
  EXPECT_EQ(escape_for_terminal("\xc3"), "\\xc3") << "cut off";
  EXPECT_EQ(escape_for_terminal("\xe2\x82"), "\\xe2\\x82") << "cut off";
  EXPECT_EQ(escape_for_terminal("\xc0\x9b"), "\\xc0\\x9b") << "overlong escape character";
  EXPECT_EQ(escape_for_terminal("\xe0\x82\x9b"), "\\xe0\\x82\\x9b") << "overlong C1";
  EXPECT_EQ(escape_for_terminal("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(escape_for_terminal("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
  EXPECT_EQ(escape_for_terminal("\xf8\x88\x80\x80\x80"), "\\xf8\\x88\\x80\\x80\\x80");
}

TEST(EscapeForTerminal, IsStableWhenAppliedAgain) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) {
    every_byte += static_cast<char>(byte);
  }
  const std::string once = escape_for_terminal(every_byte);
  EXPECT_EQ(escape_for_terminal(once), once);
}

TEST(Excerpt, EndsAfterSoManyCharacters) {
  EXPECT_EQ(excerpt(""), "");
  EXPECT_EQ(excerpt(std::string(100, 'x')), std::string(100, 'x'));
  EXPECT_EQ(excerpt(std::string(101, 'x')), std::string(100, 'x') + "…");
  EXPECT_EQ(excerpt("grüße", 3), "grü…") << "never within a character";
  EXPECT_EQ(excerpt("\xff\xff\xff", 2), "\xff\xff…");
  EXPECT_EQ(excerpt("\xff\xff", 2), "\xff\xff");
}

TEST(ListNames, NamesTheFirstOfManyAndTheBeginningOfLongOnes) {
  EXPECT_EQ(list_names({}), "");
  EXPECT_EQ(list_names(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(list_names(std::vector<std::string>{"a", "", "b"}), "a, , b");
  EXPECT_EQ(list_names(std::vector<std::string>{"a", std::string(200, 'x')}), "a, " + std::string(100, 'x') + "…");
  std::string twenty = "n";
  for (int number = 1; number < 20; ++number) {
    twenty += ", n";
  }
  EXPECT_EQ(list_names(std::vector<std::string>(20, "n")), twenty);
  EXPECT_EQ(list_names(std::vector<std::string>(27, "n")), twenty + " and 7 more");
}

TEST(HumanSize, HasThreeDigitsInDecimalUnits) {
  struct Case {
    std::uint64_t bytes;
    std::string_view text;
  };
  const std::vector<Case> cases = {
      {0, "0 B"},
      {999, "999 B"},
      {1000, "1 kB"},
      {1004, "1 kB"},
      {1005, "1.01 kB"},
      {1500, "1.5 kB"},
      {9994, "9.99 kB"},
      {9995, "10 kB"},
      {15'643'210, "15.6 MB"},
      {99'949, "99.9 kB"},
      {99'950, "100 kB"},
      {999'499, "999 kB"},
      {999'500, "1 MB"},
      {49'454'737, "49.5 MB"},
      {866'600, "867 kB"},
      {1'073'741'824, "1.07 GB"},
      {UINT64_MAX, "18.4 EB"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(human_size(c.bytes), c.text) << c.bytes;
  }
}

TEST(EditDistance, CountsTypingSlips) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("push", "push"), 0U);
  EXPECT_EQ(edit_distance("psuh", "push"), 1U) << "neighbours swapped";
  EXPECT_EQ(edit_distance("pus", "push"), 1U);
  EXPECT_EQ(edit_distance("pushh", "push"), 1U);
  EXPECT_EQ(edit_distance("pull", "push"), 2U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(EditDistance, DoesNotCompareOverlongWords) {
  const std::string long_word(65, 'a');
  EXPECT_EQ(edit_distance(long_word, long_word), 0U);
  EXPECT_EQ(edit_distance(long_word, long_word.substr(1)), 65U);
  EXPECT_EQ(edit_distance(std::string(64, 'a'), std::string(64, 'b')), 64U);
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  static constexpr std::array<std::string_view, 5> kCommands = {"build", "push", "pull", "inspect", "rmi"};
  EXPECT_EQ(nearest("biuld", kCommands), "build");
  EXPECT_EQ(nearest("inspct", kCommands), "inspect");
  EXPECT_EQ(nearest("psh", kCommands), "push");
  EXPECT_EQ(nearest("rm", kCommands), "rmi");
  EXPECT_EQ(nearest("pul", kCommands), "pull");
  EXPECT_EQ(nearest("pull", kCommands), "pull");
}

TEST(Nearest, PrefersTheFirstOfEquals) {
  static constexpr std::array<std::string_view, 2> kWords = {"cat", "car"};
  EXPECT_EQ(nearest("caz", kWords), "cat");
}

TEST(Nearest, DoesNotGuess) {
  static constexpr std::array<std::string_view, 3> kCommands = {"build", "x", "inspect"};
  EXPECT_EQ(nearest("deploy", kCommands), std::nullopt);
  EXPECT_EQ(nearest("y", kCommands), std::nullopt);
  EXPECT_EQ(nearest("", kCommands), std::nullopt);
  EXPECT_EQ(nearest(std::string(1000, 'b'), kCommands), std::nullopt);
  EXPECT_EQ(nearest("build", {}), std::nullopt);
}

}  // namespace
}  // namespace wasm_oci
