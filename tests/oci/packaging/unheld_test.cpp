#include "oci/packaging/unheld.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(UnheldOfImageConfig, IsWhatSaysSomethingAndHasNoPlace) {
  EXPECT_THAT(
      unheld_of_image_config(R"({"os":"wasi","architecture":"wasm","created":"yesterday","author":"me",)"
                             R"("moby.x":1,"config":{"StopSignal":"SIGTERM","Memory":5,"Env":["A=1"]}})"),
      ElementsAre("created (yesterday), which is no time", "author", "moby.x", "config.StopSignal", "config.Memory"));
}

TEST(UnheldOfImageConfig, IsNothingOfWhatSaysNothing) {
  EXPECT_THAT(unheld_of_image_config(
                  R"({"os":"wasi","architecture":"wasm","container":"x","docker_version":"20","author":"","x":null,)"
                  R"("config":{"Memory":0,"Hostname":"","Tty":false,"Volumes":null,"ExposedPorts":{},"OnBuild":[],)"
                  R"("Image":"sha256:x","ArgsEscaped":true}})"),
              IsEmpty());
  EXPECT_THROW(unheld_of_image_config("[]"), ContentError);
}

TEST(UnheldOfWasmConfig, IsWhatTheSpecificationDoesNotKnow) {
  EXPECT_THAT(unheld_of_wasm_config(R"({"architecture":"wasm","os":"wasip2","layerDigests":[],"author":null,"x":1,)"
                                    R"("component":{"exports":[],"imports":[],"target":"a:b/c","y":null}})"),
              ElementsAre("x", "component.target"));
}

TEST(UnheldOfManifest, IsEverythingButTheTitleOfAModule) {
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = describe(media_type::kOciConfig, "{}"),
                    .layers = {describe(media_type::kWasm, "module"), describe(media_type::kOciLayer, "other")}};
  const Digest module = manifest.layers.front().digest;
  manifest.layers.front().annotations = {{std::string(annotation::kTitle), "app.wasm"}};
  manifest.layers.back().annotations = {{"stays", "with its layer"}};
  EXPECT_THAT(unheld_of_manifest(manifest, module), IsEmpty());

  manifest.artifact_type = "application/vnd.example";
  manifest.subject = describe(media_type::kOciManifest, "{}");
  manifest.config.annotations = {{"a", "b"}};
  manifest.layers.front().annotations.emplace("a", "b");
  EXPECT_THAT(unheld_of_manifest(manifest, module),
              ElementsAre("the artifactType application/vnd.example", "the subject that it refers to",
                          "annotations of the config", "annotations of the module's layer"));
}

}  // namespace
}  // namespace wasm_oci
