#include "oci/packaging/module_annotations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using ::testing::IsEmpty;

TEST(ModuleAnnotations, AreTheKeysThatWkgWritesWithRevisionBesides) {
  WasmMetadata metadata;
  metadata.version = "1.2.3";
  metadata.description = "says hello";
  metadata.authors = "Jo <jo@example.org>";
  metadata.licenses = "Apache-2.0 OR MIT";
  metadata.source = "https://example.org/src";
  metadata.homepage = "https://example.org";
  metadata.revision = "c0ffee";
  EXPECT_EQ(annotations_of(metadata), (Annotations{{"org.opencontainers.image.version", "1.2.3"},
                                                   {"org.opencontainers.image.description", "says hello"},
                                                   {"org.opencontainers.image.authors", "Jo <jo@example.org>"},
                                                   {"org.opencontainers.image.licenses", "Apache-2.0 OR MIT"},
                                                   {"org.opencontainers.image.source", "https://example.org/src"},
                                                   {"org.opencontainers.image.url", "https://example.org"},
                                                   {"org.opencontainers.image.revision", "c0ffee"}}));
}

// The title of an image is its file's name, which the module's own name need not be.
TEST(ModuleAnnotations, AreNoneForWhatIsAbsentEmptyOrOfNoUseToRegistries) {
  WasmMetadata metadata;
  EXPECT_THAT(annotations_of(metadata), IsEmpty());
  metadata.version = "";
  metadata.authors = "";
  metadata.name = "app";
  metadata.producers = {{.name = "language", .producers = {{.name = "C", .version = "11"}}}};
  metadata.target_features = {"simd128"};
  metadata.build_id = "00ff";
  EXPECT_THAT(annotations_of(metadata), IsEmpty());
}

}  // namespace
}  // namespace wasm_oci
