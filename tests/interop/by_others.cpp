#include "tests/interop/by_others.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wasm_oci::testing {

void expect_no_false_alarm(const WasmOci& user, const std::filesystem::path& folder) {
  std::map<std::string, std::set<std::string>> found;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(".tar")) {
      continue;
    }
    const std::string kind = name == "docker-save.tar" ? "docker-archive:" : "oci-archive:";
    const Outcome outcome = user({"validate", kind + file.path().string(), "--format", "json"});
    EXPECT_EQ(outcome.exit_code, 0) << name << ":\n" << outcome.out << outcome.err;
    const auto document = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(document.at("summary").at("errors"), 0) << name;
    std::set<std::string>& rules = found[name];
    for (const auto& finding : document.at("findings")) {
      rules.insert(finding.at("rule"));
    }
  }
  EXPECT_EQ(found, made_by_others());
}

}  // namespace wasm_oci::testing
