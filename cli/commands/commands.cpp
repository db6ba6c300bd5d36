#include "cli/commands/commands.hpp"

#include <array>

namespace wasm_oci::cli {

Catalog all_commands() {
  static constexpr std::array<const Command*, 16> kAll = {
      &kBuildCommand,  &kPushCommand,      &kPullCommand,       &kCopyCommand,   &kInspectCommand, &kImagesCommand,
      &kLoginCommand,  &kTagCommand,       &kTagsCommand,       &kDigestCommand, &kRmiCommand,     &kPruneCommand,
      &kLogoutCommand, &kAuthWhichCommand, &kCompletionCommand, &kVersionCommand};
  return kAll;
}

}  // namespace wasm_oci::cli
