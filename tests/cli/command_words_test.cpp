#include "cli/command_words.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci::cli {
namespace {

using ::testing::HasSubstr;

using Words = std::vector<std::string>;

TEST(CommandWords, AreListsWithCommasOrJsonArrays) {
  struct Case {
    Words values;
    Words expected;
  };
  const std::vector<Case> cases = {
      {{}, {}},
      {{"/app.wasm"}, {"/app.wasm"}},
      {{"/app.wasm#serve,--port=80"}, {"/app.wasm#serve", "--port=80"}},
      {{"a,,b,"}, {"a", "", "b", ""}},
      {{"a b"}, {"a b"}},
      {{"a", "b,c"}, {"a", "b", "c"}},
      {{R"(["serve", "a,b"])"}, {"serve", "a,b"}},
      {{"[]"}, {}},
      {{"a", R"(["[b]",""])", "c,d"}, {"a", "[b]", "", "c", "d"}},
      {{R"(["é\n"])"}, {"\u00e9\n"}},
      {{"a,[b]"}, {"a", "[b]"}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(command_words("--cmd", c.values), c.expected) << ::testing::PrintToString(c.values);
  }
}

TEST(CommandWords, RefuseWhatIsNoArrayOfStrings) {
  for (const std::string text :
       {"[", "[a]", R"(["a")", R"(["a"],b)", R"(["a",1])", "[null]", R"([["a"]])", R"([{"a":"b"}])", R"(["a",])"}) {
    try {
      command_words("--entrypoint", {"fine", text});
      ADD_FAILURE() << "no error for " << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.message(), HasSubstr("--entrypoint " + text + ": "));
      EXPECT_EQ(error.hint(), R"(write a list with commas, or ["word","word"])") << text;
    }
  }
}

}  // namespace
}  // namespace wasm_oci::cli
