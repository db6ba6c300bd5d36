// What libcurl says about a failed transfer, as an error in words.
#pragma once

#include "registry/http_client.hpp"
#include "registry/url.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace wasm_oci {

// "HOST:PORT"
std::string peer_name(const Origin& origin);

// `detail` is libcurl's error buffer, `os_error` the errno of a failed connect or 0.
TransportError transport_error(CURLcode code, std::string_view detail, long os_error, const Origin& origin);

}  // namespace wasm_oci
