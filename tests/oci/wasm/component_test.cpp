#include "oci/wasm/component.hpp"

#include "oci/error.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  WasiLevel level = WasiLevel::none;
  std::string error = {};
};

template <class Reader>
Read read(const std::string& bytes, Reader reader) {
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
    read_component_imports(payload, names, result.imports, result.level);
  });
}

Read exports_of(const std::string& bytes) {
  return read(bytes, [](auto& payload, auto& names, auto& result) {
    read_component_exports(payload, names, result.exports, result.level);
  });
}

// One import or export, with a known one behind it: what is read too far or too short is seen.
Read import_of(const std::string& entry) { return imports_of("\x02" + entry + "\0"s + name("after") + "\x01\x05"); }
Read export_of(const std::string& entry) { return exports_of("\x02" + entry + "\0"s + name("after") + "\x01\x05\0"s); }

TEST(WasmComponentImports, OfEveryKind) {
  struct Case {
    std::string type;
    ExternKind kind;
  };
  for (const Case& each :
       {Case{"\0\x11\x05"s, ExternKind::module}, Case{"\x01\x05"s, ExternKind::function},
        Case{"\x02\0\x05"s, ExternKind::value}, Case{"\x02\x01\x7f"s, ExternKind::value},
        Case{"\x02\x01\x73"s, ExternKind::value}, Case{"\x02\x01\x64"s, ExternKind::value},
        Case{"\x02\x01\x80\x80\x80\x80\x01"s, ExternKind::value}, Case{"\x03\0\x05"s, ExternKind::type},
        Case{"\x03\x01"s, ExternKind::type}, Case{"\x04\x05"s, ExternKind::component},
        Case{"\x05\xff\xff\xff\xff\x0f"s, ExternKind::instance}}) {
    const Read result = import_of("\0"s + name("it") + each.type);
    EXPECT_EQ(result.error, "") << to_string(each.kind);
    EXPECT_EQ(result.imports, (std::vector<WasmImport>{{.module = "", .name = "it", .kind = each.kind},
                                                       {.module = "", .name = "after", .kind = ExternKind::function}}));
  }
}

TEST(WasmComponentExports, OfEveryKindWithAndWithoutAType) {
  struct Case {
    std::string sort;
    std::string type;
    ExternKind kind;
  };
  for (const Case& each :
       {Case{"\0\x11"s, "\0\x11\x01"s, ExternKind::module}, Case{"\x01", "\x01\x01", ExternKind::function},
        Case{"\x02", "\x02\x01\x7f", ExternKind::value}, Case{"\x03", "\x03\x01", ExternKind::type},
        Case{"\x04", "\x04\x01", ExternKind::component}, Case{"\x05", "\x05\x01", ExternKind::instance}}) {
    for (const std::string& type : {"\0"s, "\x01" + each.type}) {
      const Read result = export_of("\0"s + name("it") + each.sort + leb(300) + type);
      EXPECT_EQ(result.error, "") << to_string(each.kind);
      EXPECT_EQ(result.exports, (std::vector<WasmExport>{{.name = "it", .kind = each.kind},
                                                         {.name = "after", .kind = ExternKind::function}}));
    }
  }
}

TEST(WasmComponentNames, HaveThreeForms) {
  const std::string three = "\x03\0"s + name("a:b/c") + "\x01" + name(".1-rc") + "\x02" + name("any id");
  for (const std::string& entry :
       {"\0"s + name("it"), "\x01" + name("it"), "\x02" + name("it") + "\0"s, "\x02" + name("it") + three}) {
    EXPECT_EQ(import_of(entry + "\x05\0"s).error, "");
    EXPECT_EQ(import_of(entry + "\x05\0"s).imports.at(0).name, "it");
    EXPECT_EQ(export_of(entry + "\x05\0\0"s).error, "");
    EXPECT_EQ(export_of(entry + "\x05\0\0"s).exports.at(0).name, "it");
  }
  EXPECT_THAT(import_of("\x03" + name("it") + "\x05\0"s).error, StartsWith("an unknown form of name: 3"));
  EXPECT_THAT(import_of("\x02" + name("it") + "\x01\x03" + name("x") + "\x05\0"s).error,
              StartsWith("an unknown attribute of a name: 3"));
  EXPECT_THAT(import_of("\x02" + name("it") + leb(UINT32_MAX)).error, HasSubstr("4294967295 attributes"));
  EXPECT_THAT(import_of("\0"s + name("\xff") + "\x05\0"s).error, HasSubstr("not UTF-8"));
}

