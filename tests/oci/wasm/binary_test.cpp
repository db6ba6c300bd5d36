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

const std::string kCore = "\0asm\x01\0\0\0"s;         // NOLINT(cert-err58-cpp)
const std::string kComponent = "\0asm\x0d\0\x01\0"s;  // NOLINT(cert-err58-cpp)

TEST(CheckWasm, LooksAtTheOuterShapeToItsEndAndAtNothingElse) {
  const std::string imports = "\x02\x03\xff\xff\xff"s;
  EXPECT_EQ(check_wasm(MemoryAccess(as_bytes(kCore + imports))).kind, WasmKind::core_module);
  EXPECT_THROW(check_wasm(MemoryAccess(as_bytes(kCore + imports + "\x02\x01"s))), ContentError);
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

TEST(OpenWasm, DescribesTheFile) {
  const testing::TempDir dir;
  testing::write_file(dir / "app.wasm", kCore + "\x02\x0c\x01\x03" + "env\x04" + "exit\0\0"s);
  EXPECT_EQ(open_wasm((dir / "app.wasm").string()).description.imports,
            (std::vector<WasmImport>{{.module = "env", .name = "exit", .kind = ExternKind::function}}));
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
