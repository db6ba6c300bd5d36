#include "oci/random_access.hpp"

#include "oci/error.hpp"
#include "oci/unique_fd.hpp"
#include "tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace wasm_oci {
namespace {

std::string read_at(const RandomAccess& bytes, std::uint64_t offset, std::size_t size) {
  std::vector<std::byte> buffer(size);
  const std::size_t count = bytes.read_at(offset, buffer);
  return std::string(as_text(std::span(buffer).first(count)));
}

void expect_reads_abcdef(const RandomAccess& bytes) {
  EXPECT_EQ(bytes.size(), 6U);
  EXPECT_EQ(read_at(bytes, 0, 6), "abcdef");
  EXPECT_EQ(read_at(bytes, 2, 2), "cd");
  EXPECT_EQ(read_at(bytes, 4, 10), "ef");
  EXPECT_EQ(read_at(bytes, 6, 1), "");
  EXPECT_EQ(read_at(bytes, UINT64_MAX, 1), "");
  EXPECT_EQ(read_at(bytes, 0, 0), "");
}

TEST(MemoryAccess, ReadsAnywhere) { expect_reads_abcdef(MemoryAccess(as_bytes("abcdef"))); }

TEST(FileAccess, ReadsAnywhereUpToTheSizeGiven) {
  const testing::TempDir dir;
  testing::write_file(dir / "f", "abcdefgh");
  const UniqueFd fd(::open((dir / "f").c_str(), O_RDONLY | O_CLOEXEC));  // NOLINT(*-vararg)
  expect_reads_abcdef(FileAccess(fd.get(), 6));
}

TEST(FileAccess, GivesLessOfAFileThatBecameShorter) {
  const testing::TempDir dir;
  testing::write_file(dir / "f", "abcdef");
  const UniqueFd fd(::open((dir / "f").c_str(), O_RDONLY | O_CLOEXEC));  // NOLINT(*-vararg)
  const FileAccess access(fd.get(), 6);
  std::filesystem::resize_file(dir / "f", 3);
  EXPECT_EQ(read_at(access, 0, 6), "abc");
}

TEST(FileAccess, FailsWhereNothingCanBeRead) {
  const testing::TempDir dir;
  const UniqueFd fd(::open(dir.path().c_str(), O_RDONLY | O_CLOEXEC));  // NOLINT(*-vararg)
  EXPECT_THROW(read_at(FileAccess(fd.get(), 6), 0, 6), FailureError);
}

TEST(UniqueFd, ClosesWhatItOwnsOnce) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) >= 0; };  // NOLINT(*-vararg)
  UniqueFd reader(ends[0]);
  {
    UniqueFd writer(ends[1]);
    UniqueFd moved(std::move(writer));
    EXPECT_FALSE(writer);  // NOLINT(bugprone-use-after-move): what a move leaves is the point
    EXPECT_EQ(moved.get(), ends[1]);
    reader = std::move(moved);
    EXPECT_FALSE(is_open(ends[0]));
    EXPECT_TRUE(is_open(ends[1]));
  }
  const int released = reader.release();
  EXPECT_FALSE(reader);
  EXPECT_TRUE(is_open(released));
  reader.reset(released);
  reader.reset();
  EXPECT_FALSE(is_open(released));
}

}  // namespace
}  // namespace wasm_oci
