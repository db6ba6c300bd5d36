// What `validate --format sarif` prints is SARIF by its schema, which packagers/fetch.sh installs with a validator.
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;

class Sarif : public ::testing::Test {
 protected:
  Outcome validated(const std::string& document) {
    write_file(user_.work() / "out.sarif", document);
    return user_.other({"node", SARIF_VALIDATOR, PACKAGERS "/sarif", (user_.work() / "out.sarif").string()});
  }

  WasmOci user_;
};

TEST_F(Sarif, IsValidByItsSchemaWhateverIsFound) {
  const Outcome found = user_({"validate", "oci:" + testdata("rules/layout").string(), "--all-tags", "--format",
                               "sarif", "--for", "docker,podman,istio,wkg,spin,runwasi-layers"});
  EXPECT_EQ(found.exit_code, 3) << found.err;
  const Outcome outcome = validated(found.out);
  EXPECT_TRUE(outcome.ok()) << outcome.err;
  std::set<std::string> rules;
  const json document = json::parse(found.out);
  for (const json& result : document.at("runs").at(0).at("results")) {
    rules.insert(result.at("ruleId"));
  }
  EXPECT_GT(rules.size(), 60U);
}

TEST_F(Sarif, IsValidWhereNothingIsFound) {
  const std::string document =
      user_.must({"validate", "oci:" + testdata("rules/layout").string() + ":IDX001.near", "--format", "sarif"});
  EXPECT_TRUE(json::parse(document).at("runs").at(0).at("results").empty());
  const Outcome outcome = validated(document);
  EXPECT_TRUE(outcome.ok()) << outcome.err;
}

TEST_F(Sarif, TheValidatorRefusesWhatIsNone) {
  json document =
      json::parse(user_({"validate", "oci:" + testdata("rules/layout").string() + ":IDX001", "--format", "sarif"}).out);
  document["runs"][0]["results"][0]["level"] = "fatal";
  EXPECT_THAT(validated(document.dump()).err, ::testing::HasSubstr("data/runs/0/results/0/level must be equal to one"));
}

}  // namespace
}  // namespace wasm_oci::testing
