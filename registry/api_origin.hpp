// Where the API of a registry is.
#pragma once

#include "registry/hosts.hpp"
#include "registry/url.hpp"

#include <string>

namespace wasm_oci {

// https, or http where that was asked for, or where the host is spelled as this machine and does not speak TLS. Nothing
// secret has been sent when that is found out, and a certificate has no say in it (T-23). `host` as references name it.
// Throws UsageError where it is no host. Needs an HttpClient to exist.
Origin api_origin(const std::string& host, const Hosts& hosts);

}  // namespace wasm_oci
