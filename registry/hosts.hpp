// What the command line says of registry hosts: --creds, --ca-file, --cert, --key and --plain-http, each with an
// optional HOST in front of its value.
//
// How HOST= is told from a value that holds a "=" itself: the text before the first "=" is a HOST where Docker's
// grammar would read it as the host of a reference: "localhost", or a name with a dot or a port, or an IPv6 address in
// brackets; and for --creds where, besides, a ":" follows, as in HOST=USER:PASS. So "me:pa=ss" and "dir/a=b.pem" have
// no HOST, and "localhost:5000=me:pa=ss" has one. A HOST that the command does not speak to is wrong usage, so whatever
// is taken for one by mistake is reported and sent nowhere; with HOST= in front every value can be written.
#pragma once

#include "registry/http.hpp"
#include "registry/secret.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci {

// The options as they were written, in order; of several for one host the last wins.
struct HostFlags {
  std::vector<std::string> creds = {};       // [HOST=]USER:PASS
  std::vector<std::string> ca_file = {};     // [HOST=]PATH
  std::vector<std::string> cert = {};        // [HOST=]PATH
  std::vector<std::string> key = {};         // [HOST=]PATH
  std::vector<std::string> plain_http = {};  // HOST, or empty for the option without a value
};

struct UserPassword {
  std::string username;
  Secret password;

  bool operator==(const UserPassword&) const = default;
};

struct HostOptions {
  std::optional<UserPassword> credentials = std::nullopt;
  TlsOptions tls = {};
  bool plain_http = false;  // the host is spoken to without TLS

  bool operator==(const HostOptions&) const = default;
};

class Hosts {
 public:
  Hosts() = default;
  // `registries` are the hosts that the command speaks to, as references name them. Throws UsageError for a value of
  // wrong form, for a HOST that is not one of them (but for --ca-file and --plain-http, which may name the host of a
  // token server as well), for an option without HOST where there are several, and for --cert without --key.
  Hosts(const HostFlags& flags, std::span<const std::string> registries);

  // What was said of exactly this host; "ghcr.io:443" is not "ghcr.io" (T-22).
  const HostOptions& of(std::string_view host) const;
  // Whether the host may be spoken to without TLS: where told so, and as a fallback where it is spelled as this
  // machine.
  bool plain_http_allowed(std::string_view host) const;

  // For `copy`, whose source and destination have options of their own: replaces the credentials of `host`.
  // Throws UsageError where `user_password` is no USER:PASS.
  void set_credentials(std::string_view host, std::string_view user_password);

 private:
  std::map<std::string, HostOptions, std::less<>> options_;
};

// The host as references and credentials name it: lower case, and docker.io for all names of Docker Hub.
std::string canonical_host(std::string_view host);
// Whether the text is HOST or HOST:PORT: a name, an IPv4 address or an IPv6 address in brackets.
bool is_host(std::string_view text);
// Host and port as a URL and a reference write them: "localhost:5000", "[::1]:5000", "ghcr.io".
std::string host_and_port(const Origin& origin);
// Where the API of a registry is: "registry-1.docker.io" for docker.io, else the host itself.
std::string api_host(std::string_view host);
// What credentials of the host are stored under: "https://index.docker.io/v1/" for docker.io, else the host itself.
std::string credential_key(std::string_view host);

}  // namespace wasm_oci
