// The words of --entrypoint and --cmd.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli {

// Each value is a list with commas, or a JSON array of strings for words that hold commas themselves:
// "serve,--port=80",
// '["serve", "a,b"]'. Throws UsageError naming `option`.
std::vector<std::string> command_words(std::string_view option, const std::vector<std::string>& values);

}  // namespace wasm_oci::cli
