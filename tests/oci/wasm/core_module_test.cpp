#include "oci/wasm/core_module.hpp"

#include "oci/error.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using testing::leb;
using testing::name;
using ::testing::StartsWith;

struct Read {
  std::vector<WasmImport> imports = {};
  std::vector<WasmExport> exports = {};
  std::vector<WasmMemory> memories = {};
  std::string error = {};
};

Read read(const std::string& bytes, const std::function<void(PayloadCursor&, NameBudget&, Read&)>& reader) {
  const MemoryAccess memory(as_bytes(bytes));
  PayloadCursor payload(memory, {.id = 0, .offset = 0, .size = static_cast<std::uint32_t>(bytes.size())});
  NameBudget names;
  Read result;
  try {
    reader(payload, names, result);
  } catch (const ContentError& error) {
    result.error = error.message();
  }
  return result;
}

Read imports_of(const std::string& bytes) {
  return read(bytes, [](auto& payload, auto& names, auto& result) {
    read_core_imports(payload, names, result.imports, result.memories);
  });
}

Read exports_of(const std::string& bytes) {
  return read(bytes,
              [](auto& payload, auto& names, auto& result) { read_core_exports(payload, names, result.exports); });
}

Read memories_of(const std::string& bytes) {
  return read(bytes, [](auto& payload, auto&, auto& result) { read_core_memories(payload, result.memories); });
}

// A section of one import m.n of this type, with one of a function behind it: a type read too far or too short is seen.
Read import_of(const std::string& type) {
  return imports_of("\x02" + name("m") + name("n") + type + name("after") + name("it") + "\0\x05"s);
}

void expect_kind(const std::string& type, ExternKind kind) {
  const Read result = import_of(type);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.imports, (std::vector<WasmImport>{{.module = "m", .name = "n", .kind = kind},
                                                     {.module = "after", .name = "it", .kind = ExternKind::function}}));
}

TEST(WasmCoreImports, OfFunctions) {
  expect_kind("\0\0"s, ExternKind::function);
  expect_kind("\0\xff\xff\xff\xff\x0f"s, ExternKind::function);
}

TEST(WasmCoreImports, OfTablesWithEveryTypeAndEveryLimits) {
  for (const std::string& type : {"\x01\x70"s, "\x01\x6f"s, "\x01\x69"s, "\x01\x74"s, "\x01\x63\x70"s, "\x01\x64\0"s,
                                  "\x01\x63\x80\x80\x80\x80\0"s}) {
    expect_kind(type + "\0\x01"s, ExternKind::table);
    expect_kind(type + "\x01\x01\xff\x01"s, ExternKind::table);
    expect_kind(type + "\x07\x01\x80\x80\x80\x80\x80\x80\x80\x80\x01"s, ExternKind::table);
  }
}

TEST(WasmCoreImports, OfGlobalsOfEveryType) {
  for (const std::string& type : {"\x03\x7f"s, "\x03\x7e"s, "\x03\x7d"s, "\x03\x7c"s, "\x03\x7b"s, "\x03\x70"s,
                                  "\x03\x6f"s, "\x03\x64\x6e"s, "\x03\x63\x05"s}) {
    expect_kind(type + "\0"s, ExternKind::global);
    expect_kind(type + "\x01"s, ExternKind::global);
  }
}

TEST(WasmCoreImports, OfTags) { expect_kind("\x04\0\x85\0"s, ExternKind::tag); }

TEST(WasmCoreImports, OfMemoriesWithTheirLimits) {
  struct Case {
    std::string type;
    WasmMemory memory;
  };
  const auto memory = [](bool shared, bool is_64, std::uint64_t min, std::optional<std::uint64_t> max,
                         std::uint64_t page_size = 65536) {
    return WasmMemory{
        .imported = true, .shared = shared, .is_64 = is_64, .min = min, .max = max, .page_size = page_size};
  };
  for (const Case& each :
       {Case{"\0\x02"s, memory(false, false, 2, std::nullopt)},
        Case{"\x01\x02\x80\x80\x04"s, memory(false, false, 2, 65536)}, Case{"\x03\x01\x03"s, memory(true, false, 1, 3)},
        Case{"\x04\x80\x80\x80\x80\x10"s, memory(false, true, std::uint64_t{1} << 32U, std::nullopt)},
        Case{"\x05\x01\x02"s, memory(false, true, 1, 2)}, Case{"\x08\x07\0"s, memory(false, false, 7, std::nullopt, 1)},
        Case{"\x0f\x01\x02\x3f"s, memory(true, true, 1, 2, std::uint64_t{1} << 63U)}}) {
    expect_kind("\x02" + each.type, ExternKind::memory);
    EXPECT_EQ(import_of("\x02" + each.type).memories, (std::vector{each.memory}));
  }
}

