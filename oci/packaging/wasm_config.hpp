// The config of the CNCF's Wasm OCI artifact (tag-runtime, wgs/wasm/deliverables/wasm-oci-artifact; media type
// application/vnd.wasm.config.v0+json): for what the module is, and of a component what it needs and offers.
#pragma once

#include "oci/digest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct WasmWorld {
  std::vector<std::string> exports = {};
  std::vector<std::string> imports = {};
  std::string target = {};  // the world that it is made for; empty where that is not known

  bool operator==(const WasmWorld&) const = default;
};

struct WasmConfig {
  std::string created;  // RFC 3339, as written
  std::string author = {};
  std::string os;              // "wasip1" or "wasip2"; the architecture is always "wasm"
  std::vector<Digest> layers;  // in their order; they make the config's digest differ for each module
  std::optional<WasmWorld> component = std::nullopt;  // of components only

  bool operator==(const WasmConfig&) const = default;
};

// Throws ContentError as parse_manifest does, and where a member is missing that the specification demands. Absent and
// null are one, since oci-wasm (wkg, wash) writes null for what it does not know.
WasmConfig parse_wasm_config(std::string_view bytes);

// Compact JSON in the order of the specification; what is not known is left out, as it says.
std::string serialize(const WasmConfig& config);

}  // namespace wasm_oci
