// containers/image, internal/pkg/platform/platform_matcher.go and internal/manifest/oci_index.go: names are compared as
// they are written; the best variant wins, of equals one that says it is compressed with zstd, then the first; an entry
// without a platform is for whatever nothing else is for. Up to 5.25, zstd is not preferred. Manifests are verified by
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

constexpr std::string_view kZstd = "io.github.containers.compression.zstd";

// Those that its machines run, the best first. Only these architectures have variants that are known to stand in.
std::vector<std::string_view> variants_run(const Platform& wanted) {
  static constexpr std::array<std::string_view, 3> kArm = {"v7", "v6", "v5"};
  if (wanted.variant.empty()) {
    return wanted.architecture == "arm64" ? std::vector<std::string_view>{"", "v8"} : std::vector<std::string_view>{""};
  }
  const auto known = wanted.architecture == "arm" ? std::ranges::find(kArm, wanted.variant) : kArm.end();
  std::vector<std::string_view> variants(known, kArm.end());
  if (variants.empty()) {
    variants.push_back(wanted.variant);
  }
  variants.emplace_back();
  return variants;
}

bool says_zstd(const Descriptor& entry) {
  const auto found = entry.annotations.find(std::string(kZstd));
  return found != entry.annotations.end() && found->second == "true";
}

enum class Zstd { is_preferred, is_like_any };

Picked pick(const Index& index, const Platform& asked, Zstd zstd) {
  const std::vector<std::string_view> variants = variants_run(asked);
  const auto rank = [&](const Descriptor& entry) -> std::optional<std::size_t> {
    if (!entry.platform) {
      return variants.size();
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
    if (!picked.entry || *own < best ||
        (*own == best && zstd == Zstd::is_preferred && says_zstd(entry) &&
         !says_zstd(index.manifests[*picked.entry]))) {
      best = *own;
      picked.entry = i;
    }
    picked.passed_over[i] =
        zstd == Zstd::is_preferred
            ? "is as good as another, or less so: the best variant is taken, then zstd, then the first"
            : "is as good as another, or less so: the best variant is taken, then the first";
  }
  if (picked.entry) {
    picked.passed_over[*picked.entry].clear();
  }
  return picked;
}

}  // namespace

Picked pick_as_containers_image(Store& /*store*/, const Index& index, const Platform& asked) {
  return pick(index, asked, Zstd::is_preferred);
}

Picked pick_as_containers_image_5_25(Store& /*store*/, const Index& index, const Platform& asked) {
  return pick(index, asked, Zstd::is_like_any);
}

std::optional<std::string> containers_image_refuses(const Digest& digest) {
  return digest.algorithm() == DigestAlgorithm::sha256
             ? std::nullopt
             : std::optional("Manifest does not match provided manifest digest " + digest.str());
}

std::string containers_image_finds_nothing(const Wish& wish, const Digest& /*index*/) {
  return R"(no image found in image index for architecture ")" + wish.asked.architecture + R"(", variant ")" +
         wish.asked.variant + R"(", OS ")" + wish.asked.os + "\"";
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

// crun's handlers for Wasm: core modules with _start.
std::optional<std::string> why_crun_cannot(const Taken& taken) {
  const FoundModule* const module = taken.module();
  if (module != nullptr && module->kind == WasmKind::component) {
    return shown_start(taken) + " is a component, and crun runs core modules";
  }
  return std::nullopt;
}

}  // namespace

namespace {

// Whether anything starts Wasm where nobody says what.
enum class ByPlatform { is_crun_wasm, is_nothing };

Outlook foresee_run(const Taken& taken, const Wish& wish, ByPlatform by_platform) {
  if (!taken.config) {
    return refuse(no_image(taken));
  }
  if (const std::optional<std::string> why = why_config_is_not_read(taken)) {
    return refuse(*why);
  }
  if (const std::optional<std::string> why = why_nothing_starts(taken)) {
    return {.next = "it is pulled and cannot be run: " + *why, .command = {}};
  }
  const std::string run = "podman run --rm ";
  if (!taken.is_wasm()) {
    return {.works = true, .next = "it is unpacked and run", .command = run + platform_flag(wish) + wish.name};
  }
  if (!taken.has_files()) {
    return refuse("its layers are no file systems");
  }
  if (const std::optional<std::string> why = why_crun_cannot(taken)) {
    return {.next = "it is pulled and cannot be run: " + *why, .command = {}};
  }
  const std::string platform = platform_to_paste(taken).value_or(format(wish.asked));
  if (by_platform == ByPlatform::is_nothing || !podman_knows_as_wasm(taken.config->platform)) {
    return {.works = true,
            .next = "it is unpacked; for " + platform +
                    " no runtime is chosen by itself (\"exec format error\"), an annotation says that it is Wasm",
            .command = run + "--platform " + platform + " --annotation run.oci.handler=wasm " + wish.name};
  }
  return {
      .works = true,
      .next = "it is unpacked, and crun-wasm runs " + shown_start(taken) + ", where crun was built with a Wasm runtime",
      .command = run + "--platform " + platform + " " + wish.name};
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
  if (!taken.config) {
    return refuse(no_image(taken));
  }
  if (!taken.is_wasm()) {
    return {.works = true, .next = "it is unpacked and run", .command = {}};
  }
  Outlook outlook = foresee_podman(taken, wish);
  outlook.command.clear();
  if (outlook.works) {
    outlook.next = "it is unpacked; the runtime is that of platform_runtime_paths for \"" +
                   excerpt(format(taken.config->platform)) + "\", or crun with an annotation of the pod";
    outlook.command = "metadata:\n  annotations:\n    module.wasm.image/variant: compat-smart";
  }
  return outlook;
}

Outlook foresee_skopeo(const Taken& /*taken*/, const Wish& wish) {
  return {.works = true,
          .next = "it is copied; nothing is unpacked or run",
          .command = "skopeo --override-os " + wish.asked.os + " --override-arch " + wish.asked.architecture +
                     " copy docker://" + wish.name + " oci:DIR:NAME"};
}

}  // namespace wasm_oci
