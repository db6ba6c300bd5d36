#include "oci/wasm/description.hpp"

#include "oci/error.hpp"
#include "oci/wasm/binary.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_bytes.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

using namespace std::string_literals;
using testing::custom;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using testing::kComponentHeader;
using testing::kCoreHeader;
using testing::leb;
using testing::name;
using testing::section;
using ::testing::StartsWith;

WasmDescription describe(const std::string& bytes) { return describe_wasm(MemoryAccess(as_bytes(bytes))); }
WasmDescription core(const std::string& sections) { return describe(std::string(kCoreHeader) + sections); }
WasmDescription component(const std::string& sections) { return describe(std::string(kComponentHeader) + sections); }

std::string committed(const std::string& file) { return testing::read_file(testing::testdata("modules/" + file)); }

// One import or export of a function with this name.
std::string core_import(const std::string& module, const std::string& field) {
  return section(2, "\x01" + name(module) + name(field) + "\0\0"s);
}
std::string core_export(const std::string& field) { return section(7, "\x01" + name(field) + "\0\0"s); }
// Of an instance.
std::string component_import(const std::string& field) { return section(10, "\x01\0"s + name(field) + "\x05\0"s); }
std::string component_export(const std::string& field) { return section(11, "\x01\0"s + name(field) + "\x05\0\0"s); }

std::vector<std::string> parts(const WasmDescription& description) {
  std::vector<std::string> names;
  names.reserve(description.unread.size());
  for (const WasmUnread& unread : description.unread) {
    names.push_back(unread.part);
  }
  return names;
}

template <class List>
bool begins(const List& whole, const List& part) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

TEST(DescribeWasm, ACommandOfPreview1) {
  const WasmDescription hello = describe(committed("hello.wasm"));
  EXPECT_EQ(hello.form, WasmForm::core);
  EXPECT_EQ(hello.header, (WasmHeader{.kind = WasmKind::core_module, .version = kCoreModuleVersion}));
  EXPECT_EQ(hello.imports.size(), 9U);
  EXPECT_EQ(hello.imports.front(),
            (WasmImport{.module = "wasi_snapshot_preview1", .name = "args_get", .kind = ExternKind::function}));
  EXPECT_EQ(hello.imports.back().name, "proc_exit");
  EXPECT_EQ(hello.exports, (std::vector<WasmExport>{{.name = "memory", .kind = ExternKind::memory},
                                                    {.name = "_start", .kind = ExternKind::function}}));
  EXPECT_EQ(hello.memories,
            (std::vector<WasmMemory>{
                {.imported = false, .shared = false, .is_64 = false, .min = 2, .max = {}, .page_size = 65536}}));
  EXPECT_FALSE(hello.has_start);
  EXPECT_EQ(hello.custom_sections,
            (std::vector<WasmCustomSection>{{.name = "name", .size = 1221}, {.name = "producers", .size = 50}}));
  EXPECT_EQ(hello.wasi, WasiLevel::preview1);
  EXPECT_EQ(hello.shape, WasmShape::command);
  EXPECT_THAT(hello.features, IsEmpty());
  EXPECT_THAT(hello.runtimes, IsEmpty());
  EXPECT_EQ(hello.metadata.producers,
            (std::vector<WasmProducerField>{
                {.name = "language", .producers = {{.name = "C99", .version = ""}}},
                {.name = "processed-by", .producers = {{.name = "Debian clang", .version = "14.0.6"}}}}));
  EXPECT_THAT(hello.unread, IsEmpty());
}

