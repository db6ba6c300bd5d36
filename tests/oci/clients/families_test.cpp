#include "oci/clients/families.hpp"

#include "oci/image_platforms.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gtest/gtest.h>

#include <array>
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

using Pick = Picked (*)(Store&, const Index&, const Platform&);

// The name of what is picked, "" for nothing; every other entry has a reason.
std::string pick(Pick picks, const std::vector<Entry>& entries, const std::string& platform) {
  MemoryStore store;
  const Picked picked = picks(store, index_of(entries), parse_platform(platform));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(picked.passed_over[i].empty(), picked.entry == i) << entries[i].name;
  }
  return picked.entry ? entries[*picked.entry].name : "";
}

std::string containerd(const std::vector<Entry>& entries, const std::string& platform) {
  return pick(pick_as_containerd, entries, platform);
}

std::string podman(const std::vector<Entry>& entries, const std::string& platform) {
  return pick(pick_as_containers_image, entries, platform);
}

constexpr std::array<Pick, 12> kAll = {pick_as_containerd,
                                       pick_as_containerd_2_2,
                                       pick_as_docker_classic,
                                       pick_as_docker_20_10,
                                       pick_as_containers_image,
                                       pick_as_containers_image_5_25,
                                       pick_as_podman,
                                       pick_as_podman_4_5,
                                       pick_as_go_containerregistry,
                                       pick_as_regclient,
                                       pick_as_oras,
                                       pick_as_oci_client};

TEST(Families, AllTakeExactlyTheWasmPlatformThatWasAskedFor) {
  const std::vector<Entry> entries = {
      {"linux", "linux/amd64"}, {"p1", "wasip1/wasm"}, {"wasi", "wasi/wasm"}, {"attestation", "unknown/unknown"}};
  for (const Pick picks : kAll) {
    EXPECT_EQ(pick(picks, entries, "wasi/wasm"), "wasi");
    EXPECT_EQ(pick(picks, entries, "wasip1/wasm"), "p1");
    EXPECT_EQ(pick(picks, entries, "linux/amd64"), "linux");
    EXPECT_EQ(pick(picks, entries, "wasip2/wasm"), "");
    EXPECT_EQ(pick(picks, entries, "linux/arm64"), "");
  }
}

TEST(Families, AllTakeTheFirstOfEquals) {
  const std::vector<Entry> entries = {{"first", "wasi/wasm"}, {"second", "wasi/wasm"}};
  for (const Pick picks : kAll) {
    EXPECT_EQ(pick(picks, entries, "wasi/wasm"), "first");
  }
}

TEST(Families, DifferInAVariantThatNobodyHas) {
  const std::vector<Entry> entries = {{"wasi", "wasi/wasm"}};
  EXPECT_EQ(pick(pick_as_containerd, entries, "wasi/wasm/v1"), "");
  EXPECT_EQ(pick(pick_as_containers_image, entries, "wasi/wasm/v1"), "wasi");  // it falls back to no variant
  EXPECT_EQ(pick(pick_as_go_containerregistry, entries, "wasi/wasm/v1"), "");
  EXPECT_EQ(pick(pick_as_regclient, entries, "wasi/wasm/v1"), "wasi");
  EXPECT_EQ(pick(pick_as_oci_client, entries, "wasi/wasm/v1"), "wasi");
}

TEST(Families, DifferInAVariantThatNobodyAskedFor) {
  const std::vector<Entry> entries = {{"wasi", "wasi/wasm/v2"}};
  EXPECT_EQ(pick(pick_as_containerd, entries, "wasi/wasm"), "");
  EXPECT_EQ(pick(pick_as_docker_classic, entries, "wasi/wasm"), "");
  EXPECT_EQ(pick(pick_as_containers_image, entries, "wasi/wasm"), "");
  EXPECT_EQ(pick(pick_as_go_containerregistry, entries, "wasi/wasm"), "wasi");
  EXPECT_EQ(pick(pick_as_regclient, entries, "wasi/wasm"), "");
  EXPECT_EQ(pick(pick_as_oras, entries, "wasi/wasm"), "wasi");
  EXPECT_EQ(pick(pick_as_oci_client, entries, "wasi/wasm"), "wasi");
}

TEST(Families, DifferInAnEntryWithoutPlatform) {
  const std::vector<Entry> entries = {{"bare", ""}};
  EXPECT_EQ(pick(pick_as_containerd, entries, "linux/amd64"), "") << "its config is not there";
  EXPECT_EQ(pick(pick_as_docker_classic, entries, "linux/arm64"), "bare");
  EXPECT_EQ(pick(pick_as_containers_image, entries, "linux/arm64"), "bare");
  EXPECT_EQ(pick(pick_as_go_containerregistry, entries, "linux/arm64"), "");
  EXPECT_EQ(pick(pick_as_go_containerregistry, entries, "linux/amd64"), "bare");
  EXPECT_EQ(pick(pick_as_regclient, entries, "linux/amd64"), "");
  EXPECT_EQ(pick(pick_as_oras, entries, "linux/amd64"), "");
  EXPECT_EQ(pick(pick_as_oci_client, entries, "linux/amd64"), "");
}

