// Which token servers are spoken to. The realm comes from the registry's challenge, so a registry could name any
// address: of this machine, of the network behind it, or of a cloud's metadata service (T-04).
#pragma once

#include "registry/hosts.hpp"
#include "registry/url.hpp"

#include <string_view>

namespace wasm_oci {

// Whether the host is spelled as an address that is not on the public internet, or as a name of this machine: loopback,
// private, link-local, carrier-grade, unspecified and multicast addresses, in every spelling that a resolver takes
// (decimal, octal, hexadecimal, short, IPv4 in IPv6). Nothing is looked up: other names are public.
bool is_internal_host(std::string_view host);

// Throws AuthError unless a token may be asked for at `realm`, in a challenge of `registry`:
// - an https registry has an https realm;
// - the realm is internal only on the host and port of the registry, or where both are spelled as loopback;
// - without TLS it is on the host and port of the registry, or both are spelled as loopback, or --plain-http names it.
void check_realm(const Origin& registry, const Url& realm, const Hosts& hosts);

}  // namespace wasm_oci
