#include "oci/clients/explain.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/counting_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Platform kWasi{.os = "wasi", .architecture = "wasm"};
const Platform kLinux{.os = "linux", .architecture = host_platform().architecture};

class Explain : public ::testing::Test {
 protected:
  // An image without layers.
  Descriptor image(const Platform& platform, std::vector<std::string> entrypoint = {"/app"}) {
    return manifest(std::string(media_type::kOciConfig),
                    serialize(ImageConfig{.platform = platform, .entrypoint = std::move(entrypoint)}), {});
  }

  Descriptor manifest(const std::string& config_type, const std::string& config, std::vector<Descriptor> layers) {
    return store_.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                                   .config = store_.add(config_type, config),
                                                                   .layers = std::move(layers)}));
  }

  Descriptor index(std::vector<std::pair<Descriptor, Platform>> entries) {
    std::vector<Descriptor> descriptors;
    for (auto& [descriptor, platform] : entries) {
      descriptor.platform = platform;
      descriptors.push_back(descriptor);
    }
    return testing::add_index(store_, descriptors);
  }

  Descriptor wasm_blob(std::string_view type) { return store_.add(type, testing::module_with({"_start"})); }

  // An image with these files, of which `start` starts; "": nothing.
  Descriptor image_of(const std::vector<testing::TarMember>& files, const std::string& start,
                      const Platform& platform = kWasi) {
    const std::string tar = testing::make_tar(files);
    ImageConfig config{.platform = platform, .diff_ids = {digest_of(tar)}};
    if (!start.empty()) {
      config.entrypoint = {start};
    }
    return manifest(std::string(media_type::kOciConfig), serialize(config), {store_.add(media_type::kOciLayer, tar)});
  }

  Explanation explained(std::string_view client, const Descriptor& root, const Platform& wanted = kWasi) {
    const AskedClient asked{.client = &find_client(client), .label = std::string(client)};
    std::vector<Explanation> told;
    explain(store_, root,
            {.name = request_name_,
             .repository = "me/app",
             .is_plain_http = is_plain_http_,
             .location = location_,
             .platforms = std::span(&wanted, 1),
             .clients = std::span(&asked, 1)},
            [&](const Explanation& explanation) { told.push_back(explanation); });
    return told.at(0);
  }

  MemoryStore store_;
  std::string request_name_ = "me/app:1";
  bool is_plain_http_ = false;
  std::string location_;
};

TEST_F(Explain, TellsOfEveryClientAndPlatform) {
  const Descriptor root = image(kWasi);
  std::vector<AskedClient> clients;
  for (const Client& client : all_clients()) {
    clients.push_back({.client = &client, .label = std::string(client.name)});
  }
  const std::vector<Platform> platforms = {kLinux, kWasi};
  std::map<std::string, int> told;
  explain(store_, root, {.name = "x", .repository = "x", .platforms = platforms, .clients = clients},
          [&](const Explanation& explanation) {
            const std::string_view name = explanation.asked.client->name;
            ++told[std::string(name)];
            EXPECT_NE(explanation.outlook.next, "") << name;
            EXPECT_EQ(explanation.outlook.works && explanation.outlook.command.empty(),
                      explanation.outlook.works && name == "spin")
                << name;
          });
  EXPECT_THAT(told, SizeIs(17));
  EXPECT_EQ(told["podman"], 2);
  EXPECT_EQ(told["docker"], 6);  // to run it, to pull it, and without --platform
}

TEST_F(Explain, SaysWhyWhatIsTakenIsTaken) {
  const Descriptor bare = image(kWasi);
  EXPECT_EQ(explained("docker", bare).reason, "a manifest alone is taken whatever it is for");
  EXPECT_EQ(explained("docker", index({{bare, kWasi}})).reason, "it is the first that is for wasi/wasm");
  EXPECT_EQ(explained("docker", testing::add_index(store_, {bare})).reason,
            "it names no platform, and nothing else is for wasi/wasm");
  const Descriptor arm = image(parse_platform("linux/arm/v6"));
  EXPECT_EQ(explained("docker", index({{arm, parse_platform("linux/arm/v6")}}), parse_platform("linux/arm/v7")).reason,
            "of what there is it is nearest to linux/arm/v7");
}

TEST_F(Explain, QuotesWhatAClientSaysThatFindsNothing) {
  const Descriptor root = index({{image(kLinux), kLinux}});
  EXPECT_EQ(explained("docker", root).reason, "no matching manifest for wasi/wasm in the manifest list entries");
  EXPECT_EQ(explained("containerd", root).reason,
            "no match for platform in manifest " + root.digest.str() + ": not found");
  EXPECT_EQ(explained("podman", root).reason,
            R"(no image found in image index for architecture "wasm", variant "", OS "wasi")");
  EXPECT_EQ(explained("crane", root).reason, "no child with platform wasi/wasm in index me/app:1");
  EXPECT_EQ(explained("docker-classic", root).reason,
            "no matching manifest for wasi/wasm in the manifest list entries");
  EXPECT_THAT(explained("docker", root).outlook.command, IsEmpty());
}

