#include "oci/packaging/module_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

std::string named(const std::string& title) { return module_name({{std::string(annotation::kTitle), title}}); }

TEST(SafeFileName, IsTheLastPartOfAPathWhereThatIsAName) {
  EXPECT_EQ(safe_file_name("app.wasm"), "app.wasm");
  EXPECT_EQ(safe_file_name("/a/../b/app.wasm"), "app.wasm");
  for (const std::string path : {"", "a/", ".", "a/..", "a\nb", "\x7f"}) {
    EXPECT_EQ(safe_file_name(path), "") << path;
  }
}

TEST(ModuleName, IsTheTitleWhereThatNamesAFile) {
  EXPECT_EQ(named("app.wasm"), "app.wasm");
  EXPECT_EQ(named("my app.wasm"), "my app.wasm");
  EXPECT_EQ(named("app"), "app");
  EXPECT_EQ(module_name({}), "");
  EXPECT_EQ(named("My app"), "") << "it is for people";
}

TEST(ModuleName, IsNothingThatAnEntrypointCannotSayOrAContainerNotSee) {
  EXPECT_EQ(named("a#b.wasm"), "");
  EXPECT_EQ(named(".wh.app.wasm"), "");
  EXPECT_EQ(named("\xff.wasm"), "");
}

}  // namespace
}  // namespace wasm_oci
