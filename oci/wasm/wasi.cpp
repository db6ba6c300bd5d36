#include "oci/wasm/wasi.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace wasm_oci {
namespace {

constexpr std::string_view kPreview0 = "wasi_unstable";
constexpr std::string_view kPreview1 = "wasi_snapshot_preview1";

// "0" of "0.3.1", and the text moves on behind the point. Anything else is 0.
unsigned take_number(std::string_view& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  text.remove_prefix(text.starts_with('.') ? 1 : 0);
  return error == std::errc{} ? number : 0;
}

// Preview 1 has four functions for sockets that the host opened; runtimes added more to the same module, some of one
// name and different types. What only one of them has tells them apart; else it is WasmEdge, whose users are more.
bool is_standard_socket(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kStandard = {"sock_accept", "sock_recv", "sock_send",
                                                                "sock_shutdown"};
  return std::ranges::find(kStandard, name) != kStandard.end();
}

bool is_wamr_socket(std::string_view name) {
  return name == "sock_close" || name.starts_with("sock_addr_") || name.starts_with("sock_get_") ||
         name.starts_with("sock_set_");
}

bool is_socket_beyond_standard(const WasmImport& import) {
  return import.module == kPreview1 && import.name.starts_with("sock_") && !is_standard_socket(import.name);
}

bool is_wamr_import(const WasmImport& import) {
  return is_socket_beyond_standard(import) && is_wamr_socket(import.name);
}

bool uses(WasmFeature feature, std::span<const WasmImport> imports) {
  switch (feature) {
    case WasmFeature::threads:
      return std::ranges::any_of(imports, [](const auto& i) { return i.module == "wasi" && i.name == "thread-spawn"; });
    case WasmFeature::wasix:
      return std::ranges::any_of(imports,
                                 [](const auto& i) { return i.module == "wasix_32v1" || i.module == "wasix_64v1"; });
    case WasmFeature::wasmedge_sockets:
      return std::ranges::any_of(imports, is_socket_beyond_standard) && std::ranges::none_of(imports, is_wamr_import);
    case WasmFeature::wamr_sockets:
      return std::ranges::any_of(imports, is_wamr_import);
    case WasmFeature::wasi_nn:
      return std::ranges::any_of(imports, [](const auto& i) { return i.module == "wasi_ephemeral_nn"; });
    case WasmFeature::wasi_crypto:
      return std::ranges::any_of(imports, [](const auto& i) { return i.module.starts_with("wasi_ephemeral_crypto_"); });
  }
  return false;
}

// The programs that have a feature today. wasmtime had wasi-threads up to 46 and wasi-crypto up to 13; WasmEdge decided
// against wasi-threads.
std::span<const std::string_view> runtimes_of(WasmFeature feature) {
  static constexpr std::array<std::string_view, 2> kThreads = {"wasmer", "wamr"};
  static constexpr std::array<std::string_view, 1> kWasmer = {"wasmer"};
  static constexpr std::array<std::string_view, 1> kWasmEdge = {"wasmedge"};
  static constexpr std::array<std::string_view, 1> kWamr = {"wamr"};
  static constexpr std::array<std::string_view, 3> kNn = {"wasmtime", "wasmedge", "wamr"};
  switch (feature) {
    case WasmFeature::threads:
      return kThreads;
    case WasmFeature::wasix:
      return kWasmer;
    case WasmFeature::wasmedge_sockets:
    case WasmFeature::wasi_crypto:
      return kWasmEdge;
    case WasmFeature::wamr_sockets:
      return kWamr;
    case WasmFeature::wasi_nn:
      return kNn;
  }
  return {};
}

bool exports_function(std::span<const WasmExport> exports, std::string_view name) {
  return std::ranges::any_of(exports,
                             [name](const WasmExport& e) { return e.kind == ExternKind::function && e.name == name; });
}

// Whatever the version.
bool exports_interface(std::span<const WasmExport> exports, std::string_view name) {
  return std::ranges::any_of(exports, [name](const WasmExport& e) {
    return e.kind == ExternKind::instance && std::string_view(e.name).substr(0, e.name.find('@')) == name;
  });
}

}  // namespace

