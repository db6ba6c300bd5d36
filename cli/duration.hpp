// Durations as Go's time.ParseDuration reads them, since every tool next to this one takes them so: "1m30s", "1.5h".
#pragma once

#include <chrono>
#include <string_view>

namespace wasm_oci::cli {

// At most kMaxDuration, never negative, rounded up to whole milliseconds. Throws UsageError naming `option`
// ("--timeout").
std::chrono::milliseconds parse_duration(std::string_view option, std::string_view text);

inline constexpr std::chrono::hours kMaxDuration{24 * 365};

}  // namespace wasm_oci::cli
