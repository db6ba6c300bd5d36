#include "oci/clients/client.hpp"
#include "oci/clients/version.hpp"
#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(Clients, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Client& client : all_clients()) {
    EXPECT_TRUE(names.insert(client.name).second) << client.name;
    EXPECT_EQ(&find_client(client.name), &client);
    EXPECT_EQ(client.until, "");
  }
  EXPECT_THAT(names, SizeIs(17));
  EXPECT_EQ(find_client("k8s").name, "kubernetes");
}

TEST(Clients, WhatTheyDoOtherwiseBelongsToOneOfThem) {
  for (const Client& other : other_behaviours()) {
    const Client& newest = find_client(other.name);
    EXPECT_TRUE(other.until != newest.until || other.action != newest.action) << other.title;
    EXPECT_NE(other.title, newest.title);
    if (!other.until.empty()) {
      EXPECT_EQ(&find_client(std::string(other.name) + "@" + std::string(other.until)), &other);
    }
  }
}

TEST(Clients, AnUnknownNameGetsTheList) {
  try {
    find_client("dokcer");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.message(), "no client is called \"dokcer\"");
    EXPECT_THAT(error.hint(), HasSubstr("docker, docker-classic, containerd, kubernetes"));
  }
}

TEST(Clients, AVersionStandsForWhatIsKnownOfIt) {
  const auto title = [](std::string_view text) { return find_client(text).title; };
  EXPECT_EQ(title("docker@28"), "Docker 28 or older");
  EXPECT_EQ(title("docker@23.0"), "Docker 28 or older");
  EXPECT_EQ(title("docker@20.10.24"), "Docker 20.10 or older");
  EXPECT_EQ(title("docker@29.1"), "Docker");
  EXPECT_EQ(title("containerd@1.6.20"), "containerd 1.6 or older");
  EXPECT_EQ(title("containerd@1.7"), "containerd 1.7 or older");
  EXPECT_EQ(title("containerd@2.2.9"), "containerd 2.2 or older");
  EXPECT_EQ(title("containerd@2"), "containerd");
  EXPECT_EQ(title("podman@4.4"), "podman 4.5 or older");
  EXPECT_EQ(title("podman@4.3.1"), "podman 4.3 or older");
  EXPECT_EQ(title("podman@4.6"), "podman 5.3 or older");
  EXPECT_EQ(title("podman@5.4"), "podman");
  EXPECT_EQ(title("skopeo@1.9.3"), "skopeo 1.12 or older");
  EXPECT_EQ(title("crio@1.27.1"), "CRI-O 1.27 or older");
  EXPECT_EQ(title("crio@1.28"), "CRI-O 1.32 or older");
  EXPECT_EQ(title("crio@1.33"), "CRI-O");
  EXPECT_EQ(title("kubernetes@1.7"), "Kubernetes with containerd 2.2 or older");
  EXPECT_EQ(title("kubernetes@2.0.5"), "Kubernetes with containerd 2.2 or older");
  EXPECT_EQ(title("k8s@2.1"), "Kubernetes with containerd 2.2 or older");
  EXPECT_EQ(title("kubernetes@2.2.3"), "Kubernetes with containerd 2.2 or older");
  EXPECT_EQ(title("kubernetes@2.3"), "Kubernetes");
  EXPECT_EQ(title("kubernetes@2.4"), "Kubernetes");
}

TEST(Clients, ATitleGoesAsFarAsWhatIsToldOfTheVersion) {
  const auto title = [](std::string_view newest, std::string_view oldest) {
    return title_of(find_client(newest), find_client(oldest));
  };
  EXPECT_EQ(title("containerd@2.2", "containerd@2.2"), "containerd 2.0 to 2.2");
  EXPECT_EQ(title("containerd@2.2", "containerd@1"), "containerd 1.7 to 2.2");
  EXPECT_EQ(title("containerd@2.2", "containerd@1.6"), "containerd 2.2 or older");
  EXPECT_EQ(title("containerd@1", "containerd@1"), "containerd 1.7");
  EXPECT_EQ(title("containerd@1.6", "containerd@1.6"), "containerd 1.6 or older");
  EXPECT_EQ(title("kubernetes@2.2", "kubernetes@2.2"), "Kubernetes with containerd 1.7 to 2.2");
  EXPECT_EQ(title("docker@28", "docker@28"), "Docker 23.0 to 28");
  EXPECT_EQ(title("podman@4.5", "podman@4.5"), "podman 4.4 to 4.5");
  EXPECT_EQ(title("skopeo@1.12", "skopeo@1.12"), "skopeo 1.12 or older");
  EXPECT_EQ(title("docker", "docker"), "Docker");
}

std::string hint_for(std::string_view text) {
  try {
    find_client(text);
  } catch (const UsageError& error) {
    return error.hint();
  }
  return "none";
}

TEST(Clients, WhatIsNoVersionIsRefusedWithTheRightSpelling) {
  for (const std::string_view text : {"containerd@9x", "containerd@", "docker@latest", "k8s@v2.3", "containerd@1@2"}) {
    EXPECT_THAT(hint_for(text), HasSubstr("a version is numbers")) << text;
  }
  EXPECT_EQ(hint_for("crane@0.20"), "write crane");
  EXPECT_EQ(hint_for("docker-classic@28"), "write docker-classic");
  EXPECT_THAT(hint_for("rkt@1"), HasSubstr("one of docker"));
}

// They look like versions of containerd, and 1.33 would come out as one before 2.0.
TEST(Clients, KubernetesOwnVersionsTellNothing) {
  EXPECT_THAT(hint_for("kubernetes@1.33"), HasSubstr("kubectl get nodes"));
  EXPECT_THAT(hint_for("k8s@1.33.2"), HasSubstr("kubectl get nodes"));
}

}  // namespace
}  // namespace wasm_oci
