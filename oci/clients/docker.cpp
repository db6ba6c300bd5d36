// Docker Engine with the containerd image store (daemon/containerd, daemon/create.go, daemon/runtime_unix.go), and
// BuildKit. A runtime is never chosen by the platform: without --runtime it is runc.
#include "oci/clients/outlook.hpp"
#include "oci/text.hpp"

namespace wasm_oci {

std::string docker_finds_nothing(const Wish& wish, const Digest& /*index*/) {
  return "no matching manifest for " + format(wish.asked) + " in the manifest list entries";
}

namespace {

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
  if (!is_found_again(taken, wish.asked)) {
    return {
        .next = "it is pulled and not run: \"does not provide the specified platform (" + format(wish.asked) + ")\"",
        .command = {}};
  }
  return foresee_run(taken, wish);
}

Outlook foresee_docker_pull(const Taken& /*taken*/, const Wish& wish) {
  return {.works = true, .next = "it is pulled", .command = "docker pull " + platform_flag(wish) + wish.name};
}

namespace {

// daemon/create.go.
std::string warning(const std::string& platform) {
  return R"(the warning "The requested image's platform ()" + platform +
         R"() does not match the detected host platform")";
}

// What runs the image that is wanted where nobody says its platform.
std::string pull_and_run(const Wish& wish) {
  return "docker pull --platform " + format(wish.wanted) + " " + wish.name + "\ndocker run --rm " +
         (is_wasm(wish.wanted) ? "--runtime io.containerd.wasmtime.v1 " : "") + wish.name;
}

}  // namespace

Outlook foresee_docker_untold(const Taken& taken, const Wish& wish) {
  const std::string own = taken.config ? format(taken.config->platform) : "";
  if (taken.config && !same_platform(taken.config->platform, wish.asked)) {
    Outlook outlook = foresee_run(taken, wish);
    if (outlook.works) {
      outlook.next += "; with " + warning(excerpt(own));
      outlook.command =
          std::string("docker run --rm ") + (taken.is_wasm() ? "--runtime io.containerd.wasmtime.v1 " : "") + wish.name;
    }
    return outlook;
  }
  if (!wish.is_offered || same_platform(wish.wanted, wish.asked)) {
    return foresee_run(taken, wish);
  }
  return {.next = "where nothing of this image is present, this is pulled and run; where only that for " +
                  format(wish.wanted) + " is, that is run, with " + warning(format(wish.wanted)) +
                  "; where both are, this",
          .command = pull_and_run(wish)};
}

Outlook foresee_docker_untold_nothing(const Wish& wish) {
  if (!wish.is_offered || same_platform(wish.wanted, wish.asked)) {
    return {};
  }
  return {
      .next = "once that for " + format(wish.wanted) + " is pulled, it is run, with " + warning(format(wish.wanted)),
      .command = pull_and_run(wish)};
}

Outlook foresee_buildkit(const Taken& taken, const Wish& wish) {
  if (!taken.config) {
    return {.next = "it is no base image: its config is " + excerpt(taken.manifest.config.media_type), .command = {}};
  }
  return {.works = true,
          .next = "FROM takes it as the base image",
          .command = "echo \"FROM " + wish.name + "\" | docker buildx build " + platform_flag(wish) + "-"};
}

}  // namespace wasm_oci
