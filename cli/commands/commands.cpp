#include "cli/commands/commands.hpp"

#include <array>

namespace wasm_oci::cli {

Catalog all_commands() {
  static constexpr std::array<const Command*, 23> kAll = {
      &kBuildCommand,     &kPushCommand,        &kPullCommand,          &kCopyCommand,   &kInspectCommand,
      &kValidateCommand,  &kExplainCommand,     &kRepairCommand,        &kImagesCommand, &kIndexCreateCommand,
      &kIndexAddCommand,  &kIndexRemoveCommand, &kIndexAnnotateCommand, &kLoginCommand,  &kTagCommand,
      &kTagsCommand,      &kDigestCommand,      &kRmiCommand,           &kPruneCommand,  &kLogoutCommand,
      &kAuthWhichCommand, &kCompletionCommand,  &kVersionCommand};
  return kAll;
}

}  // namespace wasm_oci::cli