TEST(WasmCoreImports, AreUnknownWhereAKindOrATypeIs) {
  const auto error = [](const std::string& type) { return import_of(type).error; };
  EXPECT_THAT(error("\x05\0"s), StartsWith("an unknown kind of import: 5 at byte "));
  EXPECT_THAT(error("\x20\0"s), StartsWith("an unknown kind of import: 32"));
  EXPECT_THAT(error("\x01\x68\0\0"s), StartsWith("an unknown type: 104"));
  EXPECT_THAT(error("\x01\x7f\0\0"s), StartsWith("an unknown type: 127")) << "no table has numbers";
  EXPECT_THAT(error("\x03\x78\0"s), StartsWith("an unknown type: 120"));
  EXPECT_THAT(error("\x03\x64\x65\x70\0"s), StartsWith("an unknown heap type"));
  EXPECT_THAT(error("\x03\x63\x7f\0"s), StartsWith("an unknown heap type"));
  EXPECT_THAT(error("\x03\x7f\x02"s), StartsWith("a global that is neither"));
  EXPECT_THAT(error("\x04\x01\0"s), StartsWith("a tag that is no exception"));
  EXPECT_THAT(error("\x02\x10\0"s), StartsWith("unknown flags of limits: 16"));
  EXPECT_THAT(error("\x01\x70\x08\0\0"s), StartsWith("unknown flags of limits: 8")) << "tables have no pages";
  EXPECT_THAT(error("\x02\x08\x01\x40"s), StartsWith("a page of 2 to the power of 64"));
  EXPECT_THAT(error("\x02\0\x80\x80\x80\x80\x10"s), StartsWith("a number has more bits")) << "of 32 bits";
}

TEST(WasmCoreImports, BeforeTheOneThatIsUnknownAreKept) {
  const Read result = imports_of("\x03" + name("a") + name("b") + "\0\0"s + name("c") + name("d") + "\x0f");
  EXPECT_EQ(result.imports, (std::vector<WasmImport>{{.module = "a", .name = "b", .kind = ExternKind::function}}));
  EXPECT_THAT(result.error, StartsWith("an unknown kind of import: 15"));
}

TEST(WasmCoreImports, MayBeInGroupsOfOneModule) {
  const Read result = imports_of("\x02" + name("env") + name("") + "\x7f\x02" + name("f") + "\0\x01"s + name("m") +
                                 "\x02\0\x01"s + name("") + name("") + "\0\0"s);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.imports, (std::vector<WasmImport>{{.module = "env", .name = "f", .kind = ExternKind::function},
                                                     {.module = "env", .name = "m", .kind = ExternKind::memory},
                                                     {.module = "", .name = "", .kind = ExternKind::function}}));
  EXPECT_EQ(result.memories.size(), 1U);
}

TEST(WasmCoreImports, MayBeInGroupsOfOneModuleAndOneType) {
  const Read result = imports_of("\x02" + name("env") + name("") + "\x7e\x02\0\x01\x02"s + name("a") + name("b") +
                                 name("x") + name("") + "\x7e\x03\x7f\0\0"s);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.imports, (std::vector<WasmImport>{{.module = "env", .name = "a", .kind = ExternKind::memory},
                                                     {.module = "env", .name = "b", .kind = ExternKind::memory}}));
  EXPECT_EQ(result.memories.size(), 2U);
}

TEST(WasmCoreImports, OfAModuleWithANameAreNoGroup) {
  EXPECT_THAT(import_of("\x7f\0"s).error, StartsWith("an unknown kind of import: 127"));
}

