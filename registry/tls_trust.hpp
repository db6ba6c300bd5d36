// Which certificates a transfer trusts and which it shows.
#pragma once

#include "registry/curl_handle.hpp"
#include "registry/http_client.hpp"

namespace wasm_oci {

// `options.ca_file` is trusted besides `roots`. Throws as throw_errno does where a file cannot be read.
void apply_tls(CurlHandle& handle, const TrustRoots& roots, const TlsOptions& options);

}  // namespace wasm_oci