TEST_F(Explain, FindsWhatStartsBehindLinks) {
  const std::string tar = testing::make_tar({{"opt/real.wasm", testing::module_with({"_start"})},
                                             {"bin", "", "opt"},
                                             {"app.wasm", "", "bin/real.wasm"},
                                             {"lost.wasm", "", "bin/none.wasm"}});
  const auto next = [&](const std::string& start) {
    const ImageConfig config{.platform = kWasi, .entrypoint = {start}, .diff_ids = {digest_of(tar)}};
    return explained("podman", manifest(std::string(media_type::kOciConfig), serialize(config),
                                        {store_.add(media_type::kOciLayer, tar)}))
        .outlook.next;
  };
  EXPECT_THAT(next("/app.wasm"), HasSubstr("crun-wasm runs /app.wasm"));
  EXPECT_THAT(next("/bin/real.wasm"), HasSubstr("crun-wasm runs /bin/real.wasm"));
  EXPECT_THAT(next("/lost.wasm"), HasSubstr("/lost.wasm is no Wasm module of this image"));
}

TEST_F(Explain, FindsWhatIsWrittenBelowALinkOfALowerLayer) {
  const std::string lower = testing::make_tar({{"a", "", "bin"}, {"bin", "", "usr/bin"}});
  const std::string upper = testing::make_tar({{"bin/app.wasm", testing::module_with({"_start"})}});
  const auto next = [&](const std::string& start) {
    const ImageConfig config{
        .platform = kWasi, .entrypoint = {start}, .diff_ids = {digest_of(lower), digest_of(upper)}};
    return explained("podman",
                     manifest(std::string(media_type::kOciConfig), serialize(config),
                              {store_.add(media_type::kOciLayer, lower), store_.add(media_type::kOciLayer, upper)}))
        .outlook.next;
  };
  EXPECT_THAT(next("/bin/app.wasm"), HasSubstr("crun-wasm runs /bin/app.wasm"));
  EXPECT_THAT(next("/a/app.wasm"), HasSubstr("crun-wasm runs /a/app.wasm"));
  EXPECT_THAT(next("/usr/bin/app.wasm"), HasSubstr("/usr/bin/app.wasm is no Wasm module of this image"));
}

TEST_F(Explain, AConfigWithAnyWrongTimeIsNotRead) {
  const ImageConfig config{.platform = kWasi, .entrypoint = {"/app.wasm"}, .history = {{.created = "yesterday"}}};
  EXPECT_THAT(explained("podman", manifest(std::string(media_type::kOciConfig), serialize(config), {}))
                  .outlook.refusal.value_or(""),
              HasSubstr("yesterday, which is no time"));
}

TEST_F(Explain, OfPodmanByItsVersion) {
  const Descriptor root = image_of({{"app.wasm", testing::module_with({"_start"})}}, "/app.wasm");
  EXPECT_THAT(explained("podman", root).outlook.next, HasSubstr("crun-wasm runs"));
  EXPECT_THAT(explained("podman@4.4", root).outlook.next, HasSubstr("crun-wasm runs"));
  EXPECT_THAT(explained("podman@4.3.1", root).outlook.next, HasSubstr("no runtime is chosen by itself"));
  EXPECT_THAT(explained("podman@4.3.1", root).outlook.command, HasSubstr("--annotation run.oci.handler=wasm"));
  const Descriptor mixed =
      manifest(std::string(media_type::kDockerConfig), serialize(ImageConfig{.platform = kWasi}), {});
  EXPECT_THAT(explained("podman", mixed).outlook.refusal.value_or(""), HasSubstr("invalid mixed OCI image"));
  EXPECT_THAT(explained("podman@4.3", mixed).outlook.refusal.value_or(""), HasSubstr("unsupported image-specific"));
}

TEST_F(Explain, APodNamesTheDigestOfTheWasmImage) {
  const Descriptor wasm = image(kWasi);
  const Explanation explanation = explained("kubernetes", index({{image(kLinux), kLinux}, {wasm, kWasi}}));
  EXPECT_EQ(explanation.choice.asked, kLinux);
  EXPECT_FALSE(explanation.outlook.works);
  EXPECT_THAT(explanation.outlook.command,
              AllOf(HasSubstr("runtimeClassName: wasmtime"), HasSubstr("image: me/app@" + wasm.digest.str())));
}

