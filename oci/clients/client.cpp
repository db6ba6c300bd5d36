#include "oci/clients/client.hpp"

#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>

namespace wasm_oci {
namespace {

// Deeper than anybody nests; each level is read.
constexpr int kMaxDepth = 8;

constexpr std::array kClients = {
    Client{.name = "docker",
           .title = "Docker",
           .pick = pick_as_containerd,
           .finds_nothing = docker_finds_nothing,
           .foresee = foresee_docker},
    Client{.name = "docker-classic",
           .title = "Docker's classic store",
           .pick = pick_as_docker_classic,
           .finds_nothing = docker_classic_finds_nothing,
           .foresee = foresee_docker_classic},
    Client{.name = "containerd",
           .title = "containerd",
           .pick = pick_as_containerd,
           .finds_nothing = containerd_finds_nothing,
           .foresee = foresee_containerd},
    Client{.name = "kubernetes",
           .title = "Kubernetes",
           .asks = Asks::its_machine,
           .pick = pick_as_containerd,
           .finds_nothing = containerd_finds_nothing,
           .foresee = foresee_kubernetes},
    Client{.name = "crio",
           .title = "CRI-O",
           .asks = Asks::its_machine,
           .pick = pick_as_containers_image,
           .finds_nothing = containers_image_finds_nothing,
           .foresee = foresee_crio},
    Client{.name = "podman",
           .title = "podman",
           .pick = pick_as_containers_image,
           .finds_nothing = containers_image_finds_nothing,
           .foresee = foresee_podman},
    Client{.name = "skopeo",
           .title = "skopeo",
           .pick = pick_as_containers_image,
           .finds_nothing = containers_image_finds_nothing,
           .foresee = foresee_skopeo},
    Client{.name = "buildkit",
           .title = "BuildKit",
           .pick = pick_as_containerd,
           .finds_nothing = containerd_finds_nothing,
           .foresee = foresee_buildkit},
    Client{.name = "crane",
           .title = "crane",
           .pick = pick_as_go_containerregistry,
           .finds_nothing = go_containerregistry_finds_nothing,
           .foresee = foresee_crane},
    Client{.name = "istio",
           .title = "Istio",
           .asks = Asks::always_linux_amd64,
           .pick = pick_as_go_containerregistry,
           .finds_nothing = go_containerregistry_finds_nothing,
           .foresee = foresee_istio},
    Client{.name = "envoy-gateway",
           .title = "Envoy Gateway",
           .asks = Asks::always_linux_amd64,
           .pick = pick_as_go_containerregistry,
           .finds_nothing = go_containerregistry_finds_nothing,
           .foresee = foresee_envoy_gateway},
    Client{.name = "regctl", .title = "regctl", .pick = pick_as_regclient, .foresee = foresee_regctl},
    Client{.name = "oras", .title = "oras", .pick = pick_as_oras, .foresee = foresee_oras},
    Client{.name = "wkg",
           .title = "wkg",
           .asks = Asks::its_machine,
           .pick = pick_as_oci_client,
           .finds_nothing = oci_client_finds_nothing,
           .foresee = foresee_wkg},
    Client{.name = "wash",
           .title = "wash",
           .asks = Asks::its_machine,
           .pick = pick_as_oci_client,
           .finds_nothing = oci_client_finds_nothing,
           .foresee = foresee_wash},
    Client{.name = "spin",
           .title = "Spin",
           .asks = Asks::its_machine,
           .pick = pick_as_oci_client,
           .finds_nothing = oci_client_finds_nothing,
           .foresee = foresee_spin},
    Client{.name = "runwasi-layers",
           .title = "runwasi's shims (wasm-layers)",
           .asks = Asks::its_machine,
           .finds_nothing = runwasi_finds_nothing,
           .foresee = foresee_runwasi_layers},
};

void choose_below(const Client& client, Store& store, const Descriptor& root, int depth, Choice& choice) {
  if (!media_type::is_index(root.media_type)) {
    choice.taken = root;
    return;
  }
  const Index index = parse_index(store.load(root, NodeKind::manifest), root.media_type);
  choice.index = root.digest;
  if (client.pick == nullptr || depth == kMaxDepth) {
    for (const Descriptor& entry : index.manifests) {
      choice.passed_over.push_back({.entry = entry, .reason = "is in an index, which is not read"});
    }
    return;
  }
  Picked picked = client.pick(store, index, choice.asked);
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    if (picked.entry != i) {
      choice.passed_over.push_back({.entry = index.manifests[i], .reason = std::move(picked.passed_over[i])});
    }
  }
  if (picked.entry) {
    choose_below(client, store, index.manifests[*picked.entry], depth + 1, choice);
  }
}

}  // namespace

std::span<const Client> all_clients() { return kClients; }

const Client& find_client(std::string_view name) {
  const std::string_view known = name == "k8s" ? "kubernetes" : name;
  const auto* const found = std::ranges::find(kClients, known, &Client::name);
  if (found == kClients.end()) {
    std::string names;
    for (const Client& client : kClients) {
      names.append(names.empty() ? "" : ", ").append(client.name);
    }
    throw UsageError("no client is called \"" + std::string(name) + "\"", "one of " + names);
  }
  return *found;
}

std::vector<const Client*> usual_clients() {
  return {&find_client("docker"), &find_client("containerd"), &find_client("podman")};
}

Platform asked_by(const Client& client, const Platform& wanted) {
  if (client.asks == Asks::always_linux_amd64) {
    return {.os = "linux", .architecture = "amd64"};
  }
  if (client.asks == Asks::its_machine && is_wasm(wanted)) {
    return {.os = "linux", .architecture = host_platform().architecture};
  }
  return wanted;
}

Choice choose(const Client& client, Store& store, const Descriptor& root, const Platform& wanted) {
  Choice choice{.asked = asked_by(client, wanted)};
  choose_below(client, store, root, 0, choice);
  return choice;
}

}  // namespace wasm_oci
