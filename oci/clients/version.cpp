#include "oci/clients/version.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace wasm_oci {

std::optional<ClientVersion> parse_client_version(std::string_view text) {
  constexpr std::size_t kMostNumbers = 3;
  constexpr std::size_t kMostDigits = 5;
  ClientVersion version;
  while (version.size() < kMostNumbers) {
    const std::string_view digits = text.substr(0, text.find('.'));
    unsigned number = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
    if (digits.size() > kMostDigits || error != std::errc() || end != digits.end()) {
      return std::nullopt;
    }
    version.push_back(number);
    if (digits.size() == text.size()) {
      return version;
    }
    text.remove_prefix(digits.size() + 1);
  }
  return std::nullopt;
}

bool is_within(const ClientVersion& version, const ClientVersion& line) {
  const auto [own, last] = std::ranges::mismatch(version, line);
  return last == line.end() || (own != version.end() && *own < *last);
}

}  // namespace wasm_oci