TEST_F(Explain, TellsOlderVersionsWhereTheyDiffer) {
  const auto labels = [&](const Descriptor& root, const Platform& wanted, bool older_versions) {
    std::vector<std::string> told;
    std::vector<AskedClient> clients;
    for (const std::string_view name : {"docker", "containerd", "kubernetes", "podman"}) {
      clients.push_back({.client = &find_client(name), .label = std::string(name)});
    }
    explain(store_, root,
            {.name = "x",
             .repository = "x",
             .platforms = std::span(&wanted, 1),
             .clients = clients,
             .older_versions = older_versions},
            [&](const Explanation& explanation) {
              told.push_back(explanation.asked.label + " " + std::string(explanation.asked.client->action));
            });
    return told;
  };
  const Descriptor root = index({{image(kLinux), kLinux}, {image(kWasi), kWasi}});
  EXPECT_THAT(labels(root, kLinux, true),
              ElementsAre("docker run", "docker pull", "containerd run", "kubernetes run", "podman run"));
  EXPECT_THAT(labels(root, kWasi, false), ElementsAre("docker run", "docker pull", "docker run without --platform",
                                                      "containerd run", "kubernetes run", "podman run"));
  EXPECT_THAT(
      labels(root, kWasi, true),
      ElementsAre("docker run", "docker pull", "docker run without --platform", "docker@28 run", "containerd run",
                  "containerd@2.2 run", "containerd@1 run", "kubernetes run", "kubernetes@2.2 run", "podman run"));
}

TEST_F(Explain, KubernetesUnpacksWasmUntilContainerd23) {
  const Descriptor wasm = manifest(std::string(media_type::kOciConfig),
                                   serialize(ImageConfig{.platform = kWasi, .entrypoint = {"/module.wasm"}}),
                                   {wasm_blob(media_type::kWasmComponentLayer)});
  EXPECT_TRUE(explained("kubernetes", wasm).outlook.works);  // its layer is no file that would have to be unpacked
  const Descriptor layerless = index({{image(kWasi), kWasi}});
  const Explanation newest = explained("kubernetes@2.3", layerless);
  EXPECT_FALSE(newest.choice.taken);
  EXPECT_THAT(newest.outlook.next, HasSubstr("parent snapshot"));
  EXPECT_THAT(newest.outlook.command, HasSubstr("image: me/app@sha256:"));
  EXPECT_THAT(explained("kubernetes@2.2", layerless).outlook.next, Not(HasSubstr("parent snapshot")));
  EXPECT_THAT(explained("kubernetes", layerless, kLinux).outlook.command, IsEmpty());
}

TEST_F(Explain, WithoutAPlatformDockerRunsWhatIsPresent) {
  const Client* untold = nullptr;
  for (const Client& other : other_behaviours()) {
    untold = other.action == "run without --platform" ? &other : untold;
  }
  ASSERT_NE(untold, nullptr);
  const auto told = [&](const Descriptor& root) {
    const AskedClient asked{.client = untold, .label = "docker"};
    std::vector<Explanation> all;
    explain(store_, root,
            {.name = "me/app:1",
             .repository = "me/app",
             .platforms = std::span(&kWasi, 1),
             .clients = std::span(&asked, 1)},
            [&](const Explanation& explanation) { all.push_back(explanation); });
    return all.at(0);
  };
  const Explanation both = told(index({{image(kLinux), kLinux}, {image(kWasi), kWasi}}));
  EXPECT_EQ(both.choice.taken->platform, kLinux);
  EXPECT_THAT(both.outlook.next, HasSubstr("where both are, this"));
  EXPECT_THAT(told(index({{image(kWasi), kWasi}})).outlook.next, HasSubstr("once that for wasi/wasm is pulled"));
  EXPECT_EQ(told(index({{image(kLinux), kLinux}})).outlook.command, "docker run --rm me/app:1");
  EXPECT_THAT(told(index({{image({.os = "plan9", .architecture = "386"}), {.os = "plan9", .architecture = "386"}}}))
                  .outlook.next,
              IsEmpty());
}

TEST_F(Explain, DockerWithoutAPlatformSaysWhatBecomesOfWhatAloneIsPresent) {
  const Client& untold = *std::ranges::find(other_behaviours(), "run without --platform", &Client::action);
  const auto next = [&](const Descriptor& root) {
    const AskedClient asked{.client = &untold, .label = "docker"};
    std::vector<std::string> told;
    explain(store_, root,
            {.name = "me/app:1",
             .repository = "me/app",
             .platforms = std::span(&kWasi, 1),
             .clients = std::span(&asked, 1)},
            [&](const Explanation& explanation) { told.push_back(explanation.outlook.next); });
    return told.at(0);
  };
  EXPECT_THAT(next(index({{image(kWasi, {}), kWasi}})), HasSubstr("it cannot be run: it has neither entrypoint nor"));
  const std::string by_config = next(index({{image(kLinux), kWasi}}));
  EXPECT_THAT(by_config, AllOf(HasSubstr("it is run"), Not(HasSubstr("warning"))));
}

// What is for a newer level of the processor than the first comes before what names none.
TEST_F(Explain, DockerWithoutAPlatformTakesTheBestThatTheMachineRuns) {
  const Platform best = best_host_platform();
  const Client& untold = *std::ranges::find(other_behaviours(), "run without --platform", &Client::action);
  const Descriptor root = index({{image(kLinux, {"/first"}), kLinux}, {image(best, {"/best"}), best}});
  const std::optional<Descriptor> taken = choose(untold, store_, root, kLinux).taken;
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->platform, best.variant.empty() ? kLinux : best);
  EXPECT_EQ(choose(find_client("docker"), store_, root, kLinux).taken->platform, kLinux);
}

