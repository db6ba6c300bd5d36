#include "oci/random_access.hpp"

#include "oci/error.hpp"
#include "oci/unique_fd.hpp"
#include "oci/wasm/description.hpp"
#include "tests/support/packages.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_bytes.hpp"
#include "tests/support/wasm_oci.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

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

// ---- ForwardAccess ----

constexpr std::size_t kLookBack = ForwardAccess::kLookBack;

// Text in which no part of some length is found twice.
std::string long_text(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    text += std::to_string(i) + " ";
  }
  text.resize(size);
  return text;
}

// Gives `text` in parts of at most `most` bytes.
ForwardAccess forward(std::string_view text, std::size_t most = SIZE_MAX) {
  return {[text, most](std::span<std::byte> into) mutable {
            const ByteView part = as_bytes(text.substr(0, std::min(into.size(), most)));
            std::ranges::copy(part, into.begin());
            text.remove_prefix(part.size());
            return part.size();
          },
          text.size()};
}

TEST(ForwardAccess, ReadsWhatIsSmallAnywhere) { expect_reads_abcdef(forward("abcdef")); }

TEST(ForwardAccess, ReadsForwardOverManyWindows) {
  const std::string text = long_text(10 * kLookBack + 77);
  for (const std::size_t most : {std::size_t{1000}, kLookBack - 1, kLookBack, SIZE_MAX}) {
    const ForwardAccess bytes = forward(text, most);
    for (std::size_t offset = 0; offset < text.size(); offset += 5003) {
      ASSERT_EQ(read_at(bytes, offset, 6000), text.substr(offset, 6000)) << offset << " in parts of " << most;
    }
    EXPECT_EQ(read_at(bytes, text.size(), 1), "");
  }
}

TEST(ForwardAccess, LeavesOutWhatNobodyAskedFor) {
  const std::string text = long_text(10 * kLookBack);
  const ForwardAccess bytes = forward(text, 1000);
  EXPECT_EQ(read_at(bytes, text.size() - 10, 100), text.substr(text.size() - 10));
}

TEST(ForwardAccess, FillsWhatIsLongerThanItsWindow) {
  const std::string text = long_text(10 * kLookBack);
  const ForwardAccess bytes = forward(text, 1000);
  EXPECT_TRUE(read_at(bytes, 7, 5 * kLookBack) == text.substr(7, 5 * kLookBack));
  EXPECT_TRUE(read_at(bytes, 6 * kLookBack, 9 * kLookBack) == text.substr(6 * kLookBack));
}

TEST(ForwardAccess, GoesBackSoFarAndNoFarther) {
  const std::string text = long_text(10 * kLookBack);
  for (const std::size_t most : {std::size_t{1}, std::size_t{1000}, SIZE_MAX}) {
    const ForwardAccess bytes = forward(text, most);
    const std::size_t end = kLookBack + 2000;
    EXPECT_EQ(read_at(bytes, end - 10, 10), text.substr(end - 10, 10));
    EXPECT_TRUE(read_at(bytes, end - kLookBack, kLookBack) == text.substr(end - kLookBack, kLookBack)) << most;
  }
  const ForwardAccess bytes = forward(text);
  read_at(bytes, 5 * kLookBack, 1);
  EXPECT_THROW(read_at(bytes, 0, 1), std::logic_error);
}

TEST(ForwardAccess, GivesLessWhereItsSourceEndsEarly) {
  bool read = false;
  const ForwardAccess bytes(
      [&](std::span<std::byte> into) {
        into.front() = std::byte{'a'};
        return std::exchange(read, true) ? std::size_t{0} : std::size_t{1};
      },
      6);
  EXPECT_EQ(bytes.size(), 6U);
  EXPECT_EQ(read_at(bytes, 0, 6), "a");
  EXPECT_EQ(read_at(bytes, 3, 3), "");
}

TEST(ForwardAccess, PassesOnWhatItsSourceThrowsAndMakesNothingUp) {
  const ForwardAccess bytes([](std::span<std::byte>) -> std::size_t { throw FailureError("no disk"); }, 6);
  EXPECT_THROW(read_at(bytes, 0, 6), FailureError);
  EXPECT_THROW(read_at(bytes, 0, 6), FailureError);
}

// What the description of a module needs is what ForwardAccess is made for.
TEST(ForwardAccess, IsEnoughToDescribeAModule) {
  using testing::custom;
  using testing::section;
  const std::string big = std::string(3 * kLookBack + 5, 'x');
  std::string many_names(testing::leb(20'000));
  for (int i = 0; i < 20'000; ++i) {
    many_names += testing::name("function " + std::to_string(i)) + std::string(2, '\0');
  }
  std::string large(testing::kCoreHeader);
  large += section(7, many_names) + section(10, big) + section(11, big);
  for (int i = 0; i < 12'000; ++i) {
    large += custom("section " + std::to_string(i), std::string(static_cast<std::size_t>(i) % 100, 'x'));
  }
  large += custom(std::string(100'000, 'n'), big) + custom("version", "1.2");
  std::vector<std::string> modules = {testing::module_of_every_kind(),
                                      testing::core_module({"_start"}),
                                      testing::component({"wasi:io/error@0.2.6"}, {"wasi:cli/run@0.2.6"}),
                                      large,
                                      large.substr(0, large.size() / 2) + "\x7f",
                                      std::string(testing::kComponentHeader) + section(1, large)};
  for (const auto& file : std::filesystem::directory_iterator(testing::testdata("modules"))) {
    if (file.path().extension() == ".wasm") {
      modules.push_back(testing::read_file(file.path()));
    }
  }
  ASSERT_GE(modules.size(), 8U);
  const auto describe = [](const RandomAccess& bytes) -> std::pair<WasmDescription, std::string> {
    try {
      return {describe_wasm(bytes), ""};
    } catch (const ContentError& error) {
      return {{}, error.message()};
    }
  };
  for (const std::string& module : modules) {
    const auto expected = describe(MemoryAccess(as_bytes(module)));
    for (const std::size_t most : {std::size_t{4096}, SIZE_MAX}) {
      EXPECT_TRUE(describe(forward(module, most)) == expected) << module.size() << " bytes: " << expected.second;
    }
  }
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
