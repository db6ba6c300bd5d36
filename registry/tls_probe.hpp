// Finds out whether a server speaks TLS without setting TLS up, which takes several times as long as all requests of a
// small push to a registry on this machine.
#pragma once

#include "registry/url.hpp"

#include <chrono>

namespace wasm_oci {

// Connects, past any proxy, sends a TLS greeting and looks at the first byte of the answer. False where that is no TLS,
// or where the server hangs up on the greeting; true where it is, and where nothing is known: nobody there, or no
// answer within `patience`. Needs an HttpClient to exist, which starts libcurl.
bool speaks_tls(const Origin& origin, std::chrono::milliseconds patience = std::chrono::milliseconds(500));

}  // namespace wasm_oci
