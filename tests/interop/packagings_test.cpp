// Modules come out of every packaging that registries hold, whoever made it.
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string_view packaging;
  std::string_view config_type;
  std::string_view config;
  std::vector<std::string_view> layer_types;  // "+wasm" and application/wasm hold the module, others "{}"
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"artifact",
       media_type::kWasmConfig,
       R"({"architecture":"wasm","os":"wasip1","layerDigests":[]})",
       {media_type::kWasm}},
      {"wasm-layers",
       media_type::kOciConfig,
       R"({"architecture":"wasm","os":"wasip1"})",
       {media_type::kWasmComponentLayer}},
      {"wasm-to-oci", media_type::kWasmToOciConfig, "{}", {media_type::kWasmContentLayer}},
      {"solo",
       media_type::kOciConfig,
       "{}",
       {"application/vnd.module.wasm.config.v1+json", media_type::kSoloContentLayer}},
      {"spin",
       media_type::kOciConfig,
       R"({"architecture":"wasm","os":"Wasip1"})",
       {media_type::kWasmContentLayer, "application/vnd.wasm.content.layer.v1+data", media_type::kSpinApplication}},
  };
  return all;
}

class Packagings : public ::testing::TestWithParam<Case> {
 protected:
  // Writes a manifest of this kind as oci:layout:x.
  void write() {
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                      .config = store->add(GetParam().config_type, GetParam().config)};
    for (const std::string_view type : GetParam().layer_types) {
      Descriptor layer = store->add(type, type.ends_with("wasm") ? module_ : "{}");
      layer.annotations.emplace(annotation::kTitle, "../evil/app.wasm");
      manifest.layers.push_back(layer);
    }
    name_root(*store, store->add(media_type::kOciManifest, serialize(manifest)), {{"x"}});
  }

  WasmOci user_;
  const std::string module_ = read_file(testdata("modules/hello.wasm"));
};

INSTANTIATE_TEST_SUITE_P(All, Packagings, ::testing::ValuesIn(cases()), [](const auto& one) {
  std::string name(one.param.packaging);
  std::erase(name, '-');
  return name;
});

TEST_P(Packagings, InspectKnowsIt) {
  write();
  const std::string json = user_.must({"inspect", "oci:layout:x", "--format", "json"});
  EXPECT_THAT(json, HasSubstr("\"packaging\": \"" + std::string(GetParam().packaging) + '"'));
  EXPECT_THAT(json, HasSubstr(sha256_of(testdata("modules/hello.wasm"))));
  EXPECT_THAT(user_.must({"inspect", "oci:layout:x"}), HasSubstr("Packaging:   " + std::string(GetParam().packaging)));
}

TEST_P(Packagings, PullGivesTheModule) {
  write();
  user_.must({"pull", "oci:layout:x", "-o", "back.wasm"});
  EXPECT_EQ(read_file(user_.work() / "back.wasm"), module_);
  EXPECT_EQ(user_.must({"pull", "oci:layout:x", "-o", "folder/"}), "folder/app.wasm");
  EXPECT_EQ(read_file(user_.work() / "folder/app.wasm"), module_);
}

}  // namespace
}  // namespace wasm_oci::testing
