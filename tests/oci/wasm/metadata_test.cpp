#include "oci/wasm/metadata.hpp"

#include "oci/error.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace wasm_oci {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::leb;
using testing::name;
using ::testing::StartsWith;

constexpr WasmKind kCore = WasmKind::core_module;

// Reads one section into `metadata`; returns what was wrong with it.
std::string read_into(WasmMetadata& metadata, const std::string& section, const std::string& bytes,
                      WasmKind kind = kCore) {
  const MemoryAccess memory(as_bytes(bytes));
  PayloadCursor payload(memory, {.id = 0, .offset = 0, .size = static_cast<std::uint32_t>(bytes.size())});
  try {
    read_metadata(kind, section, payload, metadata);
  } catch (const ContentError& error) {
    return error.message();
  }
  return "";
}

WasmMetadata read(const std::string& section, const std::string& bytes, WasmKind kind = kCore) {
  WasmMetadata metadata;
  EXPECT_EQ(read_into(metadata, section, bytes, kind), "");
  return metadata;
}

std::string error_of(const std::string& section, const std::string& bytes) {
  WasmMetadata metadata;
  std::string error = read_into(metadata, section, bytes);
  EXPECT_EQ(metadata, WasmMetadata()) << "what cannot be read changes nothing";
  return error;
}

TEST(WasmMetadata, TextSectionsAreTheirText) {
  EXPECT_EQ(read("version", "1.2.3").version, "1.2.3");
  EXPECT_EQ(read("description", "Says hellö.\n").description, "Says hellö.\n");
  EXPECT_EQ(read("authors", "Ada, Bea").authors, "Ada, Bea");
  EXPECT_EQ(read("licenses", "Apache-2.0 OR MIT").licenses, "Apache-2.0 OR MIT");
  EXPECT_EQ(read("source", "https://example.com/repo").source, "https://example.com/repo");
  EXPECT_EQ(read("homepage", "https://example.com").homepage, "https://example.com");
  EXPECT_EQ(read("revision", "", WasmKind::component).revision, "") << "present, though empty";
}

TEST(WasmMetadata, TextIsUtf8OfBoundedLength) {
  const std::string longest(kMaxMetadata, 'x');
  EXPECT_EQ(read("description", longest).description, longest);
  EXPECT_EQ(error_of("description", longest + "x"), "65537 bytes are more than the 65536 that are read at byte 0");
  EXPECT_THAT(error_of("description", "gr\xfc\xdf"), StartsWith("text is not UTF-8"));
}

TEST(WasmMetadata, OtherSectionsSayNothing) {
  for (const char* section : {"", "Version", "linking", "dylink.0", ".dep-v0", "sourceMappingURL", "package-docs"}) {
    EXPECT_EQ(read(section, "\xff\xff\xff"), WasmMetadata()) << section;
  }
}

TEST(WasmMetadata, TheLastSectionOfANameCounts) {
  WasmMetadata metadata;
  read_into(metadata, "version", "1");
  read_into(metadata, "version", "2");
  EXPECT_EQ(metadata.version, "2");
  EXPECT_NE(read_into(metadata, "version", "\xff"), "");
  EXPECT_EQ(metadata.version, "2") << "as before";
}

TEST(WasmMetadata, TheNameIsThatOfTheWhole) {
  const std::string own = "\0\x04\x03xyz"s;
  EXPECT_EQ(read("name", own + "\x01\xff\xff\xff\xff"s).name, "xyz") << "names of functions are not looked at";
  EXPECT_EQ(read("component-name", own, WasmKind::component).name, "xyz");
  EXPECT_EQ(read("component-name", own, kCore).name, std::nullopt);
  EXPECT_EQ(read("name", own, WasmKind::component).name, std::nullopt);
  EXPECT_EQ(read("name", "").name, std::nullopt);
  EXPECT_EQ(read("name", "\x01\x02\x01\0"s).name, std::nullopt) << "the name of the whole would come first";
  EXPECT_THAT(error_of("name", "\0\x04\x04xyz"s), StartsWith("4 bytes of a name are announced, and 3 are there"));
  EXPECT_THAT(error_of("name", "\0\x04"s + name(std::string(kMaxMetadata + 1, 'x'))), HasSubstr("longer than is kept"));

  WasmMetadata metadata;
  read_into(metadata, "name", own);
  read_into(metadata, "name", "\x01\x02\x01\0"s);
  EXPECT_EQ(metadata.name, "xyz") << "a section without a name takes none away";
}

