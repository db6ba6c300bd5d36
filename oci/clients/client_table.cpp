// The clients, and what is known to differ by version and by action.
#include "oci/clients/client.hpp"
#include "oci/clients/version.hpp"
#include "oci/error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace wasm_oci {
namespace {

constexpr std::array kClients = {
    Client{.name = "docker",
           .title = "Docker",
           .pick = pick_as_containerd,
           .finds_nothing = docker_finds_nothing,
           .takes_data = true,
           .unpacks_as_containerd = true,
           .foresee = foresee_docker},
    Client{.name = "docker-classic",
           .title = "Docker's classic store",
           .pick = pick_as_docker_classic,
           .finds_nothing = docker_classic_finds_nothing,
           .minds_size = false,
           .foresee = foresee_docker_classic},
    Client{.name = "containerd",
           .title = "containerd",
           .pick = pick_as_containerd,
           .finds_nothing = containerd_finds_nothing,
           .takes_data = true,
           .fetches = Fetches::all,
           .unpacks_as_containerd = true,
           .foresee = foresee_containerd,
           .foresee_nothing = foresee_containerd_nothing},
    Client{.name = "kubernetes",
           .title = "Kubernetes",
           .asks = Asks::its_machine,
           .pick = pick_as_containerd,
           .finds_nothing = containerd_finds_nothing,
           .takes_data = true,
           .fetches = Fetches::what_may_be_for_the_platform,
           .unpacks_as_containerd = true,
           .foresee = foresee_kubernetes,
           .foresee_nothing = foresee_kubernetes_nothing},
    Client{.name = "crio",
           .title = "CRI-O",
           .asks = Asks::its_machine,
           .pick = pick_as_containers_image,
           .finds_nothing = containers_image_finds_nothing,
           .refuses = containers_image_refuses,
           .minds_size = false,
           .foresee = foresee_crio},
    Client{.name = "podman",
           .title = "podman",
           .pick = pick_as_podman,
           .finds_nothing = podman_finds_nothing,
           .refuses = containers_image_refuses,
           .minds_size = false,
           .foresee = foresee_podman},
    Client{.name = "skopeo",
           .title = "skopeo",
           .action = "pull",
           .pick = pick_as_containers_image,
           .finds_nothing = containers_image_finds_nothing,
           .refuses = containers_image_refuses,
           .minds_size = false,
           .copies = true,
           .foresee = foresee_skopeo},
    Client{.name = "buildkit",
           .title = "BuildKit",
           .action = "build",
           .pick = pick_as_containerd,
           .finds_nothing = buildkit_finds_nothing,
           .takes_data = true,
           .unpacks_as_containerd = true,
           .foresee = foresee_buildkit},
    Client{.name = "crane",
           .title = "crane",
           .action = "pull",
           .pick = pick_as_go_containerregistry,
           .finds_nothing = go_containerregistry_finds_nothing,
           .copies = true,
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
    Client{.name = "regctl",
           .title = "regctl",
           .action = "pull",
           .pick = pick_as_regclient,
           .copies = true,
           .foresee = foresee_regctl},
    Client{.name = "oras",
           .title = "oras",
           .action = "pull",
           .pick = pick_as_oras,
           .takes_alone = "a manifest alone is taken without --platform; with it, oras asks its config",
           .copies = true,
           .foresee = foresee_oras},
    Client{.name = "wkg",
           .title = "wkg",
           .action = "pull",
           .asks = Asks::its_machine,
           .pick = pick_as_oci_client,
           .finds_nothing = oci_client_finds_nothing,
           .foresee = foresee_wkg},
    Client{.name = "wash",
           .title = "wash",
           .action = "pull",
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

// What differs is which entry is taken, and that layers are unpacked whatever the config says they are.
constexpr Client older_choice(std::string_view name, std::string_view until, std::string_view title,
                              decltype(Client::pick) pick, std::string_view since = {}) {
  Client client = *std::ranges::find(kClients, name, &Client::name);
  client.title = title;
  client.until = until;
  client.since = since;
  client.pick = pick;
  client.minds_diff_ids = false;
  return client;
}

constexpr std::array kOthers = {
    // docker/cli, cli/command/container/create.go (pullImage): the image is pulled for the platform that is said, if
    // any.
    Client{.name = "docker",
           .title = "docker pull",
           .action = "pull",
           .pick = pick_as_containerd,
           .finds_nothing = docker_finds_nothing,
           .takes_data = true,
           .unpacks_as_containerd = true,
           .foresee = foresee_docker_pull},
    // moby, daemon/containerd/image.go (GetImage): any image that is present, the machine's own platform first.
    Client{.name = "docker",
           .title = "docker run without --platform",
           .action = "run without --platform",
           .asks = Asks::this_machine,
           .pick = pick_as_containerd,
           .finds_nothing = docker_untold_finds_nothing,
           .takes_data = true,
           .unpacks_as_containerd = true,
           .foresee = foresee_docker_untold,
           .foresee_nothing = foresee_docker_untold_nothing},
    // moby 29.0 release notes: fresh installs have the containerd image store from then on.
    Client{.name = "docker",
           .title = "Docker 28 or older",
           .until = "28",
           .since = "23.0",
           .pick = pick_as_docker_classic,
           .finds_nothing = docker_classic_finds_nothing,
           .minds_size = false,
           .foresee = foresee_docker_classic},
    // moby 23.0 chooses with containerd's comparison, and takes what names no platform.
    Client{.name = "docker",
           .title = "Docker 20.10 or older",
           .until = "20.10",
           .pick = pick_as_docker_20_10,
           .finds_nothing = docker_classic_finds_nothing,
           .minds_size = false,
           .foresee = foresee_docker_20_10},
    // containerd 2.3.0 compares with containerd/platforms v1.0.0-rc.4 and hashes by what is expected.
    Client{.name = "containerd",
           .title = "containerd 2.2 or older",
           .until = "2.2",
           .since = "2.0",
           .pick = pick_as_containerd_2_2,
           .finds_nothing = containerd_finds_nothing,
           .refuses = containerd_2_2_refuses,
           .takes_data = true,
           .fetches = Fetches::all,
           .unpacks_as_containerd = true,
           .foresee = foresee_containerd_2_2},
    // containerd 2.0, cmd/ctr/commands/images/pull.go: pulls through the transfer service from then on, and fetches the
    // manifests of all platforms.
    Client{.name = "containerd",
           .title = "containerd 1.7 or older",
           .until = "1",
           .since = "1.7",
           .pick = pick_as_containerd_2_2,
           .finds_nothing = containerd_finds_nothing,
           .refuses = containerd_2_2_refuses,
           .takes_data = true,
           .fetches = Fetches::what_may_be_for_the_platform,
           .unpacks_as_containerd = true,
           .foresee = foresee_containerd_1},
    // containerd 1.7.0, remotes/handlers.go (Fetch): looks at the data of entries from then on.
    Client{.name = "containerd",
           .title = "containerd 1.6 or older",
           .until = "1.6",
           .pick = pick_as_containerd_2_2,
           .finds_nothing = containerd_finds_nothing,
           .refuses = containerd_2_2_refuses,
           .fetches = Fetches::what_may_be_for_the_platform,
           .unpacks_as_containerd = true,
           .foresee = foresee_containerd_1},
    // containerd 2.3.0, commit 871d58ca8: what is for another platform is no longer unpacked.
    Client{.name = "kubernetes",
           .title = "Kubernetes with containerd 2.2 or older",
           .until = "2.2",
           .since = "1.7",
           .asks = Asks::its_machine,
           .pick = pick_as_containerd_2_2,
           .finds_nothing = containerd_finds_nothing,
           .refuses = containerd_2_2_refuses,
           .takes_data = true,
           .unpacks_as_containerd = true,
           .foresee = foresee_kubernetes_2_2,
           .foresee_nothing = foresee_kubernetes_2_2_nothing},
    Client{.name = "kubernetes",
           .title = "Kubernetes with containerd 1.6 or older",
           .until = "1.6",
           .asks = Asks::its_machine,
           .pick = pick_as_containerd_2_2,
           .finds_nothing = containerd_finds_nothing,
           .refuses = containerd_2_2_refuses,
           .unpacks_as_containerd = true,
           .foresee = foresee_kubernetes_2_2,
           .foresee_nothing = foresee_kubernetes_2_2_nothing},
    // containers/image 5.34, storage/storage_dest.go (commitLayer): compares diff IDs from then on. podman 5.4 and
    // CRI-O
    // 1.33 have it.
    older_choice("podman", "5.3", "podman 5.3 or older", pick_as_podman, "4.6"),
    older_choice("crio", "1.32", "CRI-O 1.32 or older", pick_as_containers_image, "1.28"),
    // containers/image 5.26 prefers zstd: podman 4.6, skopeo 1.13 and CRI-O 1.28 have it.
    older_choice("podman", "4.5", "podman 4.5 or older", pick_as_podman_4_5, "4.4"),
    // containers-common 0.51, which podman 4.4 has, brought platform_to_oci_runtime.
    Client{.name = "podman",
           .title = "podman 4.3 or older",
           .until = "4.3",
           .pick = pick_as_podman_4_5,
           .finds_nothing = podman_finds_nothing,
           .refuses = containers_image_refuses,
           .minds_size = false,
           .minds_diff_ids = false,
           .foresee = foresee_podman_4_3},
    older_choice("skopeo", "1.12", "skopeo 1.12 or older", pick_as_containers_image_5_25),
    older_choice("crio", "1.27", "CRI-O 1.27 or older", pick_as_containers_image_5_25),
};

const Client& find_newest(std::string_view name) {
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

// Kubernetes' own versions, which are all 1.N, tell nothing of the containerd that a node has, whose 1.x ended
// with 1.7.
bool is_of_kubernetes_itself(const Client& client, const ClientVersion& version) {
  constexpr unsigned kLastOf1 = 7;
  return client.name == "kubernetes" && version.front() == 1 && version.size() > 1 && version[1] > kLastOf1;
}

}  // namespace

std::span<const Client> all_clients() { return kClients; }

std::span<const Client> other_behaviours() { return kOthers; }

std::string title_of(const Client& client, const Client& oldest) {
  constexpr std::string_view kOrOlder = " or older";
  if (oldest.since.empty() || !client.title.ends_with(kOrOlder)) {
    return std::string(client.title);
  }
  const std::string_view newest = client.title.substr(0, client.title.size() - kOrOlder.size());
  const std::size_t version = newest.rfind(' ') + 1;
  const std::string_view last = newest.substr(version);
  return std::string(newest.substr(0, version)) + std::string(oldest.since) +
         (last == oldest.since ? "" : " to " + std::string(last));
}

const Client& find_client(std::string_view text) {
  const std::size_t at = text.find('@');
  const Client* client = &find_newest(text.substr(0, at));
  if (at == std::string_view::npos) {
    return *client;
  }
  const std::string name(client->name);
  const std::optional<ClientVersion> version = parse_client_version(text.substr(at + 1));
  std::string lines;
  for (const Client& older : kOthers) {
    if (older.name != name || older.until.empty()) {
      continue;
    }
    lines.append(lines.empty() ? "" : ", ").append(name).append("@").append(older.until);
    if (version && is_within(*version, parse_client_version(older.until).value_or(ClientVersion{}))) {
      client = &older;  // those that come later in the table go less far
    }
  }
  if (lines.empty()) {
    throw UsageError(name + " is not known to do otherwise in another version", "write " + name);
  }
  if (!version) {
    throw UsageError("\"" + std::string(text) + "\": that is no version of " + name,
                     "a version is numbers, as in " + lines + "; without one it is the newest");
  }
  if (is_of_kubernetes_itself(*client, *version)) {
    throw UsageError("\"" + std::string(text) + "\": what counts is the version of containerd on the nodes",
                     "kubernetes@2.3 has containerd 2.3; kubectl get nodes -o wide shows which one they have");
  }
  return *client;
}

std::vector<const Client*> usual_clients() {
  return {&find_client("docker"), &find_client("containerd"), &find_client("podman")};
}

}  // namespace wasm_oci
