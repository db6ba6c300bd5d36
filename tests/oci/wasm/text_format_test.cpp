#include "oci/wasm/text_format.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

TEST(TextFormat, BeginsWithAnExpressionOrAComment) {
  for (const char* const begin : {"(module)", "(; a comment ;)", ";; a comment\n", "\n\t (m", "   ;", "    "}) {
    EXPECT_TRUE(is_text_format("app.wat", begin)) << begin;
  }
  for (const char* const begin : {"", "#!/bin/sh", "; x", "\177ELF", "  x("}) {
    EXPECT_FALSE(is_text_format("app.wat", begin)) << begin;
  }
  EXPECT_FALSE(is_text_format("app.wasm", "(module)"));
}

}  // namespace
}  // namespace wasm_oci
