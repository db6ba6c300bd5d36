// `validate` on what programs of others made: nothing that works for everybody is called broken.
#include "tests/interop/by_others.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci::testing {
namespace {

TEST(ValidateCommand, RaisesNoFalseAlarmOverWhatOthersMake) {
  const WasmOci user;
  expect_no_false_alarm(user, testdata("by-others"));
}

TEST(ValidateCommand, FindsNothingInWhatBuildKitMakes) {
  const WasmOci user;
  EXPECT_THAT(user.must({"validate", "oci-archive:" + testdata("buildx/app.tar").string()}),
              ::testing::HasSubstr(": no findings for docker, containerd, podman"));
}

}  // namespace
}  // namespace wasm_oci::testing
