// What a module imports and exports, as other programs see it, too. A larger comparison is corpus_test.cpp.
#include "tests/interop/readers.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::IsEmpty;

void expect_as_by(const Reader& reader) {
  const TempDir dir;
  std::vector<Binary> binaries = testdata_modules();
  binaries.push_back({.name = "a module of every kind", .path = dir / "every-kind.wasm"});
  write_file(binaries.back().path, module_of_every_kind());
  const Agreement agreement = expect_agreement(reader, binaries);
  EXPECT_GE(agreement.compared, 2);
  EXPECT_GE(agreement.externs, 20);
  EXPECT_THAT(agreement.refusals, IsEmpty());
}

TEST(WasmDescription, OfCoreModulesIsAsNodeSeesIt) { expect_as_by(node_reader()); }

TEST(WasmDescription, OfCoreModulesIsAsWabtSeesIt) { expect_as_by(wabt_reader()); }

}  // namespace
}  // namespace wasm_oci::testing