TEST(DescribeWasm, ACommandOfPreview2) {
  const WasmDescription hello = describe(committed("hello.component.wasm"));
  EXPECT_EQ(hello.form, WasmForm::component);
  EXPECT_EQ(hello.header, (WasmHeader{.kind = WasmKind::component, .version = kComponentVersion}));
  std::vector<std::string> imports;
  for (const WasmImport& import : hello.imports) {
    EXPECT_EQ(import.kind, ExternKind::instance);
    imports.push_back(import.name);
  }
  EXPECT_THAT(
      imports,
      ElementsAre("wasi:cli/environment@0.2.12", "wasi:cli/exit@0.2.12", "wasi:io/error@0.2.12",
                  "wasi:io/streams@0.2.12", "wasi:cli/stdin@0.2.12", "wasi:cli/stdout@0.2.12", "wasi:cli/stderr@0.2.12",
                  "wasi:cli/terminal-input@0.2.12", "wasi:cli/terminal-output@0.2.12", "wasi:cli/terminal-stdin@0.2.12",
                  "wasi:cli/terminal-stdout@0.2.12", "wasi:cli/terminal-stderr@0.2.12", "wasi:clocks/wall-clock@0.2.12",
                  "wasi:filesystem/types@0.2.12", "wasi:filesystem/preopens@0.2.12"));
  EXPECT_EQ(hello.exports, (std::vector<WasmExport>{{.name = "wasi:cli/run@0.2.12", .kind = ExternKind::instance}}));
  EXPECT_EQ(hello.wasi, WasiLevel::preview2);
  EXPECT_EQ(hello.shape, WasmShape::command);
  EXPECT_THAT(hello.memories, IsEmpty());
  EXPECT_EQ(hello.metadata.producers.at(0).producers.at(0).name, "wit-component");
  EXPECT_THAT(hello.unread, IsEmpty());
}

TEST(DescribeWasm, EveryPartOfACoreModule) {
  const WasmDescription all = describe(testing::module_of_every_kind());
  EXPECT_EQ(all.imports, (std::vector<WasmImport>{{.module = "env", .name = "f", .kind = ExternKind::function},
                                                  {.module = "env", .name = "t", .kind = ExternKind::table},
                                                  {.module = "env", .name = "m", .kind = ExternKind::memory},
                                                  {.module = "grüße", .name = "", .kind = ExternKind::global},
                                                  {.module = "env", .name = "e", .kind = ExternKind::tag}}));
  EXPECT_EQ(all.exports, (std::vector<WasmExport>{{.name = "run", .kind = ExternKind::function},
                                                  {.name = "t", .kind = ExternKind::table},
                                                  {.name = "memory", .kind = ExternKind::memory},
                                                  {.name = "Größe", .kind = ExternKind::global},
                                                  {.name = "", .kind = ExternKind::tag}}));
  EXPECT_THAT(all.memories, ElementsAre(Field(&WasmMemory::imported, true)));
  EXPECT_TRUE(all.has_start);
  EXPECT_EQ(all.metadata.name, "every-kind");
  EXPECT_EQ(all.metadata.version, "1.2");
  EXPECT_EQ(all.shape, WasmShape::library);
  EXPECT_THAT(all.unread, IsEmpty());
}

TEST(DescribeWasm, NothingIsAModuleAsWell) {
  EXPECT_EQ(core("").form, WasmForm::core);
  EXPECT_EQ(component("").form, WasmForm::component);
  EXPECT_EQ(describe("\0asm\x02\0\x01\0"s).header.version, 2) << "versions to come are no error";
}

TEST(DescribeWasm, TellsWhatRunsIt) {
  const WasmDescription wasix = core(core_import("wasix_32v1", "fd_dup2") + core_export("_start"));
  EXPECT_THAT(wasix.features, ElementsAre(WasmFeature::wasix));
  EXPECT_THAT(wasix.runtimes, ElementsAre("wasmer"));
  const WasmDescription plugin =
      core(core_import("wasi_snapshot_preview1", "fd_write") + core_export("proxy_abi_version_0_2_1"));
  EXPECT_EQ(plugin.shape, WasmShape::proxy_wasm);
  EXPECT_EQ(plugin.wasi, WasiLevel::preview1);
  EXPECT_THAT(plugin.runtimes, ElementsAre("envoy"));
  EXPECT_TRUE(core(custom("component-type:world", "\0asm")).metadata.componentizable);
}

