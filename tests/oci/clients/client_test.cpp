#include "oci/clients/client.hpp"

#include "oci/error.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const Platform kWasi{.os = "wasi", .architecture = "wasm"};
const Platform kAmd64{.os = "linux", .architecture = "amd64"};

TEST(Clients, AskForWhatTheyAreToldOrForTheirMachine) {
  EXPECT_EQ(asked_by(find_client("docker"), kWasi), kWasi);
  EXPECT_EQ(asked_by(find_client("kubernetes"), kWasi).os, "linux");
  EXPECT_EQ(asked_by(find_client("kubernetes"), parse_platform("linux/s390x")), parse_platform("linux/s390x"));
  for (const Client& client : other_behaviours()) {
    EXPECT_EQ(asked_by(client, kWasi).os == "wasi", client.asks == Asks::what_it_is_told) << client.title;
  }
  EXPECT_EQ(asked_by(find_client("istio"), parse_platform("linux/arm64")), kAmd64);
}

class Choosing : public ::testing::Test {
 protected:
  Descriptor entry(const std::string& content, const Platform& platform) {
    Descriptor entry = testing::add_image(store_, content);
    entry.platform = platform;
    return entry;
  }
  std::optional<Descriptor> taken(std::string_view client, const Descriptor& root, const Platform& platform) {
    return choose(find_client(client), store_, root, platform).taken;
  }

  MemoryStore store_;
};

TEST_F(Choosing, AManifestAloneIsTakenWhateverItIsFor) {
  const Descriptor image = testing::add_image(store_, "wasm");
  for (const Client& client : all_clients()) {
    EXPECT_EQ(taken(client.name, image, kAmd64), image) << client.name;
  }
}

TEST_F(Choosing, OnlyThoseWhoCanBeToldFindWasmBesideLinux) {
  const Descriptor linux = entry("linux", {.os = "linux", .architecture = host_platform().architecture});
  const Descriptor wasi = entry("wasi", kWasi);
  const Descriptor root = testing::add_index(store_, {linux, wasi});
  for (const std::string_view told :
       {"docker", "containerd", "podman", "skopeo", "buildkit", "crane", "regctl", "oras"}) {
    EXPECT_EQ(taken(told, root, kWasi), wasi) << told;
  }
  for (const std::string_view other : {"kubernetes", "crio", "wkg", "wash", "spin"}) {
    EXPECT_EQ(taken(other, root, kWasi), linux) << other;
  }
  EXPECT_EQ(taken("runwasi-layers", root, kWasi), std::nullopt);
}

TEST_F(Choosing, SaysWhyItPassesOverWhat) {
  const Descriptor linux = entry("linux", kAmd64);
  const Descriptor root = testing::add_index(store_, {linux, entry("wasi", kWasi)});
  const Choice choice = choose(find_client("docker"), store_, root, kWasi);
  ASSERT_THAT(choice.passed_over, SizeIs(1));
  EXPECT_EQ(choice.passed_over.front().entry, linux);
  EXPECT_EQ(choice.passed_over.front().reason, "is for linux/amd64");
}

TEST_F(Choosing, AnIndexInAnIndexIsWalkedInto) {
  const Descriptor wasi = entry("wasi", kWasi);
  Descriptor inner = testing::add_index(store_, {entry("linux", kAmd64), wasi});
  inner.platform = kWasi;
  EXPECT_EQ(taken("containerd", testing::add_index(store_, {inner}), kWasi), wasi);
  inner.platform.reset();
  EXPECT_EQ(taken("containerd", testing::add_index(store_, {inner}), kWasi), wasi);
}

TEST_F(Choosing, DoesNotWalkForEver) {
  Descriptor inner = entry("wasi", kWasi);
  for (int depth = 0; depth < 20; ++depth) {
    inner = testing::add_index(store_, {inner});
    inner.platform = kWasi;
  }
  EXPECT_EQ(taken("docker", inner, kWasi), std::nullopt);
}

TEST_F(Choosing, KeepsOfEntriesOnlyWhatTellsThemApart) {
  Descriptor linux = entry("linux", kAmd64);
  Descriptor wasi = entry("wasi", kWasi);
  const Descriptor bare = linux;
  for (Descriptor* const each : {&linux, &wasi}) {
    each->annotations = {{"a", std::string(1000, 'a')}, {std::string(kZstdAnnotation), "true"}};
    each->urls = {"https://example.com"};
  }
  const Choice choice = choose(find_client("docker"), store_, testing::add_index(store_, {linux, wasi}), kWasi);
  ASSERT_THAT(choice.passed_over, SizeIs(1));
  EXPECT_EQ(choice.passed_over.front().entry, bare);
  ASSERT_TRUE(choice.taken);
  EXPECT_THAT(choice.taken->annotations, SizeIs(1));
}

// What each says of an index where something that is no manifest stands beside the image for `kWasi`.
TEST_F(Choosing, WhatIsFetchedBesideIsAskedForAsABlob) {
  Descriptor foreign = testing::add_image(store_, "foreign");
  foreign.media_type = "application/vnd.example";
  const auto refusal = [&](std::string_view name) {
    const Client& client = find_client(name);
    const Descriptor root = testing::add_index(
        store_, {entry("wasi", kWasi), entry("linux", asked_by(find_client("kubernetes"), kWasi)), foreign});
    const Choice choice = choose(client, store_, root, kWasi);
    const Wish wish{.name = "app", .repository = "app", .wanted = kWasi, .asked = choice.asked};
    return foresee(client, choice, look_at_taken(store_, *choice.taken), wish).refusal.value_or("");
  };
  const std::string words = "\"could not fetch content descriptor " + foreign.digest.str() +
                            " (application/vnd.example) from remote: not found\"";
  for (const std::string_view client : {"containerd", "containerd@2.2", "containerd@1.6", "kubernetes"}) {
    EXPECT_EQ(refusal(client), words) << client;
  }
  for (const std::string_view client : {"docker", "docker-classic", "skopeo", "crane"}) {
    EXPECT_THAT(refusal(client), Not(HasSubstr("could not fetch"))) << client;
  }
  foreign.platform = {.os = "linux", .architecture = "riscv64"};
  EXPECT_EQ(refusal("containerd"), words);
  for (const std::string_view client : {"containerd@1.7", "kubernetes"}) {
    EXPECT_THAT(refusal(client), Not(HasSubstr("could not fetch"))) << client;
  }
  foreign.platform = kWasi;
  EXPECT_EQ(refusal("containerd@1.7"), words);
  foreign.media_type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
  EXPECT_EQ(refusal("containerd"), "\"" + foreign.media_type + " not supported\"");
}

TEST_F(Choosing, AnIndexIsHeldToWhatEachDescriptorSaysOfIt) {
  const Descriptor root = testing::add_index(store_, {entry("wasi", kWasi)});
  Descriptor lying = root;
  ++lying.size;
  Indexes indexes(store_);
  EXPECT_EQ(indexes.get(root), indexes.get(root));
  EXPECT_THROW(indexes.get(lying), ContentError);
}

}  // namespace
}  // namespace wasm_oci
