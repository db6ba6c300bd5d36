#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

#include <array>

namespace wasm_oci::cli {
namespace {

TEST(ExitCode, IsFixedForEachKindOfError) {
  const auto number = [](ErrorKind kind) { return static_cast<int>(exit_code(kind)); };
  EXPECT_EQ(number(ErrorKind::failure), 1);
  EXPECT_EQ(number(ErrorKind::usage), 2);
  EXPECT_EQ(number(ErrorKind::gate), 3);
  EXPECT_EQ(number(ErrorKind::not_found), 4);
  EXPECT_EQ(number(ErrorKind::auth), 5);
  EXPECT_EQ(number(ErrorKind::network), 6);
  EXPECT_EQ(number(ErrorKind::content), 7);
  EXPECT_EQ(number(ErrorKind::conflict), 8);
  EXPECT_EQ(number(ErrorKind::cancelled), 130);
}

TEST(ExitCode, OfSeveralTargetsIsTheWorst) {
  constexpr std::array kWorstFirst = {130, 143, 2, 7, 5, 8, 6, 4, 1, 3, 0};
  for (std::size_t i = 0; i < kWorstFirst.size(); ++i) {
    for (std::size_t j = i; j < kWorstFirst.size(); ++j) {
      const auto bad = static_cast<ExitCode>(kWorstFirst.at(i));
      const auto better = static_cast<ExitCode>(kWorstFirst.at(j));
      EXPECT_EQ(worse(bad, better), bad);
      EXPECT_EQ(worse(better, bad), bad);
    }
  }
}

}  // namespace
}  // namespace wasm_oci::cli
