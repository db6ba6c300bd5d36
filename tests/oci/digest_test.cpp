#include "oci/digest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

constexpr std::string_view kEmptySha256 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, OfNothingIsTheKnownOne) { EXPECT_EQ(digest_of("").str(), kEmptySha256); }

TEST(Digest, Sha512IsComputedToo) {
  EXPECT_EQ(digest_of("abc", DigestAlgorithm::sha512).str(),
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
            "454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, ParsesWhatItPrints) {
  for (const auto algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
    const Digest digest = digest_of("x", algorithm);
    EXPECT_EQ(Digest::parse(digest.str()), digest);
  }
}

TEST(Digest, RefusesWhatIsNotExactlyADigest) {
  const std::string hex(64, 'a');
  const std::vector<std::string> cases = {"",
                                          "sha256",
                                          "sha256:",
                                          hex,
                                          "sha256:" + hex.substr(1),
                                          "sha256:" + hex + "a",
                                          "sha256:" + std::string(64, 'A'),
                                          "SHA256:" + hex,
                                          "sha512:" + hex,
                                          "md5:" + hex.substr(32),
                                          "sha256:../../" + hex.substr(6),
                                          "sha256:" + hex.substr(1) + "\n",
                                          " sha256:" + hex,
                                          "sha256+b64:" + hex};
  for (const std::string& text : cases) {
    EXPECT_FALSE(Digest::parse(text)) << text;
  }
}

TEST(Hasher, StartsAnewAfterFinish) {
  Hasher hasher;
  hasher.update(as_bytes("one"));
  hasher.finish();
  EXPECT_EQ(hasher.finish().str(), kEmptySha256);
}

TEST(Hasher, PiecesGiveTheDigestOfTheWhole) {
  Hasher hasher;
  hasher.update(as_bytes("wasm"));
  hasher.update(as_bytes("-"));
  hasher.update(as_bytes("oci"));
  EXPECT_EQ(hasher.finish(), digest_of("wasm-oci"));
}

}  // namespace
}  // namespace wasm_oci
