#include "oci/descriptor.hpp"

#include "oci/media_type.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

TEST(Describe, GivesTypeDigestAndSizeAndNothingElse) {
  const Descriptor descriptor = describe(media_type::kOctetStream, "hello");
  const Descriptor expected{.media_type = "application/octet-stream", .digest = digest_of("hello"), .size = 5};
  EXPECT_EQ(descriptor, expected);
  EXPECT_EQ(descriptor.digest.str(), "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}

TEST(Describe, CountsEveryByte) {
  const std::string_view bytes("a\0b", 3);
  EXPECT_EQ(describe("x", bytes).size, 3U);
  EXPECT_NE(describe("x", bytes).digest, describe("x", "a").digest);
}

TEST(Descriptor, DiffersInEveryField) {
  const Descriptor descriptor = describe("x", "");
  Descriptor other = descriptor;
  other.annotations["k"] = "v";
  EXPECT_NE(other, descriptor);
  other = descriptor;
  other.platform = Platform{.os = "wasi", .architecture = "wasm", .variant = {}, .os_version = {}, .os_features = {}};
  EXPECT_NE(other, descriptor);
}

}  // namespace
}  // namespace wasm_oci
