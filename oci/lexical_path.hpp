// Paths within images and archives, as text: nothing on this machine is asked what lies there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wasm_oci {

// Linux opens no path that is longer, in bytes (PATH_MAX).
inline constexpr std::size_t kMaxPath = 4096;

// The path from the root, without the slash at its front: no part of the result is empty, "." or "..", and what leads
// above the root stays at it. A slash at the end stays, and stands for "." and ".." there, where anything is before it.
// std::filesystem::path says the same, and takes a hundred bytes for each part of a path.
std::string normal_path(std::string_view path);

}  // namespace wasm_oci
