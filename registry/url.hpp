// An absolute http or https URL as a value. Parsed by libcurl's URL functions; the text of path and query is kept as
// the server wrote it, since upload locations carry signed and opaque queries that any re-encoding would break.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wasm_oci {

// Scheme, host and port: what credentials belong to (default ports are filled in, the host is lower case).
struct Origin {
  std::string scheme;
  std::string host;  // an IPv6 address without brackets
  unsigned port = 0;

  bool operator==(const Origin&) const = default;
};

class Url {
 public:
  // nullopt for anything that is not an absolute http or https URL with a host, and for control characters or spaces.
  // User information in it is dropped (T-04).
  static std::optional<Url> parse(std::string_view text);
  // `path` begins with a slash and may go on with a query. Throws UsageError for control characters or spaces in it.
  static Url at(const Origin& origin, std::string_view path);
  // What `reference` (absolute or relative, as in a Location header) means seen from here; nullopt as above.
  std::optional<Url> resolve(std::string_view reference) const;

  const Origin& origin() const { return origin_; }
  // Without the fragment. Holds whatever the query holds: never print it, print display().
  const std::string& str() const { return text_; }
  // Scheme, host, port and path: what may be shown and logged (T-20).
  std::string display() const;
  // The same URL with "KEY=VALUE" added to its query, VALUE percent-encoded; the rest stays as it is.
  Url with_query(std::string_view key, std::string_view value) const;

 private:
  Url() = default;

  std::string text_;
  Origin origin_;
};

// Everything but letters, digits and "-._~" as %XX: for values in queries and forms.
std::string percent_encode(std::string_view text);

// Whether the host is spelled as this machine: localhost, *.localhost, 127.0.0.0/8 or ::1. Exact spelling, no look-up.
bool is_loopback_host(std::string_view host);

}  // namespace wasm_oci
