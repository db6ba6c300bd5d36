// The time that an image says it was made.
#pragma once

#include "cli/context.hpp"
#include "oci/timestamp.hpp"

#include <optional>
#include <string>

namespace wasm_oci::cli {

// `created` is the value of --created: "now", "git" (the time of the last commit where the module lies), seconds since
// 1970 or RFC 3339. Without it SOURCE_DATE_EPOCH, else 1970: the same input gives the same digest. Throws UsageError
// for an invalid value and FailureError where git cannot tell.
Timestamp read_created(const std::optional<std::string>& created, const std::string& module, const Context& context);

}  // namespace wasm_oci::cli
