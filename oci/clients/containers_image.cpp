// containers/image, internal/pkg/platform/platform_matcher.go and internal/manifest/oci_index.go: names are compared as
// they are written; the best variant wins, of equals one that says it is compressed with zstd, then the first; an entry
// without a platform is for whatever nothing else is for. Up to 5.25, zstd is not preferred. Of a Docker list
// (internal/manifest/docker_schema2_list.go) it is the best variant, then the first, and an entry without a platform is
// for nothing. podman asks for 32-bit Arm as v7 (containers/common, libimage/platform.go). Manifests are verified by
// SHA-256 alone (internal/manifest/manifest.go, MatchesDigest), their size is never looked at.
#include "oci/clients/families.hpp"
#include "oci/clients/outlook.hpp"
#include "oci/media_type.hpp"
#include "oci/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {
namespace {

// The variants that stand in for the one that is asked for, the best first. Without one any is taken, but one that has
// none comes first.
std::vector<std::string_view> variants_run(const Platform& asked) {
  static constexpr std::array<std::string_view, 4> kArm = {"v8", "v7", "v6", "v5"};
  static constexpr std::array<std::string_view, 1> kArm64 = {"v8"};
  std::span<const std::string_view> known;
  if (asked.architecture == "arm") {
    known = kArm;
  } else if (asked.architecture == "arm64") {
    known = kArm64;
  }
  std::vector<std::string_view> variants;
  if (asked.variant.empty()) {
    variants.emplace_back();
    variants.insert(variants.end(), known.begin(), known.end());
    return variants;
  }
  variants.assign(std::ranges::find(known, asked.variant), known.end());
  if (variants.empty()) {
    variants.emplace_back(asked.variant);
  }
  variants.emplace_back();
  return variants;
}

bool says_zstd(const Descriptor& entry) {
  const auto found = entry.annotations.find(std::string(kZstdAnnotation));
  return found != entry.annotations.end() && found->second == "true";
}

enum class Zstd { is_preferred, is_like_any };

Picked pick(const Index& index, const Platform& asked, Zstd zstd) {
  const bool is_docker_list = index.media_type == media_type::kDockerManifestList;
  const bool prefers_zstd = zstd == Zstd::is_preferred && !is_docker_list;
  const std::vector<std::string_view> variants = variants_run(asked);
  const auto rank = [&](const Descriptor& entry) -> std::optional<std::size_t> {
    if (!entry.platform) {
      return is_docker_list ? std::nullopt : std::optional(variants.size());
    }
    const auto variant = entry.platform->os == asked.os && entry.platform->architecture == asked.architecture
                             ? std::ranges::find(variants, entry.platform->variant)
                             : variants.end();
    return variant == variants.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(std::distance(variants.begin(), variant)));
  };
  Picked picked(index);
  std::size_t best = 0;
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const Descriptor& entry = index.manifests[i];
    const std::optional<std::size_t> own = rank(entry);
    picked.passed_over[i] = what_it_is_for(entry);
    if (!own) {
      continue;
    }
    const bool is_only_zstd =
        picked.entry && *own == best && prefers_zstd && says_zstd(entry) && !says_zstd(index.manifests[*picked.entry]);
    if (!picked.entry || *own < best || is_only_zstd) {
      best = *own;
      picked.entry = i;
      picked.reason = is_only_zstd ? "of those that are as good for " + format(asked) +
                                         " it is the first that says it is compressed with zstd"
                                   : "";
    }
    picked.passed_over[i] = prefers_zstd
                                ? "is as good as another, or less so: the best variant is taken, then zstd, then the "
                                  "first"
                                : "is as good as another, or less so: the best variant is taken, then the first";
  }
  if (picked.entry) {
    picked.passed_over[*picked.entry].clear();
  }
  return picked;
}

// libimage/platform.go (NormalizePlatform) of containers/common.
Platform as_podman_asks(Platform asked) {
  if (asked.architecture == "arm" && asked.variant.empty()) {
    asked.variant = "v7";
  }
  return asked;
}

}  // namespace

Picked pick_as_containers_image(Store& /*store*/, const Index& index, const Platform& asked) {
  return pick(index, asked, Zstd::is_preferred);
}

Picked pick_as_containers_image_5_25(Store& /*store*/, const Index& index, const Platform& asked) {
  return pick(index, asked, Zstd::is_like_any);
}

Picked pick_as_podman(Store& store, const Index& index, const Platform& asked) {
  return pick_as_containers_image(store, index, as_podman_asks(asked));
}

Picked pick_as_podman_4_5(Store& store, const Index& index, const Platform& asked) {
  return pick_as_containers_image_5_25(store, index, as_podman_asks(asked));
}

std::optional<std::string> containers_image_refuses(const Digest& digest) {
  return digest.algorithm() == DigestAlgorithm::sha256
             ? std::nullopt
             : std::optional("Manifest does not match provided manifest digest " + digest.str());
}

std::string containers_image_finds_nothing(const Wish& wish, const Descriptor& index) {
  const std::string_view what = index.media_type == media_type::kDockerManifestList ? "manifest list" : "image index";
  return "no image found in " + std::string(what) + R"( for architecture ")" + wish.asked.architecture +
         R"(", variant ")" + wish.asked.variant + R"(", OS ")" + wish.asked.os + "\"";
}