TEST(DescribeWasm, AComponentsSectionsMayComeInAnyOrderAndOften) {
  const WasmDescription mixed =
      component(component_export("b:c/d") + component_import("wasi:io/streams@0.2.0") + section(3, "") +
                component_import("x") + component_export("wasi:http/incoming-handler@0.2.0") + section(10, "\0"s));
  EXPECT_EQ(mixed.imports.size(), 2U);
  EXPECT_EQ(mixed.imports.back().name, "x");
  EXPECT_EQ(mixed.exports.size(), 2U);
  EXPECT_EQ(mixed.shape, WasmShape::http_handler);
  EXPECT_THAT(mixed.unread, IsEmpty());
}

TEST(DescribeWasm, AComponentsLevelIsThatOfItsHighestName) {
  EXPECT_EQ(component(component_import("a:b/c")).wasi, WasiLevel::none);
  EXPECT_EQ(component(component_import("wasi:cli/exit@0.3.0") + component_import("wasi:io/streams@0.2.0")).wasi,
            WasiLevel::preview3);
  EXPECT_EQ(component(component_export("wasi:cli/run@0.3.0")).wasi, WasiLevel::preview3);
}

TEST(DescribeWasm, WhatIsNestedIsNotLookedAt) {
  std::string nested = std::string(kComponentHeader) + component_import("wasi:cli/exit@0.3.0") + custom("version", "0");
  for (int depth = 0; depth < 1'000; ++depth) {
    nested = std::string(kComponentHeader) + section(4, nested);
  }
  const WasmDescription outer = component(section(4, nested) + section(1, "no module at all") +
                                          component_import("outer") + section(4, "\xff\xff\xff\xff"));
  EXPECT_EQ(outer.imports, (std::vector<WasmImport>{{.module = "", .name = "outer", .kind = ExternKind::instance}}));
  EXPECT_EQ(outer.wasi, WasiLevel::none);
  EXPECT_EQ(outer.metadata, WasmMetadata());
  EXPECT_THAT(outer.unread, IsEmpty());
}

// What `wkg wit build` writes: component types, each exported.
std::string wit_package(const std::string& export_name) {
  return section(7, "\x01\x41\0"s) + section(11, "\x01\0"s + name(export_name) + "\x03\0\0"s);
}

TEST(DescribeWasm, PackagesOfWitAreTold) {
  const WasmDescription first = component(wit_package("wasi:http/wit"));
  EXPECT_EQ(first.form, WasmForm::wit_package);
  EXPECT_EQ(first.wasi, WasiLevel::none) << "it does not run";
  EXPECT_EQ(first.shape, WasmShape::library);
  const WasmDescription second =
      component(wit_package("types") + wit_package("handler") + custom("package-docs", "\0{}"s));
  EXPECT_EQ(second.form, WasmForm::wit_package);
  EXPECT_EQ(second.exports.size(), 2U);
}

TEST(DescribeWasm, ComponentsThatExportTypesAreNoPackages) {
  for (const std::string& sections :
       {wit_package("types") + component_export("run"), wit_package("types") + component_import("x"),
        wit_package("types") + section(1, kCoreHeader), wit_package("types") + section(7, "\x01\x40\0\x01\0"s),
        section(7, "\x01\x7f") + section(11, "\x01\0"s + name("t") + "\x03\0\0"s), section(7, "\x01\x41\0"s),
        wit_package("types") + section(11, "\x01")}) {
    EXPECT_EQ(component(sections).form, WasmForm::component);
  }
}

