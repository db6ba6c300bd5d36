// What a server asks for in WWW-Authenticate (RFC 9110, section 11). Registries send several headers, several
// challenges in one header, names in any case ("BASIC" of Nexus), and unquoted values that the grammar does not allow.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

struct Challenge {
  std::string scheme;                                           // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case, each once; values unquoted
  std::string token68;                                          // in place of parameters: "Negotiate YIIB…"

  // The value of that parameter; names are given in lower case.
  std::optional<std::string> get(std::string_view name) const;

  bool operator==(const Challenge&) const = default;
};

// The challenges of one header value, in order. What follows a mistake is dropped together with the challenge that it
// is in: the complete ones before it stand. At most 16 KiB, 16 challenges and 32 parameters each are looked at.
std::vector<Challenge> parse_challenges(std::string_view header);
// The challenges of all headers of that name.
std::vector<Challenge> parse_challenges(std::span<const std::string> headers);

// The challenge that is answered: Bearer with a realm before Basic; nullopt where there is neither.
std::optional<Challenge> choose_challenge(std::span<const Challenge> challenges);

}  // namespace wasm_oci
