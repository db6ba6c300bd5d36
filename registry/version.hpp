#pragma once

#include <string>

namespace wasm_oci {

// The version of libcurl that is loaded, and of the TLS library below it: "7.88.1 (OpenSSL/3.0.17)".
std::string http_library_version();

}  // namespace wasm_oci
