#include "oci/base64.hpp"

#include <cstdint>

namespace wasm_oci {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = (bits << 8U) | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= group.size() ? kAlphabet[(bits >> (18 - 6 * j)) & 0x3FU] : '=';
    }
  }
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\r' || c == '\n') {
      continue;
    }
    const std::size_t digit = kAlphabet.find(c);
    if (c == '=') {
      ++padding;
    } else if (digit == std::string_view::npos || padding > 0) {
      return std::nullopt;
    } else {
      bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
      ++digits;
      if (digits % 4 != 1) {
        bytes += static_cast<char>((bits >> (6 - 2 * ((digits - 1) % 4))) & 0xFFU);
      }
    }
  }
  if ((digits + padding) % 4 != 0 || padding > 2) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace wasm_oci
