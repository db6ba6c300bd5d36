// Base64 of RFC 4648 with padding, as in the files of credentials and in Basic authentication.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {

std::string base64_encode(std::string_view bytes);
// Line breaks are skipped, as Go's decoder does. nullopt for any other character and for wrong padding.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace wasm_oci