TEST(DescribeWasm, WhatCannotBeReadIsToldAndTheRestIsRead) {
  const WasmDescription broken =
      core(section(2, "\x02" + name("env") + name("f") + "\0\0"s + name("env") + name("g") + std::string(1, '\x63')) +
           section(5, "\x01\xf0") + section(7, "\x01" + name("\xff") + "\0\0"s) + custom("producers", "\x01") +
           section(0, "\x05nam") + custom("version", "3"));
  EXPECT_THAT(broken.unread,
              ElementsAre(WasmUnread{.part = "imports", .reason = "an unknown kind of import: 99 at byte 26"},
                          Field(&WasmUnread::part, "memories"), Field(&WasmUnread::part, "exports"),
                          Field(&WasmUnread::part, "custom section producers"),
                          Field(&WasmUnread::part, "custom section at byte 52")));
  EXPECT_EQ(broken.imports, (std::vector<WasmImport>{{.module = "env", .name = "f", .kind = ExternKind::function}}));
  EXPECT_EQ(broken.metadata.version, "3");
}

TEST(DescribeWasm, WhatFollowsAnUnreadPartOfAComponentIsLeftOut) {
  const WasmDescription broken = component(component_import("a") + section(10, "\x01\x09") + component_import("b") +
                                           section(10, "\x01\x09") + component_export("c"));
  EXPECT_EQ(broken.imports.size(), 1U) << "a list is always the beginning";
  EXPECT_THAT(parts(broken), ElementsAre("imports"));
  EXPECT_EQ(broken.exports.size(), 1U);
}

TEST(DescribeWasm, ACoreModuleHasNoSectionTwice) {
  const WasmDescription twice = core(core_import("a", "b") + core_import("c", "d") + section(5, "\x01\0\x01"s) +
                                     section(5, "\x01\0\x01"s) + core_export("e") + core_export("f"));
  EXPECT_EQ(twice.imports.size(), 1U);
  EXPECT_EQ(twice.memories.size(), 1U);
  EXPECT_EQ(twice.exports.size(), 1U);
  EXPECT_THAT(parts(twice), ElementsAre("imports", "memories", "exports"));
  EXPECT_THAT(twice.unread.front().reason, StartsWith("a second section"));
}

TEST(DescribeWasm, OfCustomSectionsTheLastCounts) {
  const WasmDescription twice = core(custom("version", "1") + custom("version", "2"));
  EXPECT_EQ(twice.custom_sections.size(), 2U);
  EXPECT_EQ(twice.metadata.version, "2");
  EXPECT_THAT(twice.unread, IsEmpty());
}

TEST(DescribeWasm, EmptySectionsAreUnreadWhereTheyMustHoldSomething) {
  EXPECT_THAT(parts(core(section(2, "") + section(5, "") + section(7, "") + section(0, "") + section(1, ""))),
              ElementsAre("imports", "memories", "exports", "custom section at byte 16"));
  EXPECT_THAT(parts(component(section(10, "") + section(11, "") + section(7, ""))), ElementsAre("imports", "exports"));
}

TEST(DescribeWasm, ABrokenOuterShapeIsAnError) {
  EXPECT_THROW(describe(""), ContentError);
  EXPECT_THROW(describe("(module)"), ContentError);
  EXPECT_THROW(core("\x02\x05\0"s), ContentError) << "past the end";
  EXPECT_THROW(core("\x02\xff\xff\xff\xff\x0f"s), ContentError);
  EXPECT_THROW(core("\x0e\0"s), ContentError);
  EXPECT_THROW(core(core_import("a", "b") + "\x0a\x7f"), ContentError) << "whatever was read before";
}

bool is_outer_shape(const std::string& message) {
  return message.starts_with("not a Wasm binary") || message.starts_with("truncated Wasm binary") ||
         message.starts_with("broken Wasm binary");
}

// Wherever a binary is cut off: it is described as far as it goes where check_wasm takes it, else refused.
void expect_truncation_is_told(const std::string& whole) {
  const WasmDescription all = describe(whole);
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    try {
      const WasmDescription some = describe(part);
      EXPECT_NO_THROW(check_wasm(MemoryAccess(as_bytes(part)))) << size;
      EXPECT_TRUE(begins(all.imports, some.imports)) << size;
      EXPECT_TRUE(begins(all.exports, some.exports)) << size;
      EXPECT_TRUE(begins(all.custom_sections, some.custom_sections)) << size;
      EXPECT_THAT(some.unread, IsEmpty()) << size << ": what is there is whole";
    } catch (const ContentError& error) {
      EXPECT_TRUE(is_outer_shape(error.message())) << size;
      ++refused;
    }
  }
  EXPECT_GT(refused, whole.size() / 2);
}

