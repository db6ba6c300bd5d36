#include "cli/help.hpp"

#include "cli/commands/commands.hpp"
#include "tests/cli/sample_commands.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace wasm_oci::cli::testing {
namespace {

using wasm_oci::testing::expect_golden;

const Command& sample(std::string_view name) {
  for (const Command* command : sample_catalog()) {
    if (command->name == name) {
      return *command;
    }
  }
  throw std::out_of_range(std::string(name));
}

TEST(Help, IsLaidOutAsDockersIs) {
  expect_golden(overview(sample_catalog()), "cli/overview.txt");
  expect_golden(full_help(sample_catalog()), "cli/full_help.txt");
  expect_golden(group_help(sample_catalog(), "index"), "cli/group_help.txt");
  expect_golden(command_help(sample("build")), "cli/command_help.txt");
  expect_golden(command_help(sample("copy")), "cli/command_help_without_options.txt");
}

TEST(Help, FitsAHundredColumns) {
  for (const auto& catalog : {sample_catalog(), all_commands()}) {
    std::string all = overview(catalog) + full_help(catalog);
    for (const Command* command : catalog) {
      for (const std::string& text : {command_help(*command)}) {
        all += text.substr(0, text.find("\nExamples:"));
      }
    }
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 100U) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Help, OfTheRealCommandsIsAccepted) {
  expect_golden(overview(all_commands()), "cli/help/wasm-oci.txt");
  expect_golden(full_help(all_commands()), "cli/help/wasm-oci--help.txt");
  for (const Command* command : all_commands()) {
    std::string name(command->name);
    std::replace(name.begin(), name.end(), ' ', '-');
    expect_golden(command_help(*command), "cli/help/" + name + ".txt");
  }
}

}  // namespace
}  // namespace wasm_oci::cli::testing