std::string podman_finds_nothing(const Wish& wish, const Descriptor& index) {
  Wish own = wish;
  own.asked = as_podman_asks(wish.asked);
  return containers_image_finds_nothing(own, index);
}

bool podman_knows_as_wasm(const Platform& platform) {
  static constexpr std::array<std::string_view, 3> kArchitectures = {"wasm", "wasm32", "wasm64"};
  return platform.os == "wasi" && std::ranges::find(kArchitectures, platform.architecture) != kArchitectures.end();
}

namespace {

std::string no_image(const Taken& taken) {
  return R"("unsupported image-specific operation on artifact with type \")" +
         excerpt(taken.manifest.config.media_type) + R"(\"")";
}

// An OCI manifest with Docker's config.
bool is_mixed(const Taken& taken) {
  return taken.descriptor.media_type == media_type::kOciManifest &&
         taken.manifest.config.media_type == media_type::kDockerConfig;
}

// Whatever their types, all are unpacked.
bool has_other_layers(const Manifest& manifest) {
  return std::ranges::any_of(manifest.layers,
                             [](const Descriptor& layer) { return !media_type::layer_compression(layer.media_type); });
}

// crun's handlers for Wasm: core modules with _start, in the file that the whole first word names (handler-utils.c).
std::optional<std::string> why_crun_cannot(const Taken& taken) {
  if (!taken.function.empty()) {
    return excerpt(taken.argv.front()) + " names a function, and crun takes the whole word for the file";
  }
  const FoundModule* const module = taken.module();
  if (module != nullptr && module->kind == WasmKind::component) {
    return shown_start(taken) + " is a component, and crun runs core modules";
  }
  return std::nullopt;
}

// Whether anything starts Wasm where nobody says what.
enum class ByPlatform { is_crun_wasm, is_nothing };

Outlook foresee_run(const Taken& taken, const Wish& wish, ByPlatform by_platform) {
  if (!taken.config) {
    return refuse(no_image(taken));
  }
  if (const std::optional<std::string> why = why_config_is_not_read(taken)) {
    return refuse(*why);
  }
  if (has_other_layers(taken.manifest)) {
    return refuse("its layers are no file systems");
  }
  if (const std::optional<std::string> why = why_nothing_starts(taken)) {
    return {.next = "it is pulled and cannot be run: " + *why, .command = {}};
  }
  const std::string run = std::string("podman run --rm ") + (wish.is_plain_http ? "--tls-verify=false " : "");
  const std::string name = wish.location.empty() ? wish.name : wish.location;
  if (!taken.is_wasm()) {
    return {.works = true, .next = "it is unpacked and run", .command = run + platform_flag(wish) + name};
  }
  if (const std::optional<std::string> why = why_crun_cannot(taken)) {
    return {.next = "it is pulled and cannot be run: " + *why, .command = {}};
  }
  const std::string platform = platform_to_paste(taken).value_or(format(wish.asked));
  if (by_platform == ByPlatform::is_nothing || !podman_knows_as_wasm(taken.config->platform)) {
    return {.works = true,
            .next = "it is unpacked; for " + platform +
                    " no runtime is chosen by itself (\"exec format error\"), an annotation says that it is Wasm",
            .command = run + "--platform " + platform + " --annotation run.oci.handler=wasm " + name};
  }
  return {
      .works = true,
      .next = "it is unpacked, and crun-wasm runs " + shown_start(taken) + ", where crun was built with a Wasm runtime",
      .command = run + "--platform " + platform + " " + name};
}

}  // namespace

Outlook foresee_podman(const Taken& taken, const Wish& wish) {
  if (is_mixed(taken)) {
    return refuse("\"invalid mixed OCI image with Docker v2s2 config\"");
  }
  return foresee_run(taken, wish, ByPlatform::is_crun_wasm);
}

Outlook foresee_podman_4_3(const Taken& taken, const Wish& wish) {
  return is_mixed(taken) ? refuse(no_image(taken)) : foresee_run(taken, wish, ByPlatform::is_nothing);
}

Outlook foresee_crio(const Taken& taken, const Wish& wish) {
  Outlook outlook = foresee_podman(taken, wish);
  outlook.command.clear();
  if (outlook.works && taken.config && taken.is_wasm()) {
    outlook.next = "it is unpacked; the runtime is that of platform_runtime_paths for \"" +
                   excerpt(format(taken.config->platform)) + "\", or crun with an annotation of the pod";
    outlook.command = "metadata:\n  annotations:\n    module.wasm.image/variant: compat-smart";
  }
  return outlook;
}

Outlook foresee_skopeo(const Taken& /*taken*/, const Wish& wish) {
  const std::string variant = wish.asked.variant.empty() ? "" : " --override-variant " + wish.asked.variant;
  return {.works = true,
          .next = "it is copied; nothing is unpacked or run",
          .command = "skopeo --override-os " + wish.asked.os + " --override-arch " + wish.asked.architecture + variant +
                     " copy " + (wish.is_plain_http ? "--src-tls-verify=false " : "") +
                     (wish.location.empty() ? "docker://" + wish.name : wish.location) + " oci:DIR:NAME"};
}

}  // namespace wasm_oci