TEST_F(Explain, ContainerdTakesTheDataOfAnEntryForItsManifest) {
  Descriptor entry = image(kWasi);
  const std::string other(entry.size, ' ');
  entry.data = base64_encode(other);
  const std::string refusal =
      "it is refused: \"unexpected commit digest " + digest_of(other).str() + ", expected " + entry.digest.str() + "\"";
  const Descriptor root = index({{entry, kWasi}});
  for (const std::string_view client : {"docker", "containerd", "containerd@2.2", "containerd@1.7", "buildkit"}) {
    EXPECT_EQ(explained(client, root).outlook.next, refusal) << client;
  }
  for (const std::string_view client : {"containerd@1.6", "podman", "docker-classic"}) {
    EXPECT_THAT(explained(client, root).outlook.next, Not(HasSubstr("unexpected"))) << client;
  }
  entry.data = base64_encode(other + " ");  // of another size it is not looked at
  EXPECT_THAT(explained("containerd", index({{entry, kWasi}})).outlook.next, Not(HasSubstr("unexpected")));
}

TEST_F(Explain, ContainerdsTransferServiceDoesNotSayThatNothingIsForThePlatform) {
  const Descriptor root = index({{image(kWasi), kWasi}});
  EXPECT_THAT(explained("containerd", root, host_platform()).outlook.next, HasSubstr("ctr run says it"));
  EXPECT_THAT(explained("containerd@2.2", root, host_platform()).outlook.next, IsEmpty());
}

TEST_F(Explain, AUserByNameNeedsAFileThatNamesIt) {
  const auto next = [&](const std::string& user) {
    const std::string tar = testing::make_tar({{"app.wasm", testing::module_with({"_start"})}});
    const ImageConfig config{
        .platform = kWasi, .user = user, .entrypoint = {"/app.wasm"}, .diff_ids = {digest_of(tar)}};
    const Descriptor wasm =
        manifest(std::string(media_type::kOciConfig), serialize(config), {store_.add(media_type::kOciLayer, tar)});
    return explained("containerd", wasm).outlook.next;
  };
  EXPECT_THAT(next("app"), HasSubstr("its user app is a name, and it has no /etc/passwd"));
  EXPECT_THAT(next("1000:1000"), HasSubstr("it is unpacked, and the shim runs /app.wasm"));
}

TEST_F(Explain, WhatNothingStartsCannotBeRun) {
  EXPECT_THAT(explained("docker", image(kWasi, {})).outlook.next, HasSubstr("no command specified"));
  const Explanation missing = explained("podman", image(kWasi, {"/absent.wasm"}));
  EXPECT_FALSE(missing.outlook.works);
  EXPECT_THAT(missing.outlook.next, HasSubstr("/absent.wasm is no Wasm module of this image"));
}

TEST_F(Explain, ContainerdsTransferServiceUnpacksWhatHasTheOperatingSystemOfTheMachine) {
  const Descriptor of_another_os = index({{image(kWasi), kLinux}});
  EXPECT_THAT(explained("containerd", of_another_os, kLinux).outlook.next,
              HasSubstr("unpacker does not support platform"));
  const std::string unpacked = "it is unpacked, though its config says wasi/wasm";
  EXPECT_EQ(explained("containerd@2.2", of_another_os, kLinux).outlook.next, unpacked);
  EXPECT_EQ(explained("containerd@1.6", of_another_os, kLinux).outlook.next, unpacked);
  const Descriptor of_another_cpu = index({{image({.os = "linux", .architecture = "riscv64"}), kLinux}});
  EXPECT_EQ(explained("containerd", of_another_cpu, kLinux).outlook.next,
            "it is unpacked, though its config says linux/riscv64");
  // ctr pull --local.
  EXPECT_THAT(explained("containerd", index({{image(kLinux), kWasi}})).outlook.next,
              HasSubstr("it is unpacked, though its config says linux/"));
}

TEST_F(Explain, DockerRunsNothingThatItsPlatformDoesNotFind) {
  constexpr auto kWords = "does not provide the specified platform (wasi/wasm)";
  EXPECT_THAT(explained("docker", image(kLinux)).outlook.next, HasSubstr(kWords));
  EXPECT_FALSE(explained("docker", image(kLinux)).outlook.works);
  EXPECT_THAT(explained("docker", index({{image(kLinux), kWasi}})).outlook.next, Not(HasSubstr(kWords)));
}

TEST_F(Explain, WhatRunsAnotherImageThanIsWantedDoesNotWork) {
  const Descriptor root = index({{image(kLinux), kLinux}, {image(kWasi), kWasi}});
  for (const std::string_view client : {"crio", "kubernetes", "kubernetes@2.2"}) {
    EXPECT_FALSE(explained(client, root).outlook.works) << client;
    EXPECT_TRUE(explained(client, root, kLinux).outlook.works) << client;
  }
}

