// Wasm's text format, which runtimes take in the place of a binary (crun's handler for wasmtime, runwasi's shims).
#pragma once

#include <cstddef>
#include <string_view>

namespace wasm_oci {

// How many of a file's first bytes tell.
inline constexpr std::size_t kTextFormatBegin = 4;

// Whether a file of this name, which begins so, is a module in the text format: ".wat", and an expression or a comment
// after white space. Of `begin` at most the first kTextFormatBegin bytes count.
bool is_text_format(std::string_view path, std::string_view begin);

}  // namespace wasm_oci