TEST(DescribeWasm, ACoreModuleCutOffAtAnyByte) { expect_truncation_is_told(committed("hello.wasm")); }
TEST(DescribeWasm, AComponentCutOffAtAnyByte) { expect_truncation_is_told(committed("hello.component.wasm")); }
TEST(DescribeWasm, ASmallModuleCutOffAtAnyByte) { expect_truncation_is_told(testing::module_of_every_kind()); }

struct Piece {
  std::uint8_t id;
  std::string payload;
};

std::vector<Piece> pieces_of(const std::string& whole) {
  const MemoryAccess memory(as_bytes(whole));
  WasmSectionReader reader(memory);
  std::vector<Piece> pieces;
  while (const auto found = reader.next()) {
    pieces.push_back({.id = found->id, .payload = whole.substr(found->offset, found->size)});
  }
  return pieces;
}

// Cuts each section that is read within a binary that is otherwise whole: its part is told as unread, and no other.
void expect_cut_sections_are_told(const std::string& whole, const std::vector<std::uint8_t>& ids) {
  const WasmDescription all = describe(whole);
  const std::vector<Piece> pieces = pieces_of(whole);
  std::size_t cuts = 0;
  for (std::size_t cut = 0; cut < pieces.size(); ++cut) {
    if (std::ranges::find(ids, pieces[cut].id) == ids.end()) {
      continue;
    }
    for (std::size_t size = 0; size < pieces[cut].payload.size(); ++size) {
      std::string bytes = whole.substr(0, kWasmHeaderSize);
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::string& payload = pieces[i].payload;
        bytes += section(static_cast<char>(pieces[i].id), i == cut ? payload.substr(0, size) : payload);
      }
      const WasmDescription some = describe(bytes);
      EXPECT_EQ(some.unread.size(), 1U) << "section " << cut << " of " << size;
      EXPECT_TRUE(begins(all.imports, some.imports));
      EXPECT_TRUE(begins(all.exports, some.exports));
      ++cuts;
    }
  }
  EXPECT_GT(cuts, 50U);
}

TEST(DescribeWasm, SectionsOfACoreModuleCutOffAtAnyByte) {
  expect_cut_sections_are_told(testing::module_of_every_kind(), {2, 5, 7});
  expect_cut_sections_are_told(committed("hello.wasm"), {2, 5, 7});
}

TEST(DescribeWasm, SectionsOfAComponentCutOffAtAnyByte) {
  expect_cut_sections_are_told(committed("hello.component.wasm"), {10, 11});
}

TEST(DescribeWasm, OverlongNumbersAreRead) {
  const std::string two = "\x82\x80\x80\x80\0"s;
  const WasmDescription padded = core("\x02\x95\x80\x80\x80\0"s + two + "\x81\x80\0"s + "a" + name("b") +
                                      "\0\x80\x80\0"s + name("c") + name("d") + "\0\0"s);
  EXPECT_EQ(padded.imports.size(), 2U);
  EXPECT_THAT(padded.unread, IsEmpty());
}

TEST(DescribeWasm, ManyImportsAreKeptUpToALimit) {
  std::string many = leb(1'000'000);
  for (int i = 0; i < 1'000'000; ++i) {
    many += "\x01" + "a"s + "\x01" + "b\0\0"s;
  }
  const WasmDescription description = core(section(2, many) + core_export("_start"));
  EXPECT_EQ(description.imports.size(), kMaxImports);
  EXPECT_THAT(description.unread, ElementsAre(Field(&WasmUnread::reason, StartsWith("more than 100000 imports"))));
  EXPECT_EQ(description.shape, WasmShape::command) << "the rest is read";
}

