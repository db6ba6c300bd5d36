// What a client does with an image that it has taken: whether it can use it, what happens, and the line that does it.
// Where it fails, the client's own words are quoted.
#pragma once

#include "oci/clients/taken.hpp"
#include "oci/digest.hpp"
#include "oci/platform.hpp"

#include <optional>
#include <string>

namespace wasm_oci {

// What somebody wants a client to do.
struct Wish {
  std::string name;                           // of the image, as one types it
  std::string repository;                     // the same without tag and digest
  Platform wanted;                            // what the user wants
  Platform asked;                             // what the client asks for
  std::optional<Digest> wasm = std::nullopt;  // of the root, an index, the image for `wanted`, which is for Wasm
  bool is_offered = false;                    // an image for `wanted` is there, for those who can ask for it
  const Taken* offered = nullptr;             // that image, where the client does not ask for it; nullptr: it is broken
  bool is_plain_http = false;                 // its registry is spoken to without TLS
  std::string location = {};                  // "oci:DIR:NAME", where those who read layouts find it so; else empty
  bool is_alone = false;                      // what is taken is no entry of an index
};

struct Outlook {
  bool works = false;                                 // it comes to use, and is what the user wants
  std::string next;                                   // one sentence or two
  std::string command;                                // to paste; may be several lines; empty: there is none
  std::optional<std::string> refusal = std::nullopt;  // why the client does not take it after all
  bool is_known = true;                               // false: what it takes is not there to be looked at

  bool operator==(const Outlook&) const = default;
};

// It is chosen, and not taken: `why` in the client's own words.
Outlook refuse(std::string why);

Outlook foresee_docker(const Taken& taken, const Wish& wish);
Outlook foresee_docker_pull(const Taken& taken, const Wish& wish);
// Where nothing says the platform.
Outlook foresee_docker_untold(const Taken& taken, const Wish& wish);
Outlook foresee_docker_classic(const Taken& taken, const Wish& wish);
Outlook foresee_docker_20_10(const Taken& taken, const Wish& wish);
Outlook foresee_buildkit(const Taken& taken, const Wish& wish);
Outlook foresee_containerd(const Taken& taken, const Wish& wish);
Outlook foresee_containerd_2_2(const Taken& taken, const Wish& wish);
Outlook foresee_containerd_1(const Taken& taken, const Wish& wish);
// With the newest containerd, and with those up to 2.2.
Outlook foresee_kubernetes(const Taken& taken, const Wish& wish);
Outlook foresee_kubernetes_2_2(const Taken& taken, const Wish& wish);
Outlook foresee_podman(const Taken& taken, const Wish& wish);
Outlook foresee_podman_4_3(const Taken& taken, const Wish& wish);
Outlook foresee_crio(const Taken& taken, const Wish& wish);
Outlook foresee_skopeo(const Taken& taken, const Wish& wish);
Outlook foresee_crane(const Taken& taken, const Wish& wish);
Outlook foresee_istio(const Taken& taken, const Wish& wish);
Outlook foresee_envoy_gateway(const Taken& taken, const Wish& wish);
Outlook foresee_regctl(const Taken& taken, const Wish& wish);
Outlook foresee_oras(const Taken& taken, const Wish& wish);
Outlook foresee_wkg(const Taken& taken, const Wish& wish);
Outlook foresee_wash(const Taken& taken, const Wish& wish);
Outlook foresee_spin(const Taken& taken, const Wish& wish);
Outlook foresee_runwasi_layers(const Taken& taken, const Wish& wish);

// What there is to do where the client takes nothing.
Outlook foresee_containerd_nothing(const Wish& wish);
Outlook foresee_docker_untold_nothing(const Wish& wish);
Outlook foresee_kubernetes_nothing(const Wish& wish);
Outlook foresee_kubernetes_2_2_nothing(const Wish& wish);

// What the client says where it takes nothing of the index `index`.
std::string containerd_finds_nothing(const Wish& wish, const Descriptor& index);
std::string docker_finds_nothing(const Wish& wish, const Descriptor& index);
std::string docker_untold_finds_nothing(const Wish& wish, const Descriptor& index);
std::string buildkit_finds_nothing(const Wish& wish, const Descriptor& index);
std::string docker_classic_finds_nothing(const Wish& wish, const Descriptor& index);
std::string containers_image_finds_nothing(const Wish& wish, const Descriptor& index);
std::string podman_finds_nothing(const Wish& wish, const Descriptor& index);
std::string go_containerregistry_finds_nothing(const Wish& wish, const Descriptor& index);
std::string oci_client_finds_nothing(const Wish& wish, const Descriptor& index);
std::string runwasi_finds_nothing(const Wish& wish, const Descriptor& index);
// Of clients whose words are not known here.
std::string finds_nothing(const Wish& wish, const Descriptor& index);

// What the client says of a manifest with such a digest, whatever is in it; nullopt: it takes it.
std::optional<std::string> containerd_2_2_refuses(const Digest& digest);
std::optional<std::string> containers_image_refuses(const Digest& digest);

// Whether podman hands what has this platform in its config to crun-wasm (containers-common,
// platform_to_oci_runtime).
bool podman_knows_as_wasm(const Platform& platform);

// What container runtimes have in common: why nothing of the image can start, in words that follow "it cannot be run:
// "; nullopt: it starts, as far as its files tell.
std::optional<std::string> why_nothing_starts(const Taken& taken);
// Why clients in Go, which read the time in it, do not read the config; nullopt: they do.
std::optional<std::string> why_config_is_not_read(const Taken& taken);
// Why containerd, and who unpacks with it, does not unpack a layer that others do; nullopt: it does, as far as the
// layers were looked at.
std::optional<std::string> why_containerd_does_not_unpack(const Taken& taken);
// What containerd says, and who unpacks with it, of an image whose config does not count the layers of files; nullopt:
// it does. Layers are unpacked as they come, if there are any, or once all are there.
enum class Counted { as_they_come, once_all_are_there };
std::optional<std::string> why_layers_do_not_match(const Taken& taken, Counted counted);
// "/" and what starts, as far as a message shows it.
std::string shown_start(const Taken& taken);
// The platform in the config, for a line that people paste into a shell: nullopt unless it is one that could have been
// typed, since the config is anybody's.
std::optional<std::string> platform_to_paste(const Taken& taken);
// "--platform P ", where the user wants another platform than the machine's.
std::string platform_flag(const Wish& wish);

}  // namespace wasm_oci
