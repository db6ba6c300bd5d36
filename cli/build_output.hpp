// OUT of `build -o`: a location, or buildx's "type=…,dest=…".
#pragma once

#include "oci/location.hpp"
#include "oci/reference.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

struct BuildOutput {
  std::optional<Location> location = std::nullopt;  // nullopt: what the fields below say
  bool load = false;                                // type=docker without dest
  std::vector<Reference> names = {};                // name= of type=image and type=registry
  bool push = false;
  bool push_by_digest = false;
};

// Throws UsageError, with the right spelling.
BuildOutput parse_build_output(std::string_view text);

// A name of -t: a reference without a digest.
Reference parse_build_tag(const std::string& text);

}  // namespace wasm_oci::cli
