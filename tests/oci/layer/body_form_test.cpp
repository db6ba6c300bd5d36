#include "oci/layer/body_form.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

TEST(PeekedSource, TellsWhatBytesBeginAs) {
  using namespace std::string_literals;
  const auto form = [](std::string bytes) {
    StringSource source(std::move(bytes));
    return PeekedSource(source).form();
  };
  EXPECT_EQ(form("\x1f\x8b\x08rest"), BodyForm::gzip);
  EXPECT_EQ(form("\x28\xb5\x2f\xfdrest"), BodyForm::zstd);
  EXPECT_EQ(form("\0asm\x01"s), BodyForm::wasm);
  EXPECT_EQ(form("app.wasm\0\0"s), BodyForm::other);
  EXPECT_EQ(form("\x28\xb5\x2f"), BodyForm::other);
  EXPECT_EQ(form("\x1f\x8b"), BodyForm::gzip);
  EXPECT_EQ(form(""), BodyForm::other);
}

TEST(PeekedSource, GivesAllBytesAgain) {
  for (const std::string text : {"", "a", "abcd", "a longer text"}) {
    StringSource source(text);
    PeekedSource peeked(source);
    EXPECT_EQ(read_all(peeked, 100), text);
    peeked.rewind();
    EXPECT_EQ(read_all(peeked, 100), text) << "once more";
  }
}

TEST(PeekedSource, KeepsWhatTheSourceThrew) {
  class Failing final : public Source {
   public:
    std::size_t read(std::span<std::byte> into) override {
      if (given_) {
        throw NetworkError("gone");
      }
      given_ = true;
      return into.size();
    }
    void rewind() override {}

   private:
    bool given_ = false;
  };
  Failing source;
  PeekedSource peeked(source);
  EXPECT_NO_THROW(peeked.rethrow_failure());
  EXPECT_THROW(read_all(peeked, 100), NetworkError);
  EXPECT_THROW(peeked.rethrow_failure(), NetworkError);
}

TEST(BodyForm, IsThatOfACompression) {
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    EXPECT_EQ(compression_of(form_of(compression)), compression);
  }
  EXPECT_EQ(compression_of(BodyForm::wasm), Compression::none);
}

}  // namespace
}  // namespace wasm_oci
