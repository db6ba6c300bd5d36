#include "registry/tls_probe.hpp"

#include "registry/curl_handle.hpp"
#include "registry/transport_error.hpp"

#include <poll.h>

#include <array>
#include <cstdint>

namespace wasm_oci {
namespace {

// RFC 5246, 6.2.1: the types of record with which a server may answer a ClientHello.
constexpr std::uint8_t kAlert = 21;
constexpr std::uint8_t kHandshake = 22;

// A ClientHello (RFC 5246, 7.4.1.2) that every server of TLS 1.2 can go on with, so that only one that does not speak
// TLS has a reason to hang up. Its random is constant: no key will come of it.
constexpr std::array<std::uint8_t, 96> kGreeting = {
    kHandshake, 3,   1,    0,    91,       // record: TLS 1.0 as all clients write, 91 bytes
    1,          0,   0,    87,   3,    3,  // ClientHello of 87 bytes: TLS 1.2
    'w',        'a', 's',  'm',  '-',  'o',  'c',  'i',  ' ',  'a',  's', 'k',  's', ' ',  'f', 'o',
    'r',        ' ', 'T',  'L',  'S',  ' ',  'a',  'n',  'd',  ' ',  'l', 'e',  'a', 'v',  'e', 's',
    0,                                                                                      // no session
    0,          12,  0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0,   0x9c, 0,   0x2f,  // ECDHE or RSA, AES
    1,          0,                                                                          // no compression
    0,          34,                                                                         // extensions
    0,          10,  0,    8,    0,    6,    0,    29,   0,    23,   0,   24,  // groups: X25519, P-256, P-384
    0,          11,  0,    2,    1,    0,                                      // points: uncompressed
    0,          13,  0,    12,   0,    10,   4,    3,    8,    4,    4,   1,    5,   1,    2,   1};  // signatures:
                                                                                                     // ECDSA, RSA-PSS,
                                                                                                     // RSA

}  // namespace

bool speaks_tls(const Origin& origin, std::chrono::milliseconds patience) {
  const CurlHandle handle;
  handle.set(CURLOPT_URL, "http://" + peer_name(origin) + "/");
  handle.set(CURLOPT_CONNECT_ONLY, 1L);
  handle.set(CURLOPT_NOPROXY, "*");
  handle.set(CURLOPT_NOSIGNAL, 1L);
  handle.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(patience.count()));
  std::size_t count = 0;
  if (libcurl().easy_perform(handle.get()) != CURLE_OK ||
      libcurl().easy_send(handle.get(), kGreeting.data(), kGreeting.size(), &count) != CURLE_OK ||
      count != kGreeting.size()) {
    return true;
  }
  curl_socket_t socket = CURL_SOCKET_BAD;
  libcurl().easy_getinfo(handle.get(), CURLINFO_ACTIVESOCKET, &socket);
  pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, static_cast<int>(patience.count())) != 1) {
    return true;
  }
  std::uint8_t type = 0;
  const CURLcode code = libcurl().easy_recv(handle.get(), &type, 1, &count);
  return code == CURLE_OK && count == 1 && (type == kAlert || type == kHandshake);
}

}  // namespace wasm_oci
