#include "oci/wasm/sections.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace wasm_oci {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

const std::string kCore = "\0asm\x01\0\0\0"s;         // NOLINT(cert-err58-cpp)
const std::string kComponent = "\0asm\x0d\0\x01\0"s;  // NOLINT(cert-err58-cpp)

// Walks to the end.
WasmHeader check(const std::string& bytes) {
  const MemoryAccess memory(as_bytes(bytes));
  WasmSectionReader reader(memory);
  while (reader.next()) {
  }
  return reader.header();
}

std::string message_for(const std::string& bytes) {
  try {
    check(bytes);
  } catch (const ContentError& error) {
    return error.message();
  }
  return "no error";
}

TEST(WasmSections, HeaderTellsModuleFromComponent) {
  EXPECT_EQ(check(kCore), (WasmHeader{.kind = WasmKind::core_module, .version = kCoreModuleVersion}));
  EXPECT_EQ(check(kComponent), (WasmHeader{.kind = WasmKind::component, .version = kComponentVersion}));
}

TEST(WasmSections, TheLayerDecidesWhateverTheVersion) {
  EXPECT_EQ(check("\0asm\x01\0\x01\0"s), (WasmHeader{.kind = WasmKind::component, .version = 1}));
  EXPECT_EQ(check("\0asm\x02\x01\0\0"s), (WasmHeader{.kind = WasmKind::core_module, .version = 0x102}));
  EXPECT_THAT(message_for("\0asm\x01\0\x02\0"s), HasSubstr("layer 2"));
  EXPECT_THAT(message_for("\0asm\x01\0\0\x01"s), HasSubstr("layer 256"));
}

TEST(WasmSections, SectionsAreGivenInOrderWithTheirPlaces) {
  const std::string bytes = kCore + "\x01\x04\x01\x60\0\0"s + "\0\x01n"s + "\x0a\x80\x80\x80\x80\0"s + "\0\x02zz"s;
  const MemoryAccess memory(as_bytes(bytes));
  WasmSectionReader reader(memory);
  std::vector<WasmSection> sections;
  while (const auto section = reader.next()) {
    sections.push_back(*section);
  }
  EXPECT_EQ(sections, (std::vector<WasmSection>{{.id = 1, .offset = 10, .size = 4},
                                                {.id = 0, .offset = 16, .size = 1},
                                                {.id = 10, .offset = 23, .size = 0},
                                                {.id = 0, .offset = 25, .size = 2}}));
  EXPECT_EQ(reader.next(), std::nullopt);
}

TEST(WasmSections, IdsEndWhereTheKindEnds) {
  for (char id = 0; id <= 13; ++id) {
    EXPECT_EQ(check(kCore + std::string{id, '\0'}).kind, WasmKind::core_module);
  }
  for (char id = 0; id <= 12; ++id) {
    EXPECT_EQ(check(kComponent + std::string{id, '\0'}).kind, WasmKind::component);
  }
  EXPECT_EQ(message_for(kCore + "\x0e\0"s),
            "broken Wasm binary: section 0 at byte 8 has the id 14, which no module has");
  EXPECT_EQ(message_for(kComponent + "\0\0\x0d\0"s),
            "broken Wasm binary: section 1 at byte 10 has the id 13, which no component has");
}

TEST(WasmSections, IsTruncatedAtEveryByteButBetweenSections) {
  const std::string whole = kCore + "\x01\x04\x01\x60\0\0"s + "\0\x83\0abc"s;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    if (size == 8 || size == 14 || size == whole.size()) {
      EXPECT_NO_THROW(check(part)) << size;
    } else {
      EXPECT_THROW(check(part), ContentError) << size;
    }
  }
  EXPECT_EQ(message_for(kCore.substr(0, 6)), "truncated Wasm binary: 6 of the header's 8 bytes");
  EXPECT_EQ(message_for(whole.substr(0, 12)), "broken Wasm binary: section 0 at byte 8 needs 4 bytes, and 2 are there");
  EXPECT_EQ(message_for(whole.substr(0, 16)), "broken Wasm binary: section 1 at byte 14 ends within its size");
}

TEST(WasmSections, ASectionsSizeIsAU32OfAtMostFiveBytes) {
  EXPECT_NO_THROW(check(kCore + "\0\x81\x80\x80\x80\0x"s)) << "linkers pad sizes that they patch";
  EXPECT_THAT(message_for(kCore + "\0\xff\xff\xff\xff\x0f"s), HasSubstr("needs 4294967295 bytes, and 0 are there"));
  EXPECT_THAT(message_for(kCore + "\0\xff\xff\xff\xff\x1f"s), HasSubstr("no 32-bit number")) << "33 bits";
  EXPECT_THAT(message_for(kCore + "\0\x81\x80\x80\x80\x80\0x"s), HasSubstr("no 32-bit number")) << "six bytes";
}

TEST(WasmSections, BoundsTheNumberOfSections) {
  const std::string bytes = kCore + std::string(2 * std::size_t{WasmSectionReader::kMaxSections}, '\0');
  EXPECT_NO_THROW(check(bytes));
  EXPECT_THAT(message_for(bytes + "\0\0"s), HasSubstr("more than 1000000 sections"));
}

}  // namespace
}  // namespace wasm_oci
