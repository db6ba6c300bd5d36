#include "cli/commands/commands.hpp"

#include <array>

namespace wasm_oci::cli {

Catalog all_commands() {
  static constexpr std::array<const Command*, 2> kAll = {&kCompletionCommand, &kVersionCommand};
  return kAll;
}

}  // namespace wasm_oci::cli
