#include "registry/pages.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

TEST(NextLink, IsReadInAllItsSpellings) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"(</v2/x?last=b>; rel="next")", "/v2/x?last=b"},
      {"<a>;rel=next", "a"},
      {"<a> ; title=\"x\" ; REL = NEXT", "a"},
      {R"(<a>; rel="prev", <b,c>; rel="next")", "b,c"},
      {R"(<a>; rel="next", <b>; rel="prev")", "a"},
      {R"(<a>; rel="first next")", "a"},
      {R"(<a>; rel="prev")", ""},
      {R"(<a>; rel="nextish")", ""},
      {"<a", ""},
      {"a; rel=next", ""},
      {"", ""},
      {"<a>", ""},
  };
  for (const auto& [header, expected] : cases) {
    EXPECT_EQ(next_link({header}), expected) << header;
  }
  EXPECT_EQ(next_link({R"(<a>; rel="prev")", R"(<b>; rel="next")"}), "b");
  EXPECT_EQ(next_link({}), "");
}

}  // namespace
}  // namespace wasm_oci
