#include "oci/writable.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>

namespace wasm_oci {
namespace {

using testing::TempDir;
using testing::write_file;

std::optional<ErrorKind> kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

TEST(RequireWritableFile, EndsAsWritingItDoes) {
  const TempDir dir;
  write_file(dir / "file", "");
  std::filesystem::create_directory(dir / "folder");
  std::filesystem::create_symlink(dir / "file", dir / "link");
  for (const char* name : {"new", "file", "link", "folder", "absent/new", "file/new"}) {
    const std::string path = dir / name;
    EXPECT_EQ(kind_of([&] { require_writable_file(path); }), kind_of([&] { AtomicFile{path}; })) << name;
  }
  EXPECT_EQ(kind_of([] { require_writable_file("/dev/null"); }), std::nullopt);
  EXPECT_EQ(kind_of([] { require_writable_file("new-in-the-working-folder"); }), std::nullopt);
}

TEST(RequireWritableDirectory, EndsAsMakingItDoes) {
  const TempDir dir;
  write_file(dir / "file", "");
  std::filesystem::create_directory(dir / "folder");
  for (const char* name : {"new", "folder", "new/below/it", "file/new", "file/new/below"}) {
    const std::string path = dir / name;
    const auto before = kind_of([&] { require_writable_directory(path); });
    EXPECT_EQ(before, kind_of([&] { make_directories(path); })) << name;
  }
  EXPECT_EQ(kind_of([] { require_writable_directory("new-in-the-working-folder"); }), std::nullopt);
}

// root may write anything, so a process of nobody asks.
void expect_refused_as_nobody(const std::filesystem::path& folder) {
  constexpr uid_t kNobody = 65534;
  EXPECT_EXIT(
      {
        if (::geteuid() == 0 && ::setuid(kNobody) != 0) {
          std::_Exit(2);
        }
        const bool is_refused = kind_of([&] { require_writable_file(folder / "new"); }) == ErrorKind::failure &&
                                kind_of([&] { require_writable_directory(folder); }) == ErrorKind::failure;
        std::_Exit(is_refused ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(RequireWritableDeathTest, KnowsWhatMayNotBeWritten) {
  const TempDir dir;
  const std::filesystem::path folder = dir / "folder";
  std::filesystem::create_directory(folder);
  constexpr auto kPassable = std::filesystem::perms(0711);
  constexpr auto kReadable = std::filesystem::perms(0444);
  std::filesystem::permissions(dir.path(), kPassable);
  std::filesystem::permissions(folder, kReadable);
  expect_refused_as_nobody(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

// What is behind it cannot be seen, which is not the same as not there.
TEST(RequireWritableDeathTest, KnowsWhatIsBehindAFolderThatMayNotBePassed) {
  const TempDir dir;
  std::filesystem::create_directories(dir / "closed/folder");
  std::filesystem::permissions(dir / "closed", std::filesystem::perms::none);
  expect_refused_as_nobody(dir / "closed/folder");
  std::filesystem::permissions(dir / "closed", std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace wasm_oci
