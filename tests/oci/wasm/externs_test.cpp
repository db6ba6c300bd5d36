#include "oci/wasm/externs.hpp"

#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

TEST(WasmExterns, KindsAreNamedAsInJson) {
  EXPECT_EQ(to_string(ExternKind::function), "function");
  EXPECT_EQ(to_string(ExternKind::table), "table");
  EXPECT_EQ(to_string(ExternKind::memory), "memory");
  EXPECT_EQ(to_string(ExternKind::global), "global");
  EXPECT_EQ(to_string(ExternKind::tag), "tag");
  EXPECT_EQ(to_string(ExternKind::module), "module");
  EXPECT_EQ(to_string(ExternKind::value), "value");
  EXPECT_EQ(to_string(ExternKind::type), "type");
  EXPECT_EQ(to_string(ExternKind::component), "component");
  EXPECT_EQ(to_string(ExternKind::instance), "instance");
}

}  // namespace
}  // namespace wasm_oci
