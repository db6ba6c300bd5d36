#include "registry/transport_error.hpp"

#include "registry/libcurl.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace wasm_oci {
namespace {

// OpenSSL tells only in words that what came back was no TLS record, or that the peer hung up on the greeting. An alert
// is TLS, and so is a refused certificate: neither may look like plain http (T-23).
bool means_no_tls(std::string_view detail) {
  constexpr std::array<std::string_view, 7> kSigns = {
      "wrong version number", "packet length too long",       "unknown protocol", "http request",
      "record layer failure", "unexpected eof while reading", "SSL_ERROR_SYSCALL"};
  return detail.find("alert") == std::string_view::npos && std::ranges::any_of(kSigns, [&](std::string_view sign) {
           return detail.find(sign) != std::string_view::npos;
         });
}

std::string reason(std::string_view detail, CURLcode code) {
  return detail.empty() ? libcurl().easy_strerror(code) : std::string(detail);
}

}  // namespace

std::string peer_name(const Origin& origin) {
  const bool is_v6 = origin.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + origin.host + "]" : origin.host) + ":" + std::to_string(origin.port);
}

TransportError transport_error(CURLcode code, std::string_view detail, long os_error, const Origin& origin) {
  using enum TransportFailure;
  const std::string host = peer_name(origin);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {resolve, "cannot find " + origin.host + ": the name is not known",
              "check the spelling of the registry, and the network"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {resolve, "cannot reach " + host + ": the name of the proxy is not known",
              "check HTTPS_PROXY and HTTP_PROXY"};
    case CURLE_COULDNT_CONNECT:
      return {connect,
              "cannot connect to " + host + ": " +
                  (os_error != 0 ? std::generic_category().message(static_cast<int>(os_error)) : reason(detail, code))};
    case CURLE_OPERATION_TIMEDOUT:  // the only time limit libcurl is given is the one for connecting
      return {connect, "cannot connect to " + host + ": no answer in time"};
    case CURLE_PROXY:
      return {connect, "cannot connect to " + host + " through the proxy: " + reason(detail, code)};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return {certificate, "the certificate of " + host + " is not trusted: " + reason(detail, code),
              "if this is a private registry, give its certificate authority with --ca-file"};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return {certificate, "cannot use the certificates for " + host + ": " + reason(detail, code)};
    case CURLE_SSL_CONNECT_ERROR:
      if (means_no_tls(detail)) {
        return {tls_not_spoken, host + " does not speak TLS",
                "for a registry without TLS there is --plain-http=" + host};
      }
      return {broken, "cannot agree on TLS with " + host + ": " + reason(detail, code)};
    case CURLE_GOT_NOTHING:
      return {broken, host + " closed the connection without an answer"};
    case CURLE_PARTIAL_FILE:
      return {broken, "the answer of " + host + " broke off"};
    default:
      return {broken, "the connection to " + host + " failed: " + libcurl().easy_strerror(code)};
  }
}

}  // namespace wasm_oci
