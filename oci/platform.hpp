// What an image runs on: operating system, architecture and their finer marks (image-spec image-index.md, "platform").
// Parsing, normalising and printing follow containerd's platforms package, because Docker, containerd and BuildKit all
// decide with it.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant = {};
  std::string os_version = {};
  std::vector<std::string> os_features = {};

  auto operator<=>(const Platform&) const = default;
};

// "os/arch", "os/arch/variant", "os(version)/arch…", or one known word, which the host completes as containerd does;
// the result is normalised. Throws UsageError, with a suggestion for the usual slips ("wasm", "wasm/wasi",
// "wasi/wasm32").
Platform parse_platform(std::string_view text);

// Lower case, and the usual other names folded: x86_64 is amd64, aarch64 is arm64 without v8. No Wasm name is folded.
Platform normalize(Platform platform);

// "os/arch[/variant]", "unknown" where there is no os.
std::string format(const Platform& platform);
// The same with "os(version+feature+…)".
std::string format_all(const Platform& platform);

Platform host_platform();

}  // namespace wasm_oci
