// Rules about an image's config, by what its document alone says.
#pragma once

#include "oci/json/document.hpp"
#include "oci/platform.hpp"
#include "oci/validate/content_kind.hpp"
#include "oci/validate/finding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wasm_oci {

// What can be read of it, however broken the rest is.
struct LooseConfig {
  JsonValue json;
  Platform platform;                                 // empty fields where it says none
  std::vector<std::optional<Digest>> diff_ids = {};  // nullopt: no digest
  std::vector<std::string> argv = {};                // entrypoint and command
  std::string workdir = {};
  std::string user = {};
};

// Whether what it starts is a shell.
bool starts_shell(const LooseConfig& config);

LooseConfig read_config_loosely(const JsonValue& root);

// `is_wasm`: whether it is for a Wasm platform, by its own word or that of the entry that leads to it.
void check_config(const LooseConfig& config, ContentKind kind, bool is_wasm, const Place& place, Findings& findings);

}  // namespace wasm_oci
