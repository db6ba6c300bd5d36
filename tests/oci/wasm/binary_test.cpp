#include "oci/wasm/binary.hpp"

#include "oci/error.hpp"
#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <vector>

namespace wasm_oci {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

const std::string kCore = "\0asm\x01\0\0\0"s;         // NOLINT(cert-err58-cpp)
const std::string kComponent = "\0asm\x0d\0\x01\0"s;  // NOLINT(cert-err58-cpp)

WasmHeader check(const std::string& bytes) { return check_wasm(MemoryAccess(as_bytes(bytes))); }

std::string message_for(const std::string& bytes) {
  try {
    check(bytes);
  } catch (const ContentError& error) {
    return error.message();
  }
  return "no error";
}

TEST(WasmBinary, HeaderTellsModuleFromComponent) {
  EXPECT_EQ(check(kCore), (WasmHeader{.kind = WasmKind::core_module, .version = kCoreModuleVersion}));
  EXPECT_EQ(check(kComponent), (WasmHeader{.kind = WasmKind::component, .version = kComponentVersion}));
}

TEST(WasmBinary, TheLayerDecidesWhateverTheVersion) {
  EXPECT_EQ(check("\0asm\x01\0\x01\0"s), (WasmHeader{.kind = WasmKind::component, .version = 1}));
  EXPECT_EQ(check("\0asm\x02\x01\0\0"s), (WasmHeader{.kind = WasmKind::core_module, .version = 0x102}));
  EXPECT_THAT(message_for("\0asm\x01\0\x02\0"s), HasSubstr("layer 2"));
  EXPECT_THAT(message_for("\0asm\x01\0\0\x01"s), HasSubstr("layer 256"));
}

TEST(WasmBinary, SectionsAreGivenInOrderWithTheirPlaces) {
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

TEST(WasmBinary, IdsEndWhereTheKindEnds) {
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

TEST(WasmBinary, IsTruncatedAtEveryByteButBetweenSections) {
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

TEST(WasmBinary, ASectionsSizeIsAU32OfAtMostFiveBytes) {
  EXPECT_NO_THROW(check(kCore + "\0\x81\x80\x80\x80\0x"s)) << "linkers pad sizes that they patch";
  EXPECT_THAT(message_for(kCore + "\0\xff\xff\xff\xff\x0f"s), HasSubstr("needs 4294967295 bytes, and 0 are there"));
  EXPECT_THAT(message_for(kCore + "\0\xff\xff\xff\xff\x1f"s), HasSubstr("no 32-bit number")) << "33 bits";
  EXPECT_THAT(message_for(kCore + "\0\x81\x80\x80\x80\x80\0x"s), HasSubstr("no 32-bit number")) << "six bytes";
}

TEST(WasmBinary, BoundsTheNumberOfSections) {
  const std::string bytes = kCore + std::string(2 * std::size_t{WasmSectionReader::kMaxSections}, '\0');
  EXPECT_NO_THROW(check(bytes));
  EXPECT_THAT(message_for(bytes + "\0\0"s), HasSubstr("more than 1000000 sections"));
}

TEST(OpenWasm, GivesTheFileThatItChecked) {
  const testing::TempDir dir;
  const std::string path = (dir / "app.wasm").string();
  testing::write_file(path, kComponent + "\0\x03xyz"s);
  const WasmFile file = open_wasm(path);
  EXPECT_EQ(file.size, 13U);
  EXPECT_EQ(file.header.kind, WasmKind::component);
  std::filesystem::remove(path);
  std::vector<std::byte> content(13);
  EXPECT_EQ(FileAccess(file.fd.get(), file.size).read_at(0, content), 13U);
  EXPECT_EQ(as_text(content), kComponent + "\0\x03xyz"s);
}

TEST(OpenWasm, FollowsSymbolicLinks) {
  const testing::TempDir dir;
  testing::write_file(dir / "real", kCore);
  std::filesystem::create_symlink(dir / "real", dir / "link.wasm");
  EXPECT_EQ(open_wasm((dir / "link.wasm").string()).size, 8U);
}

TEST(OpenWasm, NamesThePathInEveryError) {
  const testing::TempDir dir;
  const std::string path = (dir / "app.wasm").string();
  try {
    open_wasm(path);
    FAIL();
  } catch (const NotFoundError& error) {
    EXPECT_EQ(error.message(), "cannot open " + path + ": No such file or directory");
  }
  testing::write_file(path, "");
  try {
    open_wasm(path);
    FAIL();
  } catch (const ContentError& error) {
    EXPECT_EQ(error.message(), path + ": not a Wasm binary but empty");
  }
}

TEST(OpenWasm, RefusesAFolder) {
  const testing::TempDir dir;
  EXPECT_THROW(open_wasm(dir.path().string()), UsageError);
}

TEST(OpenWasm, DoesNotWaitForAPipe) {
  const testing::TempDir dir;
  const std::string path = (dir / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THROW(open_wasm(path), UsageError);
}

TEST(OpenWasm, RefusesDevicesAndSockets) {
  EXPECT_THROW(open_wasm("/dev/null"), UsageError);
  const testing::TempDir dir;
  const std::string path = (dir / "s").string();
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);  // NOLINT
  EXPECT_THROW(open_wasm(path), UsageError);
}

TEST(OpenWasm, ReadsOfAHugeFileOnlyTheHeaders) {
  const testing::TempDir dir;
  const std::string path = (dir / "huge.wasm").string();
  testing::write_file(path, kCore + "\0\xff\xff\xff\xff\x0f"s);
  // A sparse file: one section of 4 GiB that holds no data on the disk.
  std::filesystem::resize_file(path, 8 + 6 + std::uint64_t{UINT32_MAX});
  EXPECT_EQ(open_wasm(path).size, 8 + 6 + std::uint64_t{UINT32_MAX});
}

}  // namespace
}  // namespace wasm_oci
