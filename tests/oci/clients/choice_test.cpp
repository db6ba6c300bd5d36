#include "oci/clients/choice.hpp"

#include "oci/image_platforms.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

struct Entry {
  std::string name;
  std::string platform;  // "": none
  bool zstd = false;
};

Index index_of(const std::vector<Entry>& entries) {
  Index index;
  for (const Entry& entry : entries) {
    Descriptor descriptor = describe("application/vnd.oci.image.manifest.v1+json", entry.name);
    if (entry.platform == "unknown/unknown") {
      descriptor.platform = Platform{.os = "unknown", .architecture = "unknown"};
    } else if (!entry.platform.empty()) {
      descriptor.platform = parse_platform(entry.platform);
    }
    if (entry.zstd) {
      descriptor.annotations = {{"io.github.containers.compression.zstd", "true"}};
    }
    index.manifests.push_back(std::move(descriptor));
  }
  return index;
}

// The names of what is chosen, "" for nothing.
std::string name_of(const std::vector<Entry>& entries, const std::optional<Descriptor>& chosen) {
  for (const Entry& entry : entries) {
    if (chosen && chosen->digest == digest_of(entry.name)) {
      return entry.name;
    }
  }
  return "";
}

std::string containerd(const std::vector<Entry>& entries, const std::string& platform) {
  MemoryStore store;
  return name_of(entries, choose_as_containerd(store, index_of(entries), parse_platform(platform)));
}

std::string podman(const std::vector<Entry>& entries, const std::string& platform) {
  return name_of(entries, choose_as_podman(index_of(entries), parse_platform(platform)));
}

TEST(Choice, BothTakeExactlyTheWasmPlatformThatWasAskedFor) {
  const std::vector<Entry> entries = {
      {"linux", "linux/amd64"}, {"p1", "wasip1/wasm"}, {"wasi", "wasi/wasm"}, {"attestation", "unknown/unknown"}};
  for (const auto& choose : {containerd, podman}) {
    EXPECT_EQ(choose(entries, "wasi/wasm"), "wasi");
    EXPECT_EQ(choose(entries, "wasip1/wasm"), "p1");
    EXPECT_EQ(choose(entries, "linux/amd64"), "linux");
    EXPECT_EQ(choose(entries, "wasip2/wasm"), "");
    EXPECT_EQ(choose(entries, "linux/arm64"), "");
  }
  EXPECT_EQ(containerd(entries, "wasi/wasm/v1"), "");
  EXPECT_EQ(podman(entries, "wasi/wasm/v1"), "wasi");  // it falls back to no variant
}

TEST(Choice, BothTakeTheFirstOfEquals) {
  const std::vector<Entry> entries = {{"first", "wasi/wasm"}, {"second", "wasi/wasm"}};
  EXPECT_EQ(containerd(entries, "wasi/wasm"), "first");
  EXPECT_EQ(podman(entries, "wasi/wasm"), "first");
}

TEST(Choice, PodmanPrefersZstd) {
  const std::vector<Entry> entries = {{"gzip", "wasi/wasm"}, {"zstd", "wasi/wasm", true}, {"more", "wasi/wasm", true}};
  EXPECT_EQ(containerd(entries, "wasi/wasm"), "gzip");
  EXPECT_EQ(podman(entries, "wasi/wasm"), "zstd");
}

TEST(Choice, ContainerdTakesOlderVariantsTheNearestFirst) {
  const std::vector<Entry> entries = {{"386", "linux/386"}, {"v5", "linux/arm/v5"}, {"v6", "linux/arm/v6"}};
  EXPECT_EQ(containerd(entries, "linux/arm/v7"), "v6");
  EXPECT_EQ(containerd(entries, "linux/arm64"), "v6");
  EXPECT_EQ(containerd(entries, "linux/amd64/v2"), "386");
  EXPECT_EQ(podman(entries, "linux/arm/v7"), "v6");
  EXPECT_EQ(podman(entries, "linux/arm64"), "");
  EXPECT_EQ(podman(entries, "linux/amd64"), "");
}

TEST(Choice, ContainerdFoldsOtherNamesAndPodmanDoesNot) {
  Index index = index_of({{"arm64", "linux/arm64"}});
  index.manifests.front().platform = Platform{.os = "linux", .architecture = "aarch64"};
  MemoryStore store;
  EXPECT_TRUE(choose_as_containerd(store, index, parse_platform("linux/arm64")));
  EXPECT_FALSE(choose_as_podman(index, parse_platform("linux/arm64")));
}

TEST(Choice, AnEntryWithoutPlatformIsTheLastResort) {
  MemoryStore store;
  const Descriptor bare = testing::add_image(store, "layer");  // its config says wasip1/wasm
  Index index = index_of({{"wasi", "wasi/wasm"}});
  index.manifests.insert(index.manifests.begin(), bare);
  EXPECT_EQ(choose_as_containerd(store, index, parse_platform("wasi/wasm")), index.manifests[1]);
  EXPECT_EQ(choose_as_containerd(store, index, parse_platform("wasip1/wasm")), bare);
  EXPECT_FALSE(choose_as_containerd(store, index, parse_platform("linux/amd64")));
  EXPECT_EQ(choose_as_podman(index, parse_platform("wasi/wasm")), index.manifests[1]);
  EXPECT_EQ(choose_as_podman(index, parse_platform("linux/amd64")), bare);
}

TEST(Choice, ContainerdAsksOnlyTheFirstEntryWithoutPlatform) {
  MemoryStore store;
  const Descriptor bare = testing::add_image(store, "layer");
  Index index;
  index.manifests = {describe("application/vnd.oci.image.manifest.v1+json", "absent"), bare};
  EXPECT_FALSE(choose_as_containerd(store, index, parse_platform("wasip1/wasm")));
}

}  // namespace
}  // namespace wasm_oci
