#include "registry/api_origin.hpp"

#include "oci/error.hpp"
#include "registry/tls_probe.hpp"

namespace wasm_oci {
namespace {

Origin origin_with(const std::string& scheme, const std::string& host) {
  const auto url = Url::parse(scheme + "://" + api_host(host) + "/");
  if (!url) {
    throw UsageError("not the name of a registry: " + host);
  }
  return url->origin();
}

}  // namespace

Origin api_origin(const std::string& host, const Hosts& hosts) {
  const Origin https = origin_with("https", host);
  const bool plain = hosts.of(host).plain_http || (hosts.plain_http_allowed(host) && !speaks_tls(https));
  return plain ? origin_with("http", host) : https;
}

}  // namespace wasm_oci
