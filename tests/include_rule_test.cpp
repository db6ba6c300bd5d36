// Includes go one way, cli -> registry -> oci -> third party, and some libraries stay in their rooms. Static libraries
// alone do not stop a wrong include, so this reads them all.
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::IsEmpty;

// A source folder may include from itself and from those before it.
constexpr std::array<std::string_view, 3> kFolders = {"oci", "registry", "cli"};

struct Include {
  std::string file;  // relative to the root, such as "oci/digest.cpp"
  std::string target;
  bool quoted = false;  // "target", not <target>
};

std::string_view first_folder(std::string_view path) { return path.substr(0, path.find('/')); }

// What is wrong with it; empty: nothing.
std::string fault(const Include& include) {
  const std::string_view target = include.target;
  const bool header = include.file.ends_with(".hpp");
  if (include.quoted) {
    const auto own = std::find(kFolders.begin(), kFolders.end(), first_folder(include.file));
    const bool allowed = target.find('/') != std::string_view::npos &&
                         std::find(kFolders.begin(), own + 1, first_folder(target)) != own + 1;
    return allowed ? "" : "goes against cli -> registry -> oci, or is not rooted at the repository";
  }
  if (target.starts_with("curl/") && first_folder(include.file) != "registry") {
    return "curl belongs to registry/";
  }
  if (target.starts_with("CLI/") && include.file != "cli/command_line.cpp") {
    return "CLI11 belongs to cli/command_line.cpp";
  }
  if (target.starts_with("nlohmann/") && target != "nlohmann/json_fwd.hpp" && header) {
    return "the JSON library is for .cpp files";
  }
  if (target == "regex") {
    return "std::regex recurses on its input";
  }
  return "";
}

std::vector<Include> includes_of(const std::filesystem::path& root, const std::filesystem::path& file) {
  std::vector<Include> result;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) {
    std::erase_if(line, [](char c) { return c == ' ' || c == '\t'; });
    constexpr std::string_view kDirective = "#include";
    if (!line.starts_with(kDirective) || line.size() <= kDirective.size()) {
      continue;
    }
    const bool quoted = line[kDirective.size()] == '"';
    const size_t begin = kDirective.size() + 1;
    const size_t end = line.find(quoted ? '"' : '>', begin);
    result.push_back({file.lexically_relative(root).generic_string(), line.substr(begin, end - begin), quoted});
  }
  return result;
}

// One line "FILE includes TARGET: FAULT" each; `seen` counts the files.
std::vector<std::string> violations(const std::filesystem::path& root, size_t& seen) {
  std::vector<std::string> result;
  for (const std::string_view folder : kFolders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") {
        continue;
      }
      ++seen;
      for (const Include& include : includes_of(root, entry.path())) {
        if (const std::string what = fault(include); !what.empty()) {
          result.push_back(include.file + " includes " + include.target + ": " + what);
        }
      }
    }
  }
  return result;
}

TEST(IncludeRule, HoldsInTheWholeSource) {
  size_t seen = 0;
  EXPECT_THAT(violations(SOURCE_DIR, seen), IsEmpty());
  EXPECT_GT(seen, 10U);
}

struct Planted {
  std::string file;
  std::string line;
  bool wrong;
};

class IncludeRuleOfOneFile : public ::testing::TestWithParam<Planted> {};

TEST_P(IncludeRuleOfOneFile, IsChecked) {
  const TempDir root;
  for (const std::string_view folder : kFolders) {
    std::filesystem::create_directories(root / folder);
  }
  write_file(root / GetParam().file, "// A comment\n#include <string>\n" + GetParam().line + "\n");
  size_t seen = 0;
  EXPECT_EQ(violations(root.path(), seen).size(), GetParam().wrong ? 1U : 0U);
  EXPECT_EQ(seen, 1U);
}

INSTANTIATE_TEST_SUITE_P(Planted, IncludeRuleOfOneFile,
                         ::testing::Values(Planted{"oci/a.cpp", "#include \"registry/url.hpp\"", true},
                                           Planted{"oci/a.cpp", "#  include \"cli/main.hpp\"", true},
                                           Planted{"registry/a.hpp", "#include \"cli/output.hpp\"", true},
                                           Planted{"cli/a.cpp", "#include \"tests/support/temp_dir.hpp\"", true},
                                           Planted{"oci/a.cpp", "#include \"digest.hpp\"", true},
                                           Planted{"oci/a.cpp", "#include \"../registry/url.hpp\"", true},
                                           Planted{"oci/a.cpp", "#include <curl/curl.h>", true},
                                           Planted{"cli/a.cpp", "#include <curl/curl.h>", true},
                                           Planted{"cli/a.cpp", "#include <CLI/CLI.hpp>", true},
                                           Planted{"oci/a.hpp", "#include <nlohmann/json.hpp>", true},
                                           Planted{"registry/a.cpp", "#include <regex>", true},
                                           Planted{"cli/a.cpp", "#include \"oci/digest.hpp\"", false},
                                           Planted{"registry/a.hpp", "#include \"registry/url.hpp\"", false},
                                           Planted{"registry/a.cpp", "#include <curl/curl.h>", false},
                                           Planted{"cli/command_line.cpp", "#include <CLI/CLI.hpp>", false},
                                           Planted{"oci/a.cpp", "#include <nlohmann/json.hpp>", false},
                                           Planted{"oci/a.hpp", "#include <nlohmann/json_fwd.hpp>", false}));

}  // namespace
}  // namespace wasm_oci::testing