TEST(WasmMetadata, ProducersAreFieldsOfNamesAndVersions) {
  const std::string bytes = "\x02" + name("language") + "\x02" + name("Rust") + name("") + name("C11") + name("") +
                            name("processed-by") + "\x01" + name("clang") + name("14.0.6");
  const auto producers = read("producers", bytes).producers;
  EXPECT_EQ(producers,
            (std::vector<WasmProducerField>{
                {.name = "language", .producers = {{.name = "Rust", .version = ""}, {.name = "C11", .version = ""}}},
                {.name = "processed-by", .producers = {{.name = "clang", .version = "14.0.6"}}}}));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(error_of("producers", bytes.substr(0, size)), "") << size;
  }
  EXPECT_THAT(error_of("producers", bytes + "x"), HasSubstr("left over"));
  EXPECT_THAT(error_of("producers", leb(UINT32_MAX)), StartsWith("the section ends within a number"));
  EXPECT_THAT(error_of("producers", std::string(kMaxMetadata + 1, '\0')), HasSubstr("more than the 65536"));
}

TEST(WasmMetadata, TargetFeaturesAreThoseThatAreUsed) {
  const std::string bytes = "\x03+" + name("simd128") + "-" + name("atomics") + "=" + name("sign-ext");
  EXPECT_THAT(read("target_features", bytes).target_features, ElementsAre("simd128", "sign-ext"));
  EXPECT_THAT(error_of("target_features", "\x01?" + name("x")), StartsWith("an unknown prefix of a feature: 63"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(error_of("target_features", bytes.substr(0, size)), "") << size;
  }
  EXPECT_THAT(error_of("target_features", bytes + "x"), HasSubstr("left over"));
  EXPECT_THAT(error_of("target_features", std::string(kMaxMetadata + 1, '\0')), HasSubstr("more than the 65536"));
}

TEST(WasmMetadata, TheBuildIdIsHexadecimal) {
  EXPECT_EQ(read("build_id", "\x04\x00\x9f\xab\xff"s).build_id, "009fabff");
  EXPECT_EQ(read("build_id", "\0"s).build_id, "");
  EXPECT_THAT(error_of("build_id", "\x04\x00\x9f\xab"s), StartsWith("4 bytes are announced, and 3 are there"));
  EXPECT_THAT(error_of("build_id", "\x01zz"s), HasSubstr("left over"));
  EXPECT_THAT(error_of("build_id", std::string(kMaxMetadata + 1, '\0')), HasSubstr("more than the 65536"));
}

TEST(WasmMetadata, DebugSectionsAreAddedUpUnread) {
  WasmMetadata metadata;
  read_into(metadata, ".debug_info", std::string(100'000, '\xff'));
  read_into(metadata, ".debug_str", "\xff\xff");
  read_into(metadata, ".debug", "\xff");
  EXPECT_EQ(metadata.debug_size, 100'002U);
}

TEST(WasmMetadata, CoreModulesThatCarryTheirInterfacesCanBecomeComponents) {
  EXPECT_TRUE(read("component-type", std::string("\0asm", 4)).componentizable);
  EXPECT_TRUE(read("component-type:wit-bindgen:0.41:my:app:world", std::string("\0asm", 4)).componentizable);
  EXPECT_FALSE(read("component-type", std::string("\0asm", 4), WasmKind::component).componentizable);
}

}  // namespace
}  // namespace wasm_oci
