// UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace wasm_oci::utf8 {

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;  // bytes taken; 0 where the text does not start with a valid sequence
};

// The first code point of `text`.
CodePoint decode(std::string_view text);

bool is_valid(std::string_view text);

}  // namespace wasm_oci::utf8
