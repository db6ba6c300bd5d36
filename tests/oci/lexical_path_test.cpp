#include "oci/lexical_path.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace wasm_oci {
namespace {

TEST(LexicalPath, IsWhatTheStandardLibrarySays) {
  for (const char* const text : {"",
                                 "/",
                                 "//",
                                 ".",
                                 "..",
                                 "a",
                                 "/a",
                                 "a/",
                                 "a//b",
                                 "./a/./b/.",
                                 "a/..",
                                 "a/../",
                                 "a/b/..",
                                 "a/b/../c",
                                 "../../a",
                                 "a/../../b",
                                 "a/b/../../../c/",
                                 "...",
                                 ".a/..b",
                                 "a/.//",
                                 "/x/../..",
                                 "ab/cd/../ef/.",
                                 " /\x80/.."}) {
    EXPECT_EQ(normal_path(text), (std::filesystem::path("/") / text).lexically_normal().relative_path().string())
        << text;
  }
}

TEST(LexicalPath, TakesNoMoreThanThePathItself) {
  std::string path;
  for (int i = 0; i < 1'000'000; ++i) {
    path += "a/";
  }
  EXPECT_EQ(normal_path(path), path);
  EXPECT_LE(normal_path(path).capacity(), 2 * path.size());
}

}  // namespace
}  // namespace wasm_oci
