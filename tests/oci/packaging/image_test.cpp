#include "oci/packaging/image.hpp"

#include "oci/error.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using testing::component;
using testing::core_module;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PackageInput;

TEST(Image, ModulePathIsTheFirstWordUpToTheFunction) {
  EXPECT_EQ(module_path({"/app.wasm"}), "/app.wasm");
  EXPECT_EQ(module_path({"/app.wasm#f", "/other.wasm"}), "/app.wasm");
  EXPECT_EQ(module_path({"/a/b.c/..d"}), "/a/b.c/..d");
  EXPECT_EQ(module_path({"/a.wasm#f#g"}), "/a.wasm");
}

// The first objection to a module as the process of a container; "" where there is none.
std::string objection(const PackageInput& input, bool refuses) {
  const std::vector<Objection> objections = input.judge(Packaging::image);
  if (objections.empty()) {
    return {};
  }
  EXPECT_EQ(objections.front().refuses, refuses);
  return objections.front().message + " / " + objections.front().hint;
}

TEST(Image, TakesWhatAContainerStarts) {
  for (const std::string& module :
       {core_module({"_start"}), component({}, {"wasi:cli/run@0.2.6"}),
        component({}, {"wasi:http/incoming-handler@0.2.0"}), component({}, {"wasi:http/handler@0.3.0"})}) {
    EXPECT_THAT(PackageInput(module).judge(Packaging::image), IsEmpty());
  }
}

TEST(Image, RefusesWhatNoContainerCanStart) {
  EXPECT_THAT(objection(PackageInput(core_module({"proxy_abi_version_0_2_1", "_start"})), true),
              HasSubstr("--as envoy"));
  EXPECT_THAT(objection(PackageInput(core_module({"add"})), true), HasSubstr("--as artifact"));
  EXPECT_THAT(objection(PackageInput(component({}, {"me:lib/math@1.0.0"})), true), HasSubstr("--as artifact"));
}

TEST(Image, OfALibraryStartsTheFunctionThatIsNamed) {
  PackageInput input(core_module({"add"}));
  input.package.entrypoint = {"/app.wasm#add"};
  EXPECT_THAT(input.judge(Packaging::image), IsEmpty());
  input.package.entrypoint = {"/app.wasm#other"};
  EXPECT_THAT(objection(input, false), HasSubstr("no function other"));
}

TEST(Image, SaysWhatAReactorNeedsAndThatNothingStartsAnEmptyModule) {
  EXPECT_THAT(objection(PackageInput(core_module({"_initialize"})), false), HasSubstr("--entrypoint '/app.wasm#"));
  EXPECT_THAT(objection(PackageInput(core_module()), false), HasSubstr("nothing starts it"));
}

TEST(Image, OfASpinApplicationStartsWhatItsManifestSays) {
  PackageInput input(component({}, {"fermyon:spin/inbound-http"}));
  EXPECT_FALSE(input.judge(Packaging::image).empty());
  input.package.is_spin_application = true;
  EXPECT_THAT(input.judge(Packaging::image), IsEmpty());
}

}  // namespace
}  // namespace wasm_oci
