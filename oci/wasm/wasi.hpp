// What a Wasm binary asks of the program that runs it, told by the names that it imports and exports.
#pragma once

#include "oci/wasm/externs.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wasm_oci {

// The later, the higher. Preview 2 and 3 are WASI 0.2 and 0.3: components only.
enum class WasiLevel : std::uint8_t { none, preview0, preview1, preview2, preview3 };

// What core modules import beyond their WASI level.
enum class WasmFeature : std::uint8_t {
  threads,           // wasi-threads: "thread-spawn"
  wasix,             // Wasmer's extension of preview 1
  wasmedge_sockets,  // sockets in preview 1 that its standard does not have, as WasmEdge spells them
  wamr_sockets,      // the same as WAMR spells them
  wasi_nn,
  wasi_crypto,
};

enum class WasmShape : std::uint8_t {
  command,       // has a main function: runs and ends
  reactor,       // is initialised, then called
  http_handler,  // is called for each request
  library,       // offers functions, or nothing
  proxy_wasm,    // a plugin for Envoy and other proxies
};

// As JSON has them: "preview1", "wasi-nn", "http-handler".
std::string_view to_string(WasiLevel level);
std::string_view to_string(WasmFeature feature);
std::string_view to_string(WasmShape shape);

// The level of a component that imports or exports this name. Names of WASI without a version are older than 0.2, and
// those of versions to come later than 0.3; they count as the nearest level. none: not WASI.
WasiLevel wasi_level_of(std::string_view name);
// The highest level of which the imports of a core module speak.
WasiLevel core_wasi_level(std::span<const WasmImport> imports);

// In the order of the enumeration, each once.
std::vector<WasmFeature> core_features(std::span<const WasmImport> imports);

// A module with both _start and _initialize is a command (wasmtime refuses it).
WasmShape core_shape(std::span<const WasmExport> exports);
// A component that handles requests and can be run is a handler.
WasmShape component_shape(std::span<const WasmExport> exports);

// The programs of which one is needed; empty where any will do that knows the WASI level. Where no program is known to
// have all features, those that have one of them.
std::vector<std::string_view> runtimes_for(WasmShape shape, std::span<const WasmFeature> features);

}  // namespace wasm_oci
