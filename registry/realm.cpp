#include "registry/realm.hpp"

#include "oci/error.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace wasm_oci {
namespace {

struct Network {
  std::uint32_t address;
  unsigned prefix;
};

// Everything that the registry of special-purpose addresses (RFC 6890) does not call globally reachable.
constexpr std::array<Network, 11> kInternalNetworks{{
    {.address = 0x00000000, .prefix = 8},   // this host: 0.0.0.0
    {.address = 0x0a000000, .prefix = 8},   // private: 10
    {.address = 0x64400000, .prefix = 10},  // carrier-grade: 100.64, a metadata service of one cloud among them
    {.address = 0x7f000000, .prefix = 8},   // loopback
    {.address = 0xa9fe0000, .prefix = 16},  // link-local: 169.254, where most metadata services are
    {.address = 0xac100000, .prefix = 12},  // private: 172.16
    {.address = 0xc0000000, .prefix = 24},  // protocol assignments: 192.0.0
    {.address = 0xc0a80000, .prefix = 16},  // private: 192.168
    {.address = 0xc6120000, .prefix = 15},  // benchmarks: 198.18
    {.address = 0xe0000000, .prefix = 4},   // multicast
    {.address = 0xf0000000, .prefix = 4},   // reserved, broadcast
}};

bool is_internal_v4(std::uint32_t address) {
  return std::ranges::any_of(kInternalNetworks, [&](const Network& network) {
    return ((address ^ network.address) >> (32 - network.prefix)) == 0;
  });
}

using V6 = std::array<std::uint8_t, 16>;

std::uint32_t v4_at(const V6& bytes, std::size_t offset) {
  return (std::uint32_t{bytes.at(offset)} << 24U) | (std::uint32_t{bytes.at(offset + 1)} << 16U) |
         (std::uint32_t{bytes.at(offset + 2)} << 8U) | bytes.at(offset + 3);
}

bool starts_with(const V6& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_internal_v6(const V6& bytes) {
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  if (std::all_of(bytes.begin(), bytes.begin() + 10, is_zero)) {
    // ::, ::1, and IPv4 in IPv6: ::a.b.c.d and ::ffff:a.b.c.d
    const bool mapped = (bytes[10] == 0 && bytes[11] == 0) || (bytes[10] == 0xff && bytes[11] == 0xff);
    return !mapped || is_internal_v4(v4_at(bytes, 12));
  }
  if (starts_with(bytes, {0x00, 0x64, 0xff, 0x9b})) {  // NAT64
    return is_internal_v4(v4_at(bytes, 12));
  }
  if (starts_with(bytes, {0x20, 0x02})) {  // 6to4
    return is_internal_v4(v4_at(bytes, 2));
  }
  return (bytes[0] & 0xfeU) == 0xfc ||                        // unique local: fc00::/7
         (bytes[0] == 0xfe && (bytes[1] & 0x80U) == 0x80) ||  // link-local and site-local: fe80::/9
         bytes[0] == 0xff;                                    // multicast
}

}  // namespace

bool is_internal_host(std::string_view host) {
  std::string name(host);
  if (name.ends_with('.')) {  // the root of the name system: "localhost." is localhost
    name.pop_back();
  }
  if (is_loopback_host(name)) {
    return true;
  }
  V6 v6{};
  if (::inet_pton(AF_INET6, name.c_str(), v6.data()) == 1) {
    return is_internal_v6(v6);
  }
  in_addr v4{};
  return ::inet_aton(name.c_str(), &v4) != 0 && is_internal_v4(ntohl(v4.s_addr));
}

void check_realm(const Origin& registry, const Url& realm, const Hosts& hosts) {
  const Origin& server = realm.origin();
  const auto refuse = [&](const std::string& why) {
    throw AuthError(host_and_port(registry) + " names a token server that is not asked: " + realm.display() + " " + why,
                    "check the name of the registry");
  };
  if (server == registry) {
    return;
  }
  if (server.scheme != "https" && registry.scheme == "https") {
    refuse("does not use TLS although the registry does");
  }
  const bool same_place = server.host == registry.host && server.port == registry.port;
  const bool both_loopback = is_loopback_host(server.host) && is_loopback_host(registry.host);
  if (same_place || both_loopback) {
    return;
  }
  if (is_internal_host(server.host)) {
    refuse("is an address of this machine or of a private network");
  }
  if (server.scheme != "https" && !hosts.of(host_and_port(server)).plain_http) {
    refuse("does not use TLS");
  }
}

}  // namespace wasm_oci
