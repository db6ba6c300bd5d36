// Docker Engine with the containerd image store (daemon/containerd, daemon/create.go, daemon/runtime_unix.go). A
// runtime is never chosen by the platform: without --runtime it is runc.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace wasm_oci {

std::string docker_finds_nothing(const Wish& wish, const Descriptor& /*index*/) {
  return "no matching manifest for " + format(wish.asked) + " in the manifest list entries";
}

std::string docker_untold_finds_nothing(const Wish& wish, const Descriptor& index) {
  Wish best = wish;
  best.asked = best_host_platform();
  return docker_finds_nothing(best, index);
}

namespace {

// containerd's client/pull.go, which Docker pulls with: where no layer could be unpacked as it came, all are tried once
// more.
std::optional<std::string> why_not_unpacked(const Taken& taken) {
  const auto why = why_layers_do_not_match(taken, Counted::as_they_come);
  return why ? why : why_layers_do_not_match(taken, Counted::once_all_are_there);
}

// daemon/containerd/image.go (GetImage): what was pulled is found again by what its entry says it is for, else its
// config, and then nothing of another architecture stands in.
bool is_found_again(const Taken& taken, const Platform& asked) {
  const Platform own = normalize(taken.descriptor.platform ? *taken.descriptor.platform
                                 : taken.config            ? taken.config->platform
                                                           : asked);
  return own.os == normalize(asked).os && own.architecture == normalize(asked).architecture;
}

// Once it is found.
Outlook foresee_run(const Taken& taken, const Wish& wish) {
  if (const std::optional<std::string> why = why_nothing_starts(taken)) {
    const std::string words = taken.config && taken.argv.empty() ? " (\"no command specified\")" : "";
    return {.next = "it is pulled and cannot be run: " + *why + words, .command = {}};
  }
  if (!taken.is_wasm()) {
    return {.works = true,
            .next = "it is unpacked and run by runc",
            .command = "docker run --rm " + platform_flag(wish) + wish.name};
  }
  if (!taken.has_files()) {
    return {.next = "it is pulled and cannot be run: its layers are no file systems", .command = {}};
  }
  return {.works = true,
          .next = "it is unpacked, and the shim that --runtime names runs " + shown_start(taken) +
                  "; without --runtime runc fails with \"exec format error\"",
          .command = "docker run --rm --runtime io.containerd.wasmtime.v1 --platform " +
                     platform_to_paste(taken).value_or(format(wish.asked)) + " " + wish.name};
}

}  // namespace

Outlook foresee_docker(const Taken& taken, const Wish& wish) {
  if (const std::optional<std::string> why = why_not_unpacked(taken)) {
    return refuse(*why);
  }
  if (!is_found_again(taken, wish.asked)) {
    return {
        .next = "it is pulled and not run: \"does not provide the specified platform (" + format(wish.asked) + ")\"",
        .command = {}};
  }
  return foresee_run(taken, wish);
}

Outlook foresee_docker_pull(const Taken& taken, const Wish& wish) {
  if (const std::optional<std::string> why = why_not_unpacked(taken)) {
    return refuse(*why);
  }
  return {.works = true, .next = "it is pulled", .command = "docker pull " + platform_flag(wish) + wish.name};
}

namespace {

// daemon/create.go: what runs on what maximumSpec says is not warned of.
bool is_for_this_machine(const Platform& platform) {
  return std::ranges::any_of(platforms_run_by(best_host_platform()),
                             [&](const Platform& run) { return same_platform(run, platform); });
}

std::string warning(const std::string& platform) {
  return R"(the warning "The requested image's platform ()" + platform +
         R"() does not match the detected host platform")";
}

// What runs the image that is wanted where nobody says its platform.
std::string pull_and_run(const Wish& wish) {
  return "docker pull --platform " + format(wish.wanted) + " " + wish.name + "\ndocker run --rm " +
         (is_wasm(wish.wanted) ? "--runtime io.containerd.wasmtime.v1 " : "") + wish.name;
}

struct OncePresent {
  std::string next;
  std::string command;
};

// What becomes of that image where it alone is present.
OncePresent once_present(const Wish& wish) {
  if (wish.offered == nullptr) {
    return {.next = "is run, with " + warning(format(wish.wanted)), .command = pull_and_run(wish)};
  }
  if (const std::optional<std::string> why = why_containerd_does_not_unpack(*wish.offered)) {
    return {.next = "cannot be unpacked: " + *why, .command = {}};
  }
  if (const std::optional<std::string> why = why_not_unpacked(*wish.offered)) {
    return {.next = "cannot be unpacked: " + *why, .command = {}};
  }
  if (const std::optional<std::string> why = why_nothing_starts(*wish.offered)) {
    return {.next = "cannot be run: " + *why, .command = {}};
  }
  // The warning goes by the config.
  const Platform own = wish.offered->config ? wish.offered->config->platform : wish.wanted;
  return {.next = is_for_this_machine(own) ? "is run" : "is run, with " + warning(excerpt(format(own))),
          .command = pull_and_run(wish)};
}

}  // namespace

Outlook foresee_docker_untold(const Taken& taken, const Wish& wish) {
  if (const std::optional<std::string> why = why_not_unpacked(taken)) {
    return refuse(*why);
  }
  if (taken.config && !is_for_this_machine(taken.config->platform)) {
    Outlook outlook = foresee_run(taken, wish);
    if (outlook.works) {
      outlook.next += "; with " + warning(excerpt(format(taken.config->platform)));
      outlook.command =
          std::string("docker run --rm ") + (taken.is_wasm() ? "--runtime io.containerd.wasmtime.v1 " : "") + wish.name;
    }
    return outlook;
  }
  if (!wish.is_offered || same_platform(wish.wanted, wish.asked)) {
    return foresee_run(taken, wish);
  }
  const OncePresent once = once_present(wish);
  return {.next = "where nothing of this image is present, this is pulled and run; where only that for " +
                  format(wish.wanted) + " is, that " + once.next + "; where both are, this",
          .command = once.command};
}

Outlook foresee_docker_untold_nothing(const Wish& wish) {
  if (!wish.is_offered || same_platform(wish.wanted, wish.asked)) {
    return {};
  }
  const OncePresent once = once_present(wish);
  return {.next = "once that for " + format(wish.wanted) + " is pulled, it " + once.next, .command = once.command};
}

}  // namespace wasm_oci