TEST(Families, DockersOlderStoreTakesAnEntryWithoutPlatformLast) {
  const std::vector<Entry> entries = {{"bare", ""}, {"linux", "linux/amd64"}};
  EXPECT_EQ(pick(pick_as_docker_classic, entries, "linux/amd64"), "linux");
  EXPECT_EQ(pick(pick_as_docker_classic, entries, "linux/arm64"), "bare");
}

TEST(Families, RegclientTakesTheBestVariantThatTheMachineRuns) {
  const std::vector<Entry> entries = {
      {"v5", "linux/arm/v5"}, {"v6", "linux/arm/v6"}, {"v8", "linux/arm/v8"}, {"six again", "linux/arm/v6"}};
  EXPECT_EQ(pick(pick_as_regclient, entries, "linux/arm/v7"), "v6");
  EXPECT_EQ(pick(pick_as_regclient, entries, "linux/arm/v5"), "v5");
  EXPECT_EQ(pick(pick_as_regclient, {{"v1", "linux/amd64"}, {"v2", "linux/amd64/v2"}}, "linux/amd64"), "v1");
}

TEST(Families, ContainerdWantsNoFeatureThatWasNotAskedFor) {
  const std::vector<Entry> entries = {{"special", "linux(+x)/amd64"}, {"plain", "linux/amd64"}};
  EXPECT_EQ(containerd(entries, "linux/amd64"), "plain");
  EXPECT_EQ(containerd(entries, "linux(+x)/amd64"), "special");
  EXPECT_EQ(containerd({{"special", "linux(+x)/amd64"}}, "linux/amd64"), "");
  EXPECT_EQ(podman(entries, "linux/amd64"), "special");
  EXPECT_EQ(pick(pick_as_containerd_2_2, entries, "linux/amd64"), "special") << "it does not look";
}

TEST(Families, PodmanPrefersZstd) {
  const std::vector<Entry> entries = {{"gzip", "wasi/wasm"}, {"zstd", "wasi/wasm", true}, {"more", "wasi/wasm", true}};
  EXPECT_EQ(containerd(entries, "wasi/wasm"), "gzip");
  EXPECT_EQ(podman(entries, "wasi/wasm"), "zstd");
  EXPECT_EQ(pick(pick_as_containers_image_5_25, entries, "wasi/wasm"), "gzip");
}

TEST(Families, PodmanSaysWhyItTakesZstd) {
  MemoryStore store;
  const Platform wasi = parse_platform("wasi/wasm");
  const Index index = index_of({{"gzip", "wasi/wasm"}, {"zstd", "wasi/wasm", true}});
  EXPECT_EQ(pick_as_podman(store, index, wasi).reason,
            "of those that are as good for wasi/wasm it is the first that says it is compressed with zstd");
  EXPECT_EQ(pick_as_podman_4_5(store, index, wasi).reason, "");
  EXPECT_EQ(pick_as_podman(store, index_of({{"zstd", "wasi/wasm", true}, {"gzip", "wasi/wasm"}}), wasi).reason, "");
}

TEST(Families, PodmanMindsNeitherZstdNorWhatNamesNoPlatformInADockerList) {
  MemoryStore store;
  Index list = index_of({{"bare", ""}, {"gzip", "linux/amd64"}, {"zstd", "linux/amd64", true}});
  list.media_type = std::string(media_type::kDockerManifestList);
  EXPECT_EQ(pick_as_containers_image(store, list, parse_platform("linux/amd64")).entry, 1U);
  EXPECT_FALSE(pick_as_containers_image(store, list, parse_platform("linux/s390x")).entry);
  EXPECT_EQ(pick_as_containers_image(store, list, parse_platform("linux/s390x")).passed_over.front(),
            "names no platform");
}

TEST(Families, WhatIsAskedForWithoutAVariantTakesAnyThatContainersImageKnows) {
  const std::vector<Entry> arm = {{"v5", "linux/arm/v5"}, {"v7", "linux/arm/v7"}, {"v8", "linux/arm/v8"}};
  for (const Pick picks : {pick_as_containers_image, pick_as_containers_image_5_25}) {
    EXPECT_EQ(pick(picks, arm, "linux/arm"), "v8");
    EXPECT_EQ(pick(picks, {arm.front(), {"none", "linux/arm"}}, "linux/arm"), "none");
    EXPECT_EQ(pick(picks, arm, "linux/arm/v8"), "v8");
    EXPECT_EQ(pick(picks, {{"v8", "linux/arm64/v8"}}, "linux/arm64"), "v8");
    EXPECT_EQ(pick(picks, {{"v2", "linux/amd64/v2"}}, "linux/amd64"), "");
  }
  EXPECT_EQ(pick(pick_as_podman, arm, "linux/arm"), "v7") << "it asks for v7";
  EXPECT_EQ(pick(pick_as_podman_4_5, arm, "linux/arm"), "v7");
}

