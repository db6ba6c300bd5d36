#include "oci/base64.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

TEST(Base64, TakesEveryByteThereAndBack) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    bytes += static_cast<char>(i);
  }
}

TEST(Base64, WritesWhatTheStandardSays) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foo"), "Zm9v");
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
}

TEST(Base64, SkipsLineBreaks) { EXPECT_EQ(base64_decode("Zm9v\r\nYg==\n"), "foob"); }

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const auto* text : {"Z", "Zg", "Zg=", "Zg===", "Zm9vZ===", "Zg==Zg==", "Zm 9v", "Zm9-", "=", "===="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace wasm_oci