// The order in which it looks is also that of docker's own messages.
TEST_F(Explain, DockersClassicStoreLooksAtTypesThenAtTheOperatingSystem) {
  const auto next = [&](const Descriptor& root, const Platform& wanted) {
    return explained("docker-classic", root, wanted).outlook.next;
  };
  constexpr auto kOther = "operating system is not supported";
  EXPECT_THAT(next(image(kLinux), kLinux), HasSubstr("run by runc"));
  EXPECT_THAT(next(image(kWasi), kLinux), HasSubstr(kOther));
  EXPECT_THAT(next(image(kLinux), kWasi), HasSubstr(kOther));
  EXPECT_THAT(next(index({{image(kLinux), kWasi}}), kWasi), HasSubstr(kOther));
  const std::string config = serialize(ImageConfig{.platform = kWasi, .entrypoint = {"/module.wasm"}});
  EXPECT_THAT(next(manifest(std::string(media_type::kOciConfig), config, {wasm_blob(media_type::kWasm)}), kWasi),
              HasSubstr("\"unsupported media type application/wasm\""));
  EXPECT_THAT(next(manifest(std::string(media_type::kWasmConfig), config, {}), kWasi),
              HasSubstr("\"unsupported media type application/vnd.wasm.config.v0+json\""));
}

TEST_F(Explain, AConfigWithoutATimeInItsTimeIsReadByNobodyInGo) {
  const Descriptor root = manifest(
      std::string(media_type::kOciConfig),
      R"({"created":"yesterday","architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}})", {});
  for (const std::string client : {"podman", "docker-classic"}) {
    EXPECT_THAT(explained(client, root, kLinux).outlook.next,
                HasSubstr("it is refused: its config was created at yesterday, which is no time (\"parsing time\")"));
  }
  EXPECT_THAT(explained("containerd", root, kLinux).outlook.next, HasSubstr("\"parsing time\""));
}

TEST_F(Explain, AnArtifactIsForThoseWhoReadArtifacts) {
  const Descriptor artifact = manifest(std::string(media_type::kWasmConfig),
                                       R"({"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip1"})",
                                       {wasm_blob(media_type::kWasm)});
  EXPECT_TRUE(explained("wkg", artifact).outlook.works);
  EXPECT_TRUE(explained("runwasi-layers", artifact).outlook.works);
  EXPECT_TRUE(explained("kubernetes", artifact).outlook.works);
  EXPECT_THAT(explained("wash", artifact).outlook.next, HasSubstr("components"));
  EXPECT_THAT(explained("podman", artifact).outlook.next, HasSubstr("unsupported image-specific operation"));
  EXPECT_FALSE(explained("docker", artifact).outlook.works);
  EXPECT_FALSE(explained("istio", artifact).outlook.works);
  EXPECT_THAT(explained("wkg", index({{artifact, kWasi}})).reason,
              HasSubstr("no entry found in image index manifest matching client's default platform"));
}

TEST_F(Explain, PodmanChoosesItsRuntimeForSomePlatforms) {
  EXPECT_THAT(explained("crio", image(kLinux), kLinux).outlook.next, HasSubstr("unpacked and run"));
  const Descriptor wasip1 = manifest(
      std::string(media_type::kOciConfig),
      serialize(ImageConfig{.platform = {.os = "wasip1", .architecture = "wasm"}, .entrypoint = {"/module.wasm"}}),
      {wasm_blob(media_type::kWasmComponentLayer)});
  EXPECT_THAT(explained("podman", wasip1).outlook.next, HasSubstr("its layers are no file systems"));
  EXPECT_THAT(explained("containerd", wasip1, {.os = "wasip1", .architecture = "wasm"}).outlook.next,
              HasSubstr("Wasm layer"));
}

TEST_F(Explain, NothingOfAForeignConfigIsPastedIntoAShell) {
  const Platform hostile{.os = "wasi;touch x", .architecture = "wasm"};
  const Descriptor root = manifest(std::string(media_type::kOciConfig),
                                   serialize(ImageConfig{.platform = hostile, .entrypoint = {"/$(touch x).wasm"}}), {});
  for (const Client& client : all_clients()) {
    EXPECT_THAT(explained(client.name, root).outlook.command, Not(HasSubstr("touch"))) << client.name;
  }
  const Platform long_name{.os = std::string(1000, 'x'), .architecture = "wasm"};
  const Descriptor of_long_name =
      manifest(std::string(media_type::kOciConfig), serialize(ImageConfig{.platform = long_name}), {});
  EXPECT_EQ(platform_to_paste(look_at_taken(store_, of_long_name)), std::nullopt);
}

