#include "oci/json/edited_text.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wasm_oci {
namespace {

JsonValue root_itself(const JsonValue& root) { return root; }

TEST(EditedText, EachEditIsOfWhatTheOneBeforeLeft) {
  EditedText text(R"({ "a": {} })", 1000);
  text.set(root_itself, "b", "1");
  text.set(root_itself, "c", "[]");
  text.set([](const JsonValue& root) { return root.find("a").value_or(root); }, "x", "true");
  text.remove(root_itself, "b");
  text.remove(root_itself, "absent");
  EXPECT_EQ(text.text(), R"({ "a": {"x": true}, "c": [] })");
}

TEST(EditedText, SeveralEditsOfOneDocument) {
  EditedText text(R"({"a":1,"b":2})", 1000);
  text.edit([](const JsonValue& root) {
    return std::vector{set_member(root, "a", "10"), set_member(root, "c", "3"), set_member(root, "d", "4")};
  });
  EXPECT_EQ(std::move(text).take(), R"({"a":10,"b":2,"c":3,"d":4})");
}

TEST(EditedText, ALargerTextIsRefused) {
  EditedText text("[1,2,3]", 6);
  EXPECT_THROW(text.edit([](const JsonValue&) { return std::vector<Edit>{}; }), ContentError);
}

}  // namespace
}  // namespace wasm_oci
