// Istio (pkg/wasm/imagefetcher.go, cache.go) and Envoy Gateway (internal/wasm, the same code): a gzipped last layer
// with a plugin.wasm in it, or Solo's two layers. A checksum is compared with that of the manifest, never of an index.
#include "oci/packaging/envoy.hpp"

#include "oci/clients/outlook.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/module_name.hpp"
#include "oci/text.hpp"

#include <algorithm>

namespace wasm_oci {
namespace {

std::optional<std::string> why_not_loaded(const Taken& taken) {
  if (taken.packaging == Packaging::solo) {
    return std::nullopt;
  }
  if (taken.manifest.layers.empty()) {
    return "number of layers must be greater than zero";
  }
  const Descriptor& last = taken.manifest.layers.back();
  if (media_type::layer_compression(last.media_type) != Compression::gzip) {
    return "could not parse as compat variant: invalid media type " + excerpt(last.media_type);
  }
  if (!taken.compressions.empty() && taken.compressions.back() != Compression::gzip) {
    return "its last layer is not gzip (\"gzip: invalid header\")";
  }
  const auto is_plugin = [&](const FoundModule& module) {
    return module.layer.digest == last.digest && safe_file_name(module.path) == kPluginFile;
  };
  if (!taken.modules) {
    return std::nullopt;
  }
  const auto plugin = std::ranges::find_if(*taken.modules, is_plugin);
  if (plugin == taken.modules->end()) {
    return "no " + std::string(kPluginFile) + " in its last layer";
  }
  const std::optional<WasmDescription>& description = plugin->description;
  const std::optional<std::string> why = description ? why_envoy_does_not_load(*description) : std::nullopt;
  return why ? std::optional("its " + std::string(kPluginFile) + " " + *why) : std::nullopt;
}

// What names it so that it is loaded: a digest has to be that of the manifest.
std::string name_to_load(const Taken& taken, const Wish& wish) {
  return wish.name.contains('@') ? wish.repository + "@" + taken.descriptor.digest.str() : wish.name;
}

Outlook foresee(const Taken& taken, const Wish& wish, const std::string& resource) {
  if (const std::optional<std::string> why = why_not_loaded(taken)) {
    return refuse(*why);
  }
  if (!taken.modules && taken.packaging != Packaging::solo) {
    return {
        .next = "it is a program's image; only a " + std::string(kPluginFile) + " in its last layer would be loaded",
        .command = {}};
  }
  if (wish.name.contains('@') && !wish.is_alone) {
    Outlook outlook = refuse("by the digest of an index: \"has checksum " + taken.descriptor.digest.hex() +
                             ", which does not match\"");
    outlook.next += "; by its own it is loaded into Envoy";
    outlook.command = resource;
    return outlook;
  }
  return {.works = true,
          .next = "its plugin is loaded into Envoy; a checksum is that of this manifest, not of an index",
          .command = resource};
}

}  // namespace

Outlook foresee_istio(const Taken& taken, const Wish& wish) {
  return foresee(taken, wish,
                 "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata:\n  name: plugin\nspec:\n"
                 "  url: oci://" +
                     name_to_load(taken, wish) + "\n  sha256: " + taken.descriptor.digest.hex());
}

Outlook foresee_envoy_gateway(const Taken& taken, const Wish& wish) {
  return foresee(taken, wish,
                 "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyExtensionPolicy\nmetadata:\n"
                 "  name: plugin\nspec:\n  wasm:\n    - name: plugin\n      code:\n        type: Image\n"
                 "        image:\n          url: " +
                     name_to_load(taken, wish) + "\n          sha256: " + taken.descriptor.digest.hex());
}

}  // namespace wasm_oci
