#include "oci/image_platforms.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using testing::add_image;
using testing::add_index;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Platform kWasi = {.os = "wasi", .architecture = "wasm"};
const Platform kWasip1 = {.os = "wasip1", .architecture = "wasm"};
const Platform kAmd64 = {.os = "linux", .architecture = "amd64"};

Descriptor for_platform(Descriptor manifest, const Platform& platform) {
  manifest.platform = platform;
  return manifest;
}

// An entry whose manifest the store does not hold.
Descriptor absent(const std::string& name) { return describe(media_type::kOciManifest, name); }

Descriptor attestation() {
  Descriptor entry = for_platform(absent("attestation"), {.os = "unknown", .architecture = "unknown"});
  entry.annotations = {{"vnd.docker.reference.type", "attestation-manifest"}};
  return entry;
}

Descriptor add_artifact(MemoryStore& store) {
  return store.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                                .config = store.add(media_type::kOciEmpty, "{}")}));
}

TEST(ImagePlatforms, AttestationsAreKnownByAnnotationOrPlatform) {
  EXPECT_TRUE(is_attestation(attestation()));
  EXPECT_TRUE(is_attestation(for_platform(absent("a"), {.os = "unknown", .architecture = "unknown"})));
  Descriptor annotated = absent("a");
  annotated.annotations = {{"vnd.docker.reference.type", "attestation-manifest"}};
  EXPECT_TRUE(is_attestation(annotated));
  EXPECT_FALSE(is_attestation(absent("a")));
  EXPECT_FALSE(is_attestation(for_platform(absent("a"), kWasi)));
  EXPECT_FALSE(is_attestation(for_platform(absent("a"), {.os = "unknown", .architecture = "wasm"})));
}

TEST(ImagePlatforms, AnAttestationSaysWhatItIsAbout) {
  const Digest subject = digest_of("image");
  Descriptor entry = attestation();
  EXPECT_EQ(attested_image(entry), std::nullopt);
  entry.annotations["vnd.docker.reference.digest"] = subject.str();
  EXPECT_EQ(attested_image(entry), subject);
  entry.annotations["vnd.docker.reference.digest"] = "sha256:short";
  EXPECT_EQ(attested_image(entry), std::nullopt);
  Descriptor image = for_platform(absent("image"), kWasi);
  image.annotations["vnd.docker.reference.digest"] = subject.str();
  EXPECT_EQ(attested_image(image), std::nullopt);
}

TEST(ImagePlatforms, TheDescriptorDecidesBeforeTheConfig) {
  MemoryStore store;
  const Descriptor image = add_image(store, "layer");  // its config says wasip1/wasm
  EXPECT_EQ(platform_of(store, image), kWasip1);
  EXPECT_EQ(platform_of(store, for_platform(image, kWasi)), kWasi);
  EXPECT_EQ(platform_of(store, for_platform(absent("not read"), kWasi)), kWasi);
}

TEST(ImagePlatforms, ArtifactsIndexesAndConfigsWithoutOsHaveNone) {
  MemoryStore store;
  EXPECT_EQ(platform_of(store, add_artifact(store)), std::nullopt);
  EXPECT_EQ(platform_of(store, add_index(store, {})), std::nullopt);
  const Descriptor image =
      store.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                             .config = store.add(media_type::kOciConfig, "{}")}));
  EXPECT_EQ(platform_of(store, image), std::nullopt);
}

TEST(ImagePlatforms, ThoseOfAnIndexComeInItsOrderWithoutAttestations) {
  MemoryStore store;
  const Descriptor index = add_index(
      store, {for_platform(absent("1"), kWasi), attestation(), for_platform(absent("2"), kAmd64), absent("3")});
  EXPECT_THAT(platforms_of(store, index), ElementsAre(kWasi, kAmd64));
  EXPECT_THAT(platforms_of(store, add_index(store, {})), IsEmpty());
}

TEST(ImagePlatforms, ABareManifestHasItsOwn) {
  MemoryStore store;
  EXPECT_THAT(platforms_of(store, add_image(store, "layer")), ElementsAre(kWasip1));
  EXPECT_THAT(platforms_of(store, add_artifact(store)), IsEmpty());
}

TEST(ImagePlatforms, FindsExactlyThePlatformAskedFor) {
  MemoryStore store;
  const Platform windows = {
      .os = "windows", .architecture = "amd64", .os_version = "10.0.20348", .os_features = {"win32k"}};
  const Descriptor wasi = for_platform(absent("1"), kWasi);
  const Descriptor arm = for_platform(absent("2"), {.os = "linux", .architecture = "arm", .variant = "v7"});
  const Descriptor win = for_platform(absent("3"), windows);
  const Descriptor bare = add_image(store, "layer");
  const Descriptor index = add_index(store, {attestation(), wasi, for_platform(absent("4"), kWasi), arm, win, bare});
  const auto find = [&](const char* text) { return find_platform(store, index, parse_platform(text)); };
  EXPECT_EQ(find("wasi/wasm"), wasi);  // the first of two
  EXPECT_EQ(find("linux/arm"), arm);   // arm is arm/v7
  EXPECT_EQ(find("linux/arm/v7"), arm);
  EXPECT_EQ(find("linux/arm/v6"), std::nullopt);
  EXPECT_EQ(find("windows/amd64"), win);
  EXPECT_EQ(find("wasip1/wasm"), bare);  // as its config says
  EXPECT_EQ(find("wasip2/wasm"), std::nullopt);
  EXPECT_EQ(find("unknown/unknown"), std::nullopt);
}

TEST(ImagePlatforms, FindsABareManifestWhereItIsTheOne) {
  MemoryStore store;
  const Descriptor image = add_image(store, "layer");
  EXPECT_EQ(find_platform(store, image, kWasip1), image);
  EXPECT_EQ(find_platform(store, image, kWasi), std::nullopt);
  EXPECT_EQ(find_platform(store, add_artifact(store), kWasi), std::nullopt);
}

}  // namespace
}  // namespace wasm_oci