TEST(Families, RegclientMindsTheReleaseOfWindowsWhereItIsAskedForOne) {
  Index index = index_of({{"old", "windows/amd64"}, {"new", "windows/amd64"}});
  index.manifests[0].platform->os_version = "10.0.17763.1";
  index.manifests[1].platform->os_version = "10.0.20348.1";
  MemoryStore store;
  Platform asked = parse_platform("windows/amd64");
  EXPECT_EQ(pick_as_regclient(store, index, asked).entry, 1U) << "the newest";
  asked.os_version = "10.0.17763.5";
  EXPECT_EQ(pick_as_regclient(store, index, asked).entry, 0U);
  asked.os_version = "10.0.22000.1";
  EXPECT_FALSE(pick_as_regclient(store, index, asked).entry);
}

TEST(Families, RegclientsWindowsAndMacOsRunLinuxToo) {
  const std::vector<Entry> entries = {
      {"linux", "linux/amd64"}, {"windows", "windows/amd64"}, {"darwin", "darwin/amd64"}};
  EXPECT_EQ(pick(pick_as_regclient, entries, "windows/amd64"), "windows");
  EXPECT_EQ(pick(pick_as_regclient, entries, "darwin/amd64"), "darwin");
  for (const std::string asked : {"windows/amd64", "darwin/amd64"}) {
    EXPECT_EQ(pick(pick_as_regclient, {entries.front()}, asked), "linux");
  }
  EXPECT_EQ(pick(pick_as_regclient, {entries.back()}, "linux/amd64"), "");
}

TEST(Families, Docker20_10TakesExactlyThePlatformAndOfArmAny) {
  const std::vector<Entry> entries = {
      {"bare", ""}, {"386", "linux/386"}, {"v5", "linux/arm/v5"}, {"v7", "linux/arm/v7"}};
  EXPECT_EQ(pick(pick_as_docker_20_10, entries, "linux/amd64"), "");
  EXPECT_EQ(pick(pick_as_docker_20_10, entries, "linux/arm/v7"), "v7");
  EXPECT_EQ(pick(pick_as_docker_20_10, entries, "linux/arm/v6"), "v5");
  EXPECT_EQ(pick(pick_as_docker_20_10, entries, "linux/arm64"), "");
  EXPECT_EQ(pick(pick_as_docker_classic, entries, "linux/amd64"), "386");
}

TEST(Families, ContainerdTakesOlderVariantsTheNearestFirst) {
  const std::vector<Entry> entries = {{"386", "linux/386"}, {"v5", "linux/arm/v5"}, {"v6", "linux/arm/v6"}};
  EXPECT_EQ(containerd(entries, "linux/arm/v7"), "v6");
  EXPECT_EQ(containerd(entries, "linux/arm64"), "v6");
  EXPECT_EQ(containerd(entries, "linux/amd64/v2"), "386");
  EXPECT_EQ(podman(entries, "linux/arm/v7"), "v6");
  EXPECT_EQ(podman(entries, "linux/arm64"), "");
  EXPECT_EQ(podman(entries, "linux/amd64"), "");
}

TEST(Families, ContainerdFoldsOtherNamesAndPodmanDoesNot) {
  Index index = index_of({{"arm64", "linux/arm64"}});
  index.manifests.front().platform = Platform{.os = "linux", .architecture = "aarch64"};
  MemoryStore store;
  EXPECT_TRUE(pick_as_containerd(store, index, parse_platform("linux/arm64")).entry);
  EXPECT_FALSE(pick_as_containers_image(store, index, parse_platform("linux/arm64")).entry);
}

TEST(Families, AnEntryWithoutPlatformIsTheLastResort) {
  MemoryStore store;
  const Descriptor bare = testing::add_image(store, "layer");  // its config says wasip1/wasm
  Index index = index_of({{"wasi", "wasi/wasm"}});
  index.manifests.insert(index.manifests.begin(), bare);
  EXPECT_EQ(pick_as_containerd(store, index, parse_platform("wasi/wasm")).entry, 1U);
  EXPECT_EQ(pick_as_containerd(store, index, parse_platform("wasip1/wasm")).entry, 0U);
  EXPECT_FALSE(pick_as_containerd(store, index, parse_platform("linux/amd64")).entry);
  EXPECT_EQ(pick_as_containers_image(store, index, parse_platform("wasi/wasm")).entry, 1U);
  EXPECT_EQ(pick_as_containers_image(store, index, parse_platform("linux/amd64")).entry, 0U);
}

TEST(Families, ContainerdAsksOnlyTheFirstEntryWithoutPlatform) {
  MemoryStore store;
  const Descriptor bare = testing::add_image(store, "layer");
  Index index;
  index.manifests = {describe("application/vnd.oci.image.manifest.v1+json", "absent"), bare};
  EXPECT_FALSE(pick_as_containerd(store, index, parse_platform("wasip1/wasm")).entry);
}

}  // namespace
}  // namespace wasm_oci
