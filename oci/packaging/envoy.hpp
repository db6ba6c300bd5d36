// The `envoy` packaging: Solo's compat form, an image whose last layer holds /plugin.wasm. Istio, Envoy Gateway and
// Higress load it into Envoy; they take a gzipped layer only, look at nothing in the config, and never choose it from
// an index by a Wasm platform.
#pragma once

#include "oci/image_config.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/packaging/package.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wasm_oci {

extern const Packager kEnvoyPackager;

inline constexpr std::string_view kPluginFile = "plugin.wasm";
// Larger ones are refused by Istio and Envoy Gateway (imagefetcher.go), in bytes.
inline constexpr std::uint64_t kMaxPluginSize = std::uint64_t{256} * 1024 * 1024;
// An annotation that belongs to the packaging (solo-io/wasm, spec-compat.md): with this value it is written where
// nobody said another, and left out when the plugin is packaged another way.
inline constexpr std::string_view kVariantAnnotation = "module.wasm.image/variant";
inline constexpr std::string_view kVariant = "compat";

// Why Envoy does not load it, once these programs have; follows its name. nullopt: it does, as far as is known.
std::optional<std::string> why_envoy_does_not_load(const WasmDescription& module);

// The plugin of an image of this form: with nothing that a container could start, and one plugin.wasm in its last
// layer, which is gzip. nullptr for what these programs would not load, or of which they would take the first of
// several.
const FoundModule* find_plugin(const Manifest& manifest, const ImageConfig& config,
                               std::span<const FoundModule> modules);

}  // namespace wasm_oci