TEST_F(Explain, NotEveryClientMindsTheSizeThatAnEntrySays) {
  Descriptor child = image(kWasi);
  ++child.size;
  const Descriptor root = index({{child, kWasi}});
  for (const std::string_view client : {"podman", "skopeo", "crio", "docker-classic", "docker@20.10"}) {
    EXPECT_THAT(explained(client, root).outlook.next, Not(HasSubstr("it fails"))) << client;
  }
  for (const std::string_view client : {"docker", "containerd", "containerd@1.6"}) {
    EXPECT_THAT(explained(client, root).outlook.next, HasSubstr("and its entry says " + std::to_string(child.size)))
        << client;
  }
}

TEST_F(Explain, NotEveryClientKnowsSha512) {
  const std::string bytes = store_.load(image(kWasi), NodeKind::manifest);
  Descriptor child{.media_type = std::string(media_type::kOciManifest),
                   .digest = digest_of(bytes, DigestAlgorithm::sha512),
                   .size = bytes.size()};
  const Descriptor root = index({{child, kWasi}});
  for (const std::string_view client : {"podman", "skopeo", "containerd@2.2", "containerd@1.6"}) {
    const Explanation explanation = explained(client, root);
    EXPECT_EQ(explanation.choice.taken->digest, child.digest) << client;
    EXPECT_THAT(explanation.outlook.next, HasSubstr("sha512:")) << client;
    EXPECT_FALSE(explanation.outlook.works) << client;
  }
  EXPECT_THAT(explained("containerd", root).outlook.next, Not(HasSubstr("it is refused")));
}

TEST_F(Explain, NobodyLooksAtTheSchemaVersionOfAnIndex) {
  std::string text = store_.load(index({{image(kWasi), kWasi}}), NodeKind::manifest);
  text.replace(text.find(R"("schemaVersion":2)"), 17, R"("schemaVersion":3)");
  const Descriptor root = store_.add(media_type::kOciIndex, text);
  EXPECT_TRUE(explained("podman", root).choice.taken);
  EXPECT_TRUE(explained("containerd", root).choice.taken);
}

TEST_F(Explain, WhatIsBrokenBelowTheRootIsTold) {
  Descriptor inner = store_.add(media_type::kOciIndex, "{}");
  const Explanation explanation = explained("docker", index({{inner, kWasi}}));
  EXPECT_THAT(explanation.reason, HasSubstr("it fails on what it looks into"));
  EXPECT_FALSE(explanation.choice.taken);
}

TEST_F(Explain, WhatIsAbsentIsToldAsWhatTheClientMeets) {
  Descriptor absent = describe(media_type::kOciManifest, "absent");
  const Explanation explanation = explained("docker", index({{absent, kWasi}}));
  EXPECT_EQ(explanation.choice.taken->digest, absent.digest);
  EXPECT_THAT(explanation.outlook.next, HasSubstr("it fails on what it takes"));
  const Descriptor broken = store_.add(media_type::kOciManifest, "{}");
  EXPECT_THAT(explained("docker", index({{broken, kWasi}})).outlook.next, HasSubstr("it fails on what it takes"));
  EXPECT_THROW(explained("docker", store_.add(media_type::kOciIndex, "{}")), ContentError);
}

TEST_F(Explain, PodmanSaysOfADockerListThatItIsOne) {
  Descriptor entry = image(kLinux);
  entry.platform = kLinux;
  const Descriptor list = store_.add(
      media_type::kDockerManifestList,
      serialize(Index{.media_type = std::string(media_type::kDockerManifestList), .manifests = {std::move(entry)}}));
  EXPECT_EQ(explained("podman", list).reason,
            R"(no image found in manifest list for architecture "wasm", variant "", OS "wasi")");
  EXPECT_EQ(explained("podman", list, {.os = "linux", .architecture = "arm"}).reason,
            R"(no image found in manifest list for architecture "arm", variant "v7", OS "linux")");
}

TEST_F(Explain, PodmanSaysThatItTakesZstd) {
  Descriptor zstd = image(kWasi, {"/zstd"});
  zstd.annotations = {{"io.github.containers.compression.zstd", "true"}};
  const Descriptor root = index({{image(kWasi), kWasi}, {zstd, kWasi}});
  EXPECT_THAT(explained("podman", root).reason, HasSubstr("it is the first that says it is compressed with zstd"));
  EXPECT_EQ(explained("podman@4.5", root).reason, "it is the first that is for wasi/wasm");
}

TEST_F(Explain, APodIsThatOfThePlatformThatIsWanted) {
  const Platform wasip1{.os = "wasip1", .architecture = "wasm"};
  const Descriptor first = image(kWasi, {"/first"});
  const Descriptor second = image(wasip1, {"/second"});
  const Descriptor root = index({{image(kLinux), kLinux}, {first, kWasi}, {second, wasip1}});
  const Outlook outlook = explained("kubernetes", root, wasip1).outlook;
  EXPECT_FALSE(outlook.works);
  EXPECT_THAT(outlook.next, HasSubstr("to run the image for wasip1/wasm name its digest"));
  EXPECT_THAT(outlook.command,
              AllOf(HasSubstr("runtimeClassName: wasmtime"), HasSubstr("image: me/app@" + second.digest.str())));
  const Outlook only = explained("kubernetes", index({{second, wasip1}}), wasip1).outlook;
  EXPECT_THAT(only.command, HasSubstr("image: me/app@" + second.digest.str()));
  EXPECT_THAT(explained("kubernetes", index({{image(kLinux), kLinux}}), wasip1).outlook.next,
              HasSubstr("that is no image for wasip1/wasm"));
}