TEST(WasmComponentNames, RaiseTheLevelWhateverSaysIt) {
  EXPECT_EQ(import_of("\0"s + name("wasi:io/streams@0.2.1") + "\x05\0"s).level, WasiLevel::preview2);
  EXPECT_EQ(export_of("\0"s + name("wasi:cli/run@0.3.0") + "\x05\0\0"s).level, WasiLevel::preview3);
  EXPECT_EQ(import_of("\x02" + name("store") + "\x01\0"s + name("wasi:http/handler@0.3.0") + "\x05\0"s).level,
            WasiLevel::preview3);
  EXPECT_EQ(import_of("\x02" + name("store") + "\x01\x02" + name("wasi:http/handler@0.3.0") + "\x05\0"s).level,
            WasiLevel::none)
      << "an id of the outside world is no interface";
  EXPECT_EQ(import_of("\0"s + name("a:b/c") + "\x05\0"s).level, WasiLevel::none);
}

TEST(WasmComponentImports, AreUnknownWhereAKindOrABoundIs) {
  const auto error = [](const std::string& type) { return import_of("\0"s + name("it") + type).error; };
  EXPECT_THAT(error("\x06\0"s), StartsWith("an unknown kind of definition: 6"));
  EXPECT_THAT(error("\0\x10\0"s), StartsWith("a core definition that is no module"));
  EXPECT_THAT(error("\x03\x02\0"s), StartsWith("an unknown bound: 2"));
  EXPECT_THAT(error("\x02\x01\x72\0"s), StartsWith("an unknown type of value"));
  EXPECT_THAT(error("\x02\x01\x40"s), StartsWith("an unknown type of value"));
}

TEST(WasmComponentExports, AreUnknownWhereAKindOrATypeIs) {
  EXPECT_THAT(export_of("\0"s + name("it") + "\x06\0\0"s).error, StartsWith("an unknown kind of definition: 6"));
  EXPECT_THAT(export_of("\0"s + name("it") + "\x05\0\x02"s).error, StartsWith("an export that neither"));
}

TEST(WasmComponentImports, AreKeptUpToALimitOverAllSections) {
  std::string bytes = leb(60'000);
  for (int i = 0; i < 60'000; ++i) {
    bytes += "\0\0\x05\0"s;
  }
  const MemoryAccess memory(as_bytes(bytes));
  const WasmSection section{.id = 10, .offset = 0, .size = static_cast<std::uint32_t>(bytes.size())};
  NameBudget names;
  Read result;
  PayloadCursor first(memory, section);
  read_component_imports(first, names, result.imports, result.level);
  PayloadCursor second(memory, section);
  EXPECT_THROW(read_component_imports(second, names, result.imports, result.level), ContentError);
  EXPECT_EQ(result.imports.size(), kMaxImports);
}

TEST(WasmComponentExports, AreKeptUpToALimit) {
  const Read result = exports_of(leb(UINT32_MAX) + [] {
    std::string bytes;
    for (int i = 0; i < 200'000; ++i) {
      bytes += "\0\0\x05\0\0"s;
    }
    return bytes;
  }());
  EXPECT_EQ(result.exports.size(), kMaxExports);
  EXPECT_THAT(result.error, StartsWith("more than 100000 exports"));
}

TEST(WasmComponentSections, EndWithTheirLastEntry) {
  EXPECT_EQ(imports_of("\0"s).error, "");
  EXPECT_THAT(imports_of("\0\0"s).error, StartsWith("1 bytes are left over"));
  EXPECT_THAT(exports_of("\0\0"s).error, StartsWith("1 bytes are left over"));
  EXPECT_THAT(imports_of("").error, StartsWith("the section ends within a number"));
}

TEST(WasmComponentTypes, TellByTheirFirstByteWhetherTheyAreOfAComponent) {
  const auto starts = [](const std::string& bytes) {
    const MemoryAccess memory(as_bytes(bytes));
    PayloadCursor payload(memory, {.id = 7, .offset = 0, .size = static_cast<std::uint32_t>(bytes.size())});
    return starts_with_component_type(payload);
  };
  EXPECT_TRUE(starts("\x01\x41\0"s));
  EXPECT_TRUE(starts("\x81\x80\x80\x80\0\x41"s));
  for (const std::string& bytes : {""s, "\0\x41"s, "\x01"s, "\x01\x42\0"s, "\x80"s, "\xff\xff\xff\xff\xff\x41"s}) {
    EXPECT_FALSE(starts(bytes));
  }
}

}  // namespace
}  // namespace wasm_oci