TEST(DescribeWasm, CustomSectionsAreKeptUpToALimit) {
  std::string sections;
  for (std::size_t i = 0; i < kMaxCustomSections + 5; ++i) {
    sections += custom("c", "");
  }
  const WasmDescription description = core(sections + custom("version", "1") + core_export("_start"));
  EXPECT_EQ(description.custom_sections.size(), kMaxCustomSections);
  EXPECT_THAT(parts(description), ElementsAre("custom sections"));
  EXPECT_EQ(description.metadata.version, std::nullopt);
  EXPECT_EQ(description.shape, WasmShape::command);
}

TEST(DescribeWasm, BrokenCustomSectionsAreToldUpToTheSameLimit) {
  std::string sections;
  for (int i = 0; i < 50'000; ++i) {
    sections += section(0, "");
  }
  EXPECT_EQ(core(sections).unread.size(), kMaxCustomSections + 1);
}

TEST(DescribeWasm, AHostileBinaryTakesLittleMemory) {
  // As many names as are allowed, each as short as it can be without fitting into the string object itself, and then
  // one of all that is left, and one more.
  std::string imports = leb(UINT32_MAX);
  for (std::size_t i = 0; i < kMaxImports; ++i) {
    imports += name(std::string(40, 'm')) + name(std::string(40, 'n')) + "\0\0"s;
  }
  std::string exports = leb(UINT32_MAX);
  for (std::size_t i = 0; i + 2 < kMaxExports; ++i) {
    exports += name(std::string(40, 'e')) + "\0\0"s;
  }
  exports += name(std::string(4'777'000, 'e')) + "\0\0"s + name(std::string(1'000'000, 'e')) + "\0\0"s;
  std::string sections = section(2, imports) + section(7, exports);
  for (std::size_t i = 0; i < kMaxCustomSections; ++i) {
    sections += section(0, "");
  }
  const WasmDescription description = core(sections);
  EXPECT_EQ(description.imports.size(), kMaxImports);
  EXPECT_EQ(description.exports.size(), kMaxExports - 1);
  EXPECT_GT(memory_of(description), std::size_t{30} * 1024 * 1024) << "the test is as bad as it means to be";
  EXPECT_LT(memory_of(description), std::size_t{48} * 1024 * 1024);
}

// Remembers where it was read.
class WatchedAccess final : public RandomAccess {
 public:
  explicit WatchedAccess(const std::string& bytes) : bytes_(as_bytes(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    reads_.emplace_back(offset, into.size());
    return bytes_.read_at(offset, into);
  }
  const std::vector<std::pair<std::uint64_t, std::size_t>>& reads() const { return reads_; }

 private:
  MemoryAccess bytes_;
  mutable std::vector<std::pair<std::uint64_t, std::size_t>> reads_;
};

TEST(DescribeWasm, CodeAndDataAreNotRead) {
  const std::string bytes = committed("hello.wasm");
  const WatchedAccess watched(bytes);
  describe_wasm(watched);
  // The header of the code section is at 0x222; reading a header may take the first bytes behind it along.
  constexpr std::uint64_t kCode = 0x22a;
  constexpr std::uint64_t kDataEnd = 0x7176;
  std::size_t total = 0;
  for (const auto& [offset, size] : watched.reads()) {
    total += size;
    EXPECT_TRUE(offset + size <= kCode || offset >= 0x66e0) << offset;
    EXPECT_TRUE(offset >= kDataEnd || size <= 1000) << offset;
  }
  EXPECT_LT(total, 4000U);
}

TEST(WasmForm, IsSpelledAsInJson) {
  EXPECT_EQ(to_string(WasmForm::core), "core");
  EXPECT_EQ(to_string(WasmForm::component), "component");
  EXPECT_EQ(to_string(WasmForm::wit_package), "wit-package");
}

}  // namespace
}  // namespace wasm_oci