TEST_F(Explain, IstioRefusesAReferenceByTheDigestOfAnIndex) {
  const Platform amd64{.os = "linux", .architecture = "amd64"};
  const std::string tar =
      testing::make_tar({{"plugin.wasm", testing::module_with({"proxy_abi_version_0_2_1"})}}, "ustar", "gzip");
  const Descriptor plugin = manifest(std::string(media_type::kOciConfig), serialize(ImageConfig{.platform = amd64}),
                                     {store_.add(media_type::kOciLayerGzip, tar)});
  const Descriptor root = index({{plugin, amd64}});
  for (const std::string_view client : {"istio", "envoy-gateway"}) {
    EXPECT_TRUE(explained(client, root, amd64).outlook.works) << client;
    EXPECT_THAT(explained(client, root, amd64).outlook.command, HasSubstr("me/app:1\n")) << client;
    request_name_ = "me/app@" + root.digest.str();
    const Outlook outlook = explained(client, root, amd64).outlook;
    EXPECT_FALSE(outlook.works) << client;
    EXPECT_THAT(outlook.refusal.value_or(""), HasSubstr("by the digest of an index")) << client;
    EXPECT_THAT(outlook.command, HasSubstr("me/app@" + plugin.digest.str())) << client;
    request_name_ = "me/app@" + plugin.digest.str();
    EXPECT_TRUE(explained(client, plugin, amd64).outlook.works) << client;
    request_name_ = "me/app:1";
  }
}

TEST_F(Explain, EnvoyLoadsNoModuleWithoutItsAbi) {
  const std::string tar = testing::make_tar({{"plugin.wasm", testing::module_with({"_start"})}}, "ustar", "gzip");
  const Descriptor plugin = manifest(std::string(media_type::kOciConfig), serialize(ImageConfig{.platform = kWasi}),
                                     {store_.add(media_type::kOciLayerGzip, tar)});
  EXPECT_THAT(explained("istio", plugin).outlook.refusal.value_or(""),
              HasSubstr("its plugin.wasm has no proxy-wasm ABI"));
}

TEST_F(Explain, OrasAsksTheConfigOfAManifestAlone) {
  const Outlook same = explained("oras", image(kWasi)).outlook;
  EXPECT_TRUE(same.works);
  EXPECT_EQ(same.command, "oras pull me/app:1");
  const Outlook other = explained("oras", image(kWasi), kLinux).outlook;
  EXPECT_FALSE(other.works);
  EXPECT_THAT(other.next, HasSubstr("\"platform in manifest does not match target platform\""));
  const Descriptor artifact = manifest(std::string(media_type::kWasmConfig), "{}", {wasm_blob(media_type::kWasm)});
  const Outlook unknown = explained("oras", artifact).outlook;
  EXPECT_TRUE(unknown.works);
  EXPECT_THAT(unknown.next, HasSubstr("\"fail to recognize platform from unknown config application/vnd.wasm.config"));
  EXPECT_EQ(unknown.command, "oras pull me/app:1");
  EXPECT_EQ(explained("oras", index({{image(kWasi), kWasi}})).outlook.command,
            "oras pull --platform wasi/wasm me/app:1");
}

TEST_F(Explain, CrioRefusesWhatPodmanDoes) {
  const Descriptor mixed =
      manifest(std::string(media_type::kDockerConfig), serialize(ImageConfig{.platform = kLinux}), {});
  EXPECT_THAT(explained("crio", mixed, kLinux).outlook.refusal.value_or(""), HasSubstr("invalid mixed OCI image"));
}

TEST_F(Explain, APackageForWkgNamesItsType) {
  const std::string text = serialize(Manifest{
      .media_type = "", .config = store_.add(media_type::kWasmConfig, "{}"), .layers = {wasm_blob(media_type::kWasm)}});
  const Descriptor untyped = store_.add(media_type::kOciManifest, text);
  EXPECT_TRUE(explained("wkg", untyped).outlook.works) << "wkg oci pull does not ask";
  EXPECT_THAT(explained("wkg", untyped).outlook.next, HasSubstr("\"Wasm components must have a manifest of type"));
  EXPECT_THAT(explained("spin", untyped).outlook.refusal.value_or(""), HasSubstr("and it names none"));
}

TEST_F(Explain, AModuleInTheTextFormatStartsAsWell) {
  const auto next = [&](const std::string& path, const std::string& content) {
    return explained("docker", image_of({{path, content}}, "/" + path)).outlook.next;
  };
  for (const std::string content : {"(module)", ";; a module\n(module)", "\n  (module)"}) {
    EXPECT_THAT(next("app.wat", content), HasSubstr("runs /app.wat")) << content;
  }
  EXPECT_THAT(next("app.wat", "#!/bin/sh"), HasSubstr("/app.wat is no Wasm module"));
  EXPECT_THAT(next("app.wasm", "(module)"), HasSubstr("/app.wasm is no Wasm module"));
}

