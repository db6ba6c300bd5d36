#include "oci/utf8.hpp"

#include <array>

namespace wasm_oci::utf8 {

CodePoint decode(std::string_view text) {
  if (text.empty()) {
    return {};
  }
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return {.value = first, .size = 1};
  }
  // The smallest value that needs a sequence of this length; less is an overlong form.
  static constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  std::size_t size = 0;
  char32_t value = 0;
  if ((first & 0xe0U) == 0xc0) {
    size = 2;
    value = first & 0x1fU;
  } else if ((first & 0xf0U) == 0xe0) {
    size = 3;
    value = first & 0x0fU;
  } else if ((first & 0xf8U) == 0xf0) {
    size = 4;
    value = first & 0x07U;
  }
  if (size == 0 || size > text.size()) {
    return {};
  }
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) {
      return {};
    }
    value = (value << 6U) | (byte(i) & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest.at(size) || value > 0x10ffff || surrogate) {
    return {};
  }
  return {.value = value, .size = size};
}

bool is_valid(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = decode(text);
    if (next.size == 0) {
      return false;
    }
    text.remove_prefix(next.size);
  }
  return true;
}

}  // namespace wasm_oci::utf8
