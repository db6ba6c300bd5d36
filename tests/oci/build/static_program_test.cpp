#include "oci/build/static_program.hpp"

#include "oci/error.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using testing::TempDir;
using testing::write_file;

std::string number(std::uint64_t value, std::size_t size, bool big_endian) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[big_endian ? size - 1 - i : i] = static_cast<char>(value >> (8 * i));
  }
  return bytes;
}

struct Elf {
  bool wide = true;  // 64 bits
  bool big_endian = false;
  std::uint16_t type = 2;                  // an executable
  std::uint64_t entry = 0x401000;          // where it starts
  std::uint16_t machine = 62;              // amd64
  std::vector<std::uint32_t> types = {1};  // of its program headers
};

// A header and program headers, as far as they are looked at.
std::string bytes_of(const Elf& elf) {
  const std::size_t header_size = elf.wide ? 64 : 52;
  const std::size_t entry_size = elf.wide ? 56 : 32;
  std::string bytes =
      "\x7f"
      "ELF";
  bytes += elf.wide ? '\2' : '\1';
  bytes += elf.big_endian ? '\2' : '\1';
  bytes.resize(header_size, '\0');
  const auto put = [&](std::size_t offset, std::uint64_t value, std::size_t size) {
    bytes.replace(offset, size, number(value, size, elf.big_endian));
  };
  put(16, elf.type, 2);
  put(18, elf.machine, 2);
  put(24, elf.entry, elf.wide ? 8 : 4);
  put(elf.wide ? 32 : 28, header_size, elf.wide ? 8 : 4);
  put(elf.wide ? 54 : 42, entry_size, 2);
  put(elf.wide ? 56 : 44, elf.types.size(), 2);
  for (const std::uint32_t type : elf.types) {
    std::string entry = number(type, 4, elf.big_endian);
    entry.resize(entry_size, '\0');
    bytes += entry;
  }
  return bytes;
}

class StaticProgramTest : public ::testing::Test {
 protected:
  std::uint64_t open(const std::string& bytes, const std::string& platform, bool force = false) {
    write_file(folder_ / "app", bytes);
    return open_static_program((folder_ / "app").string(), parse_platform(platform), force).size;
  }
  std::string refusal(const std::string& bytes, const std::string& platform) {
    try {
      open(bytes, platform);
    } catch (const UsageError& error) {
      return error.message();
    }
    return "none";
  }

  TempDir folder_;
};

TEST_F(StaticProgramTest, TakesWhatThePlatformRuns) {
  EXPECT_EQ(open(bytes_of({}), "linux/amd64"), bytes_of({}).size());
  EXPECT_EQ(refusal(bytes_of({.wide = false, .machine = 40}), "linux/arm/v7"), "none");
  EXPECT_EQ(refusal(bytes_of({.big_endian = true, .machine = 22}), "linux/s390x"), "none");
  EXPECT_EQ(refusal(bytes_of({.machine = 4711}), "linux/newest"), "none");
}

TEST_F(StaticProgramTest, RefusesAProgramOfAnotherMachine) {
  EXPECT_THAT(refusal(bytes_of({.machine = 183}), "linux/amd64"), HasSubstr("for arm64, not for linux/amd64"));
  EXPECT_THAT(refusal(bytes_of({.machine = 4711}), "linux/amd64"), HasSubstr("for machine 4711"));
}

TEST_F(StaticProgramTest, RefusesWhatIsLinkedWhenItStarts) {
  for (const bool wide : {false, true}) {
    for (const bool big_endian : {false, true}) {
      const std::string bytes = bytes_of({.wide = wide, .big_endian = big_endian, .types = {6, 3, 1}});
      EXPECT_THAT(refusal(bytes, "linux/amd64"), HasSubstr("linked when it starts"));
      EXPECT_EQ(open(bytes, "linux/amd64", true), bytes.size());
    }
  }
}

TEST_F(StaticProgramTest, RefusesWhatIsNoProgram) {
  EXPECT_THROW(open("#!/bin/sh\n", "linux/amd64"), ContentError);
  EXPECT_THROW(open("", "linux/amd64", true), ContentError);
  EXPECT_THROW(open(bytes_of({}).substr(0, 40), "linux/amd64"), ContentError);
  EXPECT_THROW(open_static_program((folder_ / "absent").string(), parse_platform("linux/amd64"), false), NotFoundError);
  EXPECT_THROW(open_static_program(folder_.path().string(), parse_platform("linux/amd64"), false), UsageError);
}

TEST_F(StaticProgramTest, RefusesLibrariesObjectsAndCoreFiles) {
  EXPECT_EQ(refusal(bytes_of({.type = 3}), "linux/amd64"), "none") << "a static-pie";
  EXPECT_THAT(refusal(bytes_of({.type = 3, .entry = 0}), "linux/amd64"), HasSubstr("no program but a library"));
  EXPECT_THAT(refusal(bytes_of({.wide = false, .type = 1, .machine = 40}), "linux/arm"), HasSubstr("no program"));
  EXPECT_THAT(refusal(bytes_of({.type = 4}), "linux/amd64"), HasSubstr("no program"));
}

TEST_F(StaticProgramTest, ReadsNoFurtherThanTheFile) {
  Elf lying;
  lying.types = {};
  std::string bytes = bytes_of(lying);
  bytes.replace(32, 8, std::string(8, '\xff'));  // where the program headers are said to be
  bytes.replace(54, 4, std::string(4, '\xff'));
  EXPECT_EQ(refusal(bytes, "linux/amd64"), "none");
}

TEST_F(StaticProgramTest, OtherSystemsHaveOtherPrograms) { EXPECT_EQ(open("MZ", "windows/amd64"), 2U); }

}  // namespace
}  // namespace wasm_oci