TEST_F(Explain, AModuleThatExportsNothingToCallFailsWhenItStarts) {
  const auto next = [&](const std::vector<std::string>& exports, const std::string& start) {
    return explained("docker", image_of({{"app.wasm", testing::module_with(exports)}}, start)).outlook.next;
  };
  EXPECT_THAT(next({"run"}, "/app.wasm"), HasSubstr("cannot be run: /app.wasm exports no _start"));
  EXPECT_THAT(next({"_start"}, "/app.wasm#run"), HasSubstr("/app.wasm exports no function run"));
  EXPECT_THAT(next({"_start", "_initialize"}, "/app.wasm"), HasSubstr("exports both _start and _initialize"));
  EXPECT_THAT(next({"_start"}, "/app.wasm"), HasSubstr("runs /app.wasm"));
  EXPECT_THAT(next({"run"}, "/app.wasm#run"), HasSubstr("runs /app.wasm"));
}

TEST_F(Explain, LayersThatTheConfigDoesNotCountAreNotUnpacked) {
  const ImageConfig config{.platform = kWasi, .entrypoint = {"/app.wasm"}, .diff_ids = {digest_of("x")}};
  const Descriptor root =
      manifest(std::string(media_type::kOciConfig), serialize(config), {wasm_blob(media_type::kWasm)});
  for (const std::string_view client : {"docker", "containerd", "podman"}) {
    EXPECT_FALSE(explained(client, root).outlook.works) << client;
  }
}

TEST_F(Explain, CrunKnowsNoFunctions) {
  const auto podman = [&](const std::string& start) {
    return explained("podman", image_of({{"app.wasm", testing::module_with({"_start", "run"})}}, start)).outlook;
  };
  EXPECT_THAT(podman("/app.wasm").next, HasSubstr("crun-wasm runs /app.wasm"));
  EXPECT_FALSE(podman("/app.wasm#run").works);
  EXPECT_THAT(podman("/app.wasm#run").next, HasSubstr("cannot be run: /app.wasm#run names a function"));
}

TEST_F(Explain, LinesAreForWhereTheImageIs) {
  const Descriptor root = image_of({{"app.wasm", testing::module_with({"_start"})}}, "/app.wasm");
  EXPECT_EQ(explained("podman", root).outlook.command, "podman run --rm --platform wasi/wasm me/app:1");
  is_plain_http_ = true;
  EXPECT_EQ(explained("podman", root).outlook.command,
            "podman run --rm --tls-verify=false --platform wasi/wasm me/app:1");
  EXPECT_THAT(explained("skopeo", root).outlook.command, HasSubstr(" copy --src-tls-verify=false docker://me/app:1 "));
  is_plain_http_ = false;
  location_ = "oci:dir:app";
  EXPECT_EQ(explained("podman", root).outlook.command, "podman run --rm --platform wasi/wasm oci:dir:app");
  EXPECT_THAT(explained("skopeo", root).outlook.command, HasSubstr(" copy oci:dir:app "));
  EXPECT_THAT(explained("containerd", root).outlook.command, HasSubstr("me/app:1"));
}

TEST_F(Explain, TitlesOfOlderVersionsGoAsFarAsTheySayTheSame) {
  const AskedClient asked{.client = &find_client("containerd"), .label = "containerd"};
  std::vector<std::string> titles;
  explain(store_, index({{image(kLinux), kLinux}, {image(kWasi), kWasi}}),
          {.name = "x",
           .repository = "x",
           .platforms = std::span(&kWasi, 1),
           .clients = std::span(&asked, 1),
           .older_versions = true},
          [&](const Explanation& explanation) { titles.push_back(explanation.title); });
  EXPECT_THAT(titles, ElementsAre("containerd", "containerd 2.0 to 2.2", "containerd 1.7 or older"));
}

TEST_F(Explain, ReadsAnIndexOnceForAllClientsAndPlatforms) {
  testing::CountingStore store;
  Descriptor inner = testing::add_index(store, {testing::add_image(store, "layer")});
  inner.platform = kWasi;
  const Descriptor root = testing::add_index(store, {inner});
  std::vector<AskedClient> clients;
  for (const Client& client : all_clients()) {
    clients.push_back({.client = &client, .label = std::string(client.name)});
  }
  const std::vector<Platform> platforms = {kLinux, kWasi};
  std::size_t told = 0;
  explain(store, root, {.name = "x", .repository = "x", .platforms = platforms, .clients = clients},
          [&](const Explanation&) { ++told; });
  EXPECT_GT(told, 30U);
  EXPECT_EQ(store.opened(root.digest), 1);
  EXPECT_EQ(store.opened(inner.digest), 1);
}

}  // namespace
}  // namespace wasm_oci
