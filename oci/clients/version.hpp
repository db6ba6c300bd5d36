// Versions of clients, as --for names them: "28", "2.3", "1.6.20".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace wasm_oci {

using ClientVersion = std::vector<unsigned>;  // one to three numbers

// nullopt for anything but one to three numbers of at most five digits with points between them.
std::optional<ClientVersion> parse_client_version(std::string_view text);

// Whether `version` is one of `line` or comes before it: 2.2.4, 2.1 and 1.7 do for the line 2.2. What a version leaves
// open is the newest that there is: 2 is not within 2.2.
bool is_within(const ClientVersion& version, const ClientVersion& line);

}  // namespace wasm_oci