TEST(WasmCoreImports, AreKeptUpToALimit) {
  std::string bytes = leb(1'000'000);
  for (int i = 0; i < 1'000'000; ++i) {
    bytes += "\0\0\0\0"s;
  }
  const Read result = imports_of(bytes);
  EXPECT_EQ(result.imports.size(), kMaxImports);
  EXPECT_THAT(result.error, StartsWith("more than 100000 imports"));
}

TEST(WasmCoreImports, InGroupsAreBoundedAsWell) {
  EXPECT_THAT(imports_of("\x01\0\0\x7e\0\0"s + leb(UINT32_MAX) + std::string(200'000, '\0')).error,
              StartsWith("more than 100000 imports"));
  std::string empty_groups = leb(UINT32_MAX);
  for (int i = 0; i < 200'000; ++i) {
    empty_groups += "\0\0\x7f\0"s;
  }
  EXPECT_THAT(imports_of(empty_groups).error, StartsWith("more than 100000 imports"));
  // One name in the file, and a copy of it for each import.
  EXPECT_THAT(
      imports_of("\x01" + name(std::string(1'000'000, 'm')) + "\0\x7e\0\0"s + leb(1000) + std::string(1000, '\0'))
          .error,
      StartsWith("the names together are longer"));
}

TEST(WasmCoreImports, AreNotBelievedToBeAsManyAsIsSaid) {
  const Read result = imports_of(leb(UINT32_MAX) + name("a") + name("b") + "\0\0"s);
  EXPECT_EQ(result.imports.size(), 1U);
  EXPECT_THAT(result.error, StartsWith("the section ends within a number"));
}

TEST(WasmCoreImports, EndWithTheirSection) {
  EXPECT_EQ(imports_of("\0"s).error, "");
  EXPECT_THAT(imports_of("").error, StartsWith("the section ends within a number"));
  EXPECT_THAT(imports_of("\0\0"s).error, StartsWith("1 bytes are left over"));
}

TEST(WasmCoreExports, OfEveryKind) {
  std::string bytes = "\x05";
  for (char kind = 0; kind < 5; ++kind) {
    bytes += name("e" + std::to_string(kind)) + kind + leb(1000);
  }
  const Read result = exports_of(bytes);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.exports, (std::vector<WasmExport>{{.name = "e0", .kind = ExternKind::function},
                                                     {.name = "e1", .kind = ExternKind::table},
                                                     {.name = "e2", .kind = ExternKind::memory},
                                                     {.name = "e3", .kind = ExternKind::global},
                                                     {.name = "e4", .kind = ExternKind::tag}}));
}

TEST(WasmCoreExports, AreUnknownWhereAKindIs) {
  EXPECT_THAT(exports_of("\x01" + name("e") + "\x05\0"s).error, StartsWith("an unknown kind of export: 5"));
  EXPECT_THAT(exports_of("\x01" + name("\xff") + "\0\0"s).error, HasSubstr("not UTF-8"));
  EXPECT_THAT(exports_of("\x01" + name("e") + "\0\0\0"s).error, HasSubstr("left over"));
}

TEST(WasmCoreExports, AreKeptUpToALimit) {
  const Read result = exports_of(leb(UINT32_MAX) + std::string(1'000'000, '\0'));
  EXPECT_EQ(result.exports.size(), kMaxExports);
  EXPECT_THAT(result.error, StartsWith("more than 100000 exports"));
}

TEST(WasmCoreMemories, AreTheModulesOwn) {
  const Read result = memories_of("\x02\0\x01\x03\x02\x04"s);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.memories,
            (std::vector<WasmMemory>{
                {.imported = false, .shared = false, .is_64 = false, .min = 1, .max = {}, .page_size = 65536},
                {.imported = false, .shared = true, .is_64 = false, .min = 2, .max = 4, .page_size = 65536}}));
  EXPECT_THAT(memories_of("\x01\0\x01\0"s).error, HasSubstr("left over"));
}

TEST(WasmCoreMemories, AreKeptUpToALimit) {
  const Read result = memories_of(leb(UINT32_MAX) + std::string(10'000, '\0'));
  EXPECT_EQ(result.memories.size(), kMaxMemories);
  EXPECT_THAT(result.error, StartsWith("more than 1000 memories"));
}

}  // namespace
}  // namespace wasm_oci