std::string_view to_string(WasiLevel level) {
  static constexpr std::array<std::string_view, 5> kNames = {"none", "preview0", "preview1", "preview2", "preview3"};
  return kNames.at(static_cast<std::size_t>(level));
}

std::string_view to_string(WasmFeature feature) {
  static constexpr std::array<std::string_view, 6> kNames = {"threads",      "wasix",   "wasmedge-sockets",
                                                             "wamr-sockets", "wasi-nn", "wasi-crypto"};
  return kNames.at(static_cast<std::size_t>(feature));
}

std::string_view to_string(WasmShape shape) {
  static constexpr std::array<std::string_view, 5> kNames = {"command", "reactor", "http-handler", "library",
                                                             "proxy-wasm"};
  return kNames.at(static_cast<std::size_t>(shape));
}

WasiLevel wasi_level_of(std::string_view name) {
  if (!name.starts_with("wasi:")) {
    return WasiLevel::none;
  }
  name.remove_prefix(std::min(name.find('@'), name.size() - 1) + 1);
  const unsigned major = take_number(name);
  const unsigned minor = take_number(name);
  return major > 0 || minor > 2 ? WasiLevel::preview3 : WasiLevel::preview2;
}

WasiLevel core_wasi_level(std::span<const WasmImport> imports) {
  WasiLevel level = WasiLevel::none;
  for (const WasmImport& import : imports) {
    if (import.module == kPreview1) {
      return WasiLevel::preview1;
    }
    if (import.module == kPreview0) {
      level = WasiLevel::preview0;
    }
  }
  return level;
}

std::vector<WasmFeature> core_features(std::span<const WasmImport> imports) {
  std::vector<WasmFeature> features;
  for (const auto feature : {WasmFeature::threads, WasmFeature::wasix, WasmFeature::wasmedge_sockets,
                             WasmFeature::wamr_sockets, WasmFeature::wasi_nn, WasmFeature::wasi_crypto}) {
    if (uses(feature, imports)) {
      features.push_back(feature);
    }
  }
  return features;
}

WasmShape core_shape(std::span<const WasmExport> exports) {
  // Plugins have _start or _initialize as well.
  const bool is_plugin = std::ranges::any_of(exports, [](const WasmExport& e) {
    return e.kind == ExternKind::function && e.name.starts_with("proxy_abi_version_");
  });
  if (is_plugin) {
    return WasmShape::proxy_wasm;
  }
  if (exports_function(exports, "_start")) {
    return WasmShape::command;
  }
  // Emscripten's modules have their constructors under the linker's own name; its JavaScript calls them first.
  return exports_function(exports, "_initialize") || exports_function(exports, "__wasm_call_ctors")
             ? WasmShape::reactor
             : WasmShape::library;
}

WasmShape component_shape(std::span<const WasmExport> exports) {
  // The first name is of 0.2, the second of 0.3.
  if (exports_interface(exports, "wasi:http/incoming-handler") || exports_interface(exports, "wasi:http/handler")) {
    return WasmShape::http_handler;
  }
  return exports_interface(exports, "wasi:cli/run") ? WasmShape::command : WasmShape::library;
}

std::vector<std::string_view> runtimes_for(WasmShape shape, std::span<const WasmFeature> features) {
  if (shape == WasmShape::proxy_wasm) {
    return {"envoy"};
  }
  std::vector<std::string_view> runtimes;
  std::vector<std::string_view> any;
  for (const WasmFeature feature : features) {
    const std::span<const std::string_view> having = runtimes_of(feature);
    const auto has_not = [having](std::string_view runtime) {
      return std::ranges::find(having, runtime) == having.end();
    };
    if (any.empty()) {
      runtimes.assign(having.begin(), having.end());
    } else {
      std::erase_if(runtimes, has_not);
    }
    std::ranges::copy_if(having, std::back_inserter(any),
                         [&any](std::string_view runtime) { return std::ranges::find(any, runtime) == any.end(); });
  }
  return runtimes.empty() ? any : runtimes;
}

}  // namespace wasm_oci
