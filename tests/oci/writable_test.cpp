#include "oci/writable.hpp"

#include "oci/error.hpp"
#include "oci/file.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

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

TEST(RequireWritable, KnowsWhatMayNotBeWritten) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "everything may be written";
  }
  const TempDir dir;
  std::filesystem::create_directory(dir / "folder");
  std::filesystem::permissions(dir / "folder", std::filesystem::perms::owner_read);
  EXPECT_EQ(kind_of([&] { require_writable_file(dir / "folder/new"); }), ErrorKind::failure);
  EXPECT_EQ(kind_of([&] { require_writable_directory(dir / "folder"); }), ErrorKind::failure);
  std::filesystem::permissions(dir / "folder", std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace wasm_oci
