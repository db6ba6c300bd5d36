// Options that several commands have.
#pragma once

#include "cli/command.hpp"

namespace wasm_oci::cli {

inline constexpr Option kNoClobber{.name = "no-clobber", .help = "Fail where the name names another image already"};
inline constexpr Option kPlatform{.name = "platform",
                                  .value = "P",
                                  .help = "Take the entry of an index for exactly this platform",
                                  .takes = Takes::one,
                                  .completion = Completion::platform};

}  // namespace wasm_oci::cli
