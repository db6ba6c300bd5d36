// What `explain` says of the content that breaks the rules for indexes, configs and manifests, and of what nearly does,
// is what the installed clients do with it.
#include "tests/interop/rules.hpp"

#include "oci/platform.hpp"

#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wasm_oci::testing {
namespace {

// Each client works through all fixtures on a thread of its own: one of them alone would leave a core idle.
TEST_F(Rules, WhatIsExplainedIsWhatClientsDo) {
  const TempDir folder;
  const TempDir docker_folder;
  const Containerd containerd(folder.path());
  const DockerDaemon docker(docker_folder.path());
  user_.environment()["DOCKER_HOST"] = docker.address();
  const std::vector<Fixture> all = fixtures(std::array<std::string_view, 3>{"IDX", "CFG", "MAN"});
  ASSERT_GT(all.size(), 120U);
  using Take = std::function<Took(const Fixture&, const Platform&)>;
  const std::map<std::string, Take> clients = {
      {"skopeo@1.9",
       [&](const Fixture& fixture, const Platform& platform) {
         return taken_by_skopeo(user_, "docker://" + fixture.reference, platform);
       }},
      {"podman@4.3",
       [&](const Fixture& fixture, const Platform& platform) {
         return taken_by_podman(user_, "docker://" + fixture.reference, platform, fixture.candidates);
       }},
      {"containerd@1.6",
       [&](const Fixture& fixture, const Platform& platform) {
         return taken_by_containerd(containerd, fixture.reference, platform, fixture.candidates,
                                    fixture.name + "-" + platform.os);
       }},
      {"docker@20.10", [&](const Fixture& fixture,
                           const Platform& platform) { return taken_by_docker(user_, fixture.reference, platform); }},
  };
  std::vector<std::jthread> threads;
  for (const auto& [client, take] : clients) {
    threads.emplace_back([&] {
      for (const Fixture& fixture : all) {
        for (const std::string platform : {"linux/amd64", "wasi/wasm"}) {
          try {
            compare(fixture, client, parse_platform(platform), take(fixture, parse_platform(platform)));
          } catch (const std::exception& error) {
            ADD_FAILURE() << client << " " << fixture.name << " " << platform << ": " << error.what();
          }
        }
      }
    });
  }
}

}  // namespace
}  // namespace wasm_oci::testing
