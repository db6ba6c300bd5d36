#include "oci/packaging/wasm_layers.hpp"

#include "oci/digest.hpp"
#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/image.hpp"

#include <array>
#include <utility>

namespace wasm_oci {
namespace {

Platform wasm_platform(const std::optional<Platform>& asked, const WasmDescription& /*module*/) {
  const Platform platform = asked.value_or(usual_wasm_platform());
  if (platform.architecture != "wasm" || !platform.variant.empty()) {
    throw UsageError("runwasi reads Wasm layers of the architecture wasm alone, and not " + format(platform),
                     "take wasi/wasm, or another packaging: --as image");
  }
  return platform;
}

PackedImage pack(const Package& package, PackageModule module, const LayerOptions& /*options*/, LocalStore& store) {
  ImageConfig config{.created = package.created,
                     .platform = package.platform,
                     .user = package.user,
                     .env = package.env,
                     .entrypoint = start_of(package),
                     .cmd = package.cmd,
                     .workdir = package.workdir == "/" ? "" : package.workdir,
                     .labels = package.labels};
  Descriptor layer = raw_layer(package, std::move(module), media_type::kWasmComponentLayer, store);
  config.labels.insert_or_assign(std::string(kLayersLabel), digest_of(layer.digest.hex()).hex());
  return pack_manifest({.media_type = std::string(media_type::kOciManifest),
                        .config = store.add(media_type::kOciConfig, serialize(config)),
                        .layers = {std::move(layer)},
                        .annotations = package.annotations});
}

constexpr std::array kLacks = {PackagePart::files};

}  // namespace

constexpr Packager kWasmLayersPackager{
    .lacks = kLacks, .compressions = {}, .platform = wasm_platform, .judge = judge_process, .pack = pack};

}  // namespace wasm_oci
