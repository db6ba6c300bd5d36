#include "oci/wasm/payload.hpp"

#include "oci/error.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

namespace wasm_oci {
namespace {

using namespace std::string_literals;
using testing::leb;
using testing::name;

// Bytes with "before" in front and "behind" after them: nothing of these may be seen.
class Payload {
 public:
  explicit Payload(const std::string& bytes)
      : bytes_("before" + bytes + "behind"),
        cursor_(memory_, {.id = 0, .offset = 6, .size = static_cast<std::uint32_t>(bytes.size())}) {}

  PayloadCursor* operator->() { return &cursor_; }
  PayloadCursor& operator*() { return cursor_; }

 private:
  std::string bytes_;
  MemoryAccess memory_{as_bytes(bytes_)};
  PayloadCursor cursor_;
};

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const ContentError& error) {
    return error.message();
  }
  return "no error";
}

TEST(WasmPayload, IsReadForward) {
  Payload payload("\x07" + leb(300) + "\x7f" + leb(UINT64_MAX) + name("grüße") + "\0\xff"s);
  EXPECT_EQ(payload->u8(), 7);
  EXPECT_EQ(payload->u32(), 300U);
  EXPECT_EQ(payload->s33(), -1);
  EXPECT_EQ(payload->u64(), UINT64_MAX);
  EXPECT_EQ(payload->name(100), "grüße");
  EXPECT_EQ(payload->remaining(), 2U);
  EXPECT_EQ(payload->bytes(2), "\0\xff"s);
  EXPECT_NO_THROW(payload->expect_end());
}

TEST(WasmPayload, EndsWhereItsSectionEnds) {
  EXPECT_EQ(error_of([] { Payload("")->u8(); }), "the section ends too early at byte 6");
  EXPECT_EQ(error_of([] { Payload("\x80")->u32(); }), "the section ends within a number at byte 6");
  EXPECT_EQ(error_of([] { Payload("\x80")->u64(); }), "the section ends within a number at byte 6");
  EXPECT_EQ(error_of([] { Payload("\x80")->s33(); }), "the section ends within a number at byte 6");
  EXPECT_EQ(error_of([] { Payload("ab")->skip(3); }), "3 bytes are announced, and 2 are there at byte 6");
  EXPECT_EQ(error_of([] { Payload("ab")->bytes(3); }), "3 bytes are announced, and 2 are there at byte 6");
  EXPECT_EQ(error_of([] { Payload("\x03xy")->name(9); }), "3 bytes of a name are announced, and 2 are there at byte 7");
  EXPECT_EQ(error_of([] { Payload("xy")->expect_end(); }), "2 bytes are left over at byte 6");
  EXPECT_EQ(Payload("xy")->peek(100).size(), 2U);
}

TEST(WasmPayload, NumbersThatAreNoneAreRefused) {
  EXPECT_EQ(error_of([] { Payload("\xff\xff\xff\xff\x1f")->u32(); }), "a number has more bits than its type at byte 6");
  EXPECT_EQ(error_of([] { Payload(std::string(10, '\xff'))->u64(); }),
            "a number has more bits than its type at byte 6");
  EXPECT_EQ(error_of([] { Payload("\x80\x80\x80\x80\x10")->s33(); }), "a number has more bits than its type at byte 6");
}

TEST(WasmPayload, NamesAreUtf8) {
  for (const std::string& text : {"\xff"s, "\xc3"s, "\xc0\x80"s, "\xed\xa0\x80"s, "a\x80"s}) {
    EXPECT_EQ(error_of([&] { Payload(name(text))->name(9); }),
              "text is not UTF-8 at byte " + std::to_string(7 + text.size()));
  }
  EXPECT_EQ(Payload(name("a\0b"s))->name(9), "a\0b"s) << "a zero byte is a character";
}

TEST(WasmPayload, NamesAreAsLongAsIsAllowed) {
  EXPECT_EQ(Payload(name("12345"))->name(5), "12345");
  EXPECT_EQ(error_of([] { Payload(name("12345"))->name(4); }), "a name of 5 bytes is longer than is kept at byte 7");
}

TEST(WasmPayload, NoSizeIsBelievedBeforeTheBytesAreThere) {
  for (const std::uint64_t size : {std::uint64_t{4}, std::uint64_t{UINT32_MAX}, UINT64_MAX}) {
    EXPECT_THROW(Payload("abc")->bytes(size), ContentError);
    EXPECT_THROW(Payload("abc")->skip(size), ContentError);
  }
  EXPECT_THROW(Payload(leb(UINT32_MAX) + "abc")->name(UINT64_MAX), ContentError);
}

// Tells how much is read at a time.
class CountingAccess final : public RandomAccess {
 public:
  explicit CountingAccess(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - std::min(offset, size_)));
    std::ranges::fill(into.first(count), std::byte{'x'});
    most_ = std::max(most_, into.size());
    total_ += count;
    return count;
  }
  std::size_t most() const { return most_; }
  std::uint64_t total() const { return total_; }

 private:
  std::uint64_t size_;
  mutable std::size_t most_ = 0;
  mutable std::uint64_t total_ = 0;
};

TEST(WasmPayload, IsInMemoryAWindowAtATime) {
  constexpr std::uint32_t kSize = 1'000'000;
  const CountingAccess file(kSize);
  PayloadCursor payload(file, {.id = 0, .offset = 0, .size = kSize});
  EXPECT_EQ(payload.bytes(kSize), std::string(kSize, 'x'));
  EXPECT_EQ(file.most(), PayloadCursor::kMaxWindow);
  EXPECT_LT(file.total(), kSize + 4 * PayloadCursor::kMaxWindow);
}

TEST(WasmPayload, OfALongSectionReadsLittleForItsBeginning) {
  const CountingAccess file(UINT32_MAX);
  PayloadCursor payload(file, {.id = 0, .offset = 0, .size = UINT32_MAX});
  payload.u8();
  payload.skip(UINT32_MAX - 10);
  payload.u8();
  EXPECT_LT(file.total(), 1000U);
}

TEST(WasmPayload, TellsThatTheFileBecameShorter) {
  const CountingAccess file(100);
  PayloadCursor payload(file, {.id = 0, .offset = 90, .size = 20});
  EXPECT_EQ(error_of([&] { payload.u8(); }), "the file became shorter while it was read");
}

TEST(WasmNameBudget, BoundsAllNamesTogether) {
  constexpr std::uint64_t kHalf = NameBudget::kMaxNames / 2;
  Payload payload(name(std::string(kHalf, 'a')) + name(std::string(kHalf - 1, 'b')) + name("cd"));
  NameBudget names;
  EXPECT_EQ(names.read(*payload).size(), kHalf);
  const std::string second = names.read(*payload);
  EXPECT_THROW(names.copy(second, *payload), ContentError);
  EXPECT_EQ(names.copy("c", *payload), "c");
  EXPECT_THROW(names.read(*payload), ContentError);
}

}  // namespace
}  // namespace wasm_oci
