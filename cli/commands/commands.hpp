// All commands, in the order in which help shows them.
#pragma once

#include "cli/command.hpp"

namespace wasm_oci::cli {

extern const Command kAuthWhichCommand;
extern const Command kBuildCommand;
extern const Command kCompletionCommand;
extern const Command kCopyCommand;
extern const Command kDigestCommand;
extern const Command kExplainCommand;
extern const Command kImagesCommand;
extern const Command kIndexAddCommand;
extern const Command kIndexAnnotateCommand;
extern const Command kIndexCreateCommand;
extern const Command kIndexRemoveCommand;
extern const Command kInspectCommand;
extern const Command kLoginCommand;
extern const Command kLogoutCommand;
extern const Command kPruneCommand;
extern const Command kPullCommand;
extern const Command kPushCommand;
extern const Command kRepairCommand;
extern const Command kRmiCommand;
extern const Command kTagCommand;
extern const Command kTagsCommand;
extern const Command kValidateCommand;
extern const Command kVersionCommand;

Catalog all_commands();

}  // namespace wasm_oci::cli
