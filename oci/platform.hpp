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

// "os/arch", "os/arch/variant", "os(version+feature+…)/arch…", or one known word, which the host completes as
// containerd does. Names are folded as normalize() does, but "linux/arm" stays without variant and "linux/arm64/v8"
// keeps its own: to compare, normalize both sides.
//
// Throws UsageError. Unlike containerd, which reads "wasm" as linux/wasm, the usual slips are refused with a
// suggestion: "wasm", "wasm32", "wasi", "wasip1" or "wasip2" alone, and "wasm/wasi" in the wrong order. "wasi/wasm32"
// is a platform (that of Docker's first preview), as is any other pair.
Platform parse_platform(std::string_view text);

// Lower case, the usual other names folded (x86_64 is amd64, aarch64/v8 is arm64, arm is arm/v7, macos is darwin), and
// features sorted. No Wasm name is folded. Without an os it gets the host's.
Platform normalize(Platform platform);

// An architecture as Go writes it: lower case, and of two names the usual one (x86_64 is amd64). What stands for a
// variant, too (armhf), keeps its name.
std::string usual_architecture(std::string_view architecture);

// Whether both are one platform as people ask for it: OS versions and features do not count.
bool same_platform(const Platform& a, const Platform& b);

// "os/arch[/variant]", "unknown" where there is no os.
std::string format(const Platform& platform);
// The same with "os(version+feature+…)".
std::string format_all(const Platform& platform);

Platform host_platform();
// The same, and of amd64 the newest level that this processor has: v4, v3, v2, or none for the first.
Platform best_host_platform();

// Whether programs take it for one of Wasm: "wasm", "wasm32" and "wasm64" under whatever OS.
bool is_wasm(const Platform& platform);
// wasi/wasm: what Docker, podman and runwasi call it.
Platform usual_wasm_platform();

}  // namespace wasm_oci
