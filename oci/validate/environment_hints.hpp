// What there is to know beside the findings: which of the catalogue's notes on the surroundings (ENV) matter to clients
// that the content has to work for.
#pragma once

#include "oci/validate/rule.hpp"
#include "oci/validate/validate.hpp"

#include <compare>
#include <span>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct Hint {
  const Rule* rule;
  std::string_view client;  // as --for names it

  auto operator<=>(const Hint&) const = default;
};

// For the clients with these names, in their order. Nothing is said of content without Wasm.
std::vector<Hint> hints_for(std::span<const ReachedNode> nodes, std::span<const std::string_view> clients);

}  // namespace wasm_oci
