// What a module imports and exports, as Node.js sees it too.
#include "oci/wasm/binary.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_bytes.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;

void expect_as_by_node(const std::filesystem::path& path) {
  const WasmDescription description = open_wasm(path.string()).description;
  EXPECT_TRUE(description.unread.empty());
  json ours{{"imports", json::array()}, {"exports", json::array()}};
  for (const WasmImport& import : description.imports) {
    ours["imports"].push_back({{"module", import.module}, {"name", import.name}, {"kind", to_string(import.kind)}});
  }
  for (const WasmExport& exported : description.exports) {
    ours["exports"].push_back({{"name", exported.name}, {"kind", to_string(exported.kind)}});
  }
  const json theirs = json::parse(run_or_throw({"node", "--no-warnings", LIST_EXTERNS, path.string()}));
  EXPECT_FALSE(theirs["exports"].empty());
  EXPECT_EQ(ours, theirs);
}

TEST(WasmDescription, OfACommandIsAsNodeSeesIt) { expect_as_by_node(testdata("modules/hello.wasm")); }

TEST(WasmDescription, OfAModuleOfEveryKindIsAsNodeSeesIt) {
  const TempDir dir;
  write_file(dir / "every-kind.wasm", module_of_every_kind());
  expect_as_by_node(dir / "every-kind.wasm");
}

}  // namespace
}  // namespace wasm_oci::testing
