#include "cli/commands/commands.hpp"
#include "tests/cli/captured.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wasm_oci::cli::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::StartsWith;

TEST(VersionCommand, HasAKeyForEachLibraryAsJson) {
  const Ran ran = run({"version", "--format", "json"}, all_commands());
  EXPECT_EQ(ran.code, ExitCode::ok);
  const auto document = nlohmann::json::parse(ran.out);
  for (const char* key : {"version", "libcurl", "OpenSSL", "libarchive", "libdeflate", "libzstd", "nlohmann_json"}) {
    ASSERT_TRUE(document.contains(key)) << key;
    EXPECT_THAT(document[key].get<std::string>(), ContainsRegex("^[0-9]+\\.[0-9]+")) << key;
  }
}

TEST(VersionCommand, BeginsWithTheProgramAsText) {
  EXPECT_THAT(run({"version"}, all_commands()).out, StartsWith("wasm-oci "));
  EXPECT_EQ(run({"--version"}, all_commands()).out, run({"version"}, all_commands()).out);
  EXPECT_THAT(run({"version", "-q"}, all_commands()).out, ContainsRegex("^wasm-oci [0-9.]+\n$"));
}

}  // namespace
}  // namespace wasm_oci::cli::testing
