// The `image` packaging: what buildx makes of FROM scratch, COPY app.wasm /, ENTRYPOINT ["/app.wasm"] for wasi/wasm.
// Docker, containerd, podman and Kubernetes unpack its tar layers and hand the entrypoint to a Wasm runtime.
#pragma once

#include "oci/image_config.hpp"
#include "oci/packaging/package.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

extern const Packager kImagePackager;

// For packagers of images: what was asked for, whatever it is.
Platform any_platform(const std::optional<Platform>& asked, const WasmDescription& module);

// Where the module of an image with this entrypoint lies: the first word without "#function". Throws UsageError unless
// that is an absolute path that names a file.
std::string module_path(const std::vector<std::string>& entrypoint);

// For packagers of images: the layer that holds the module alone, at this absolute path, with its line of history.
ImageLayer pack_module_layer(const Package& package, PackageModule module, const std::string& path,
                             const LayerOptions& options, LocalStore& store);

// For packagers of images: completes `config` with the layers and writes it.
PackedImage pack_layers(const Package& package, ImageConfig config, const std::vector<ImageLayer>& image_layers,
                        LocalStore& store);

// "COPY app.wasm /app.wasm # wasm-oci": one layer in the history of an image.
std::string history_line(std::string_view what, const std::vector<std::string>& paths);

// What is wrong with a module as the process of a container.
std::vector<Objection> judge_process(const Package& package, const PackageModule& module);

}  // namespace wasm_oci
