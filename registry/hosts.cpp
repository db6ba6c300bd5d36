#include "registry/hosts.hpp"

#include "oci/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wasm_oci {
namespace {

constexpr std::string_view kHub = "docker.io";
constexpr std::string_view kHubApi = "registry-1.docker.io";
constexpr std::string_view kHubKey = "https://index.docker.io/v1/";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_name(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.'; }

// Whether Docker reads it as a host where a path component could stand as well.
bool looks_like_host(std::string_view text) {
  return is_host(text) && (text == "localhost" || text.find_first_of(".:") != std::string_view::npos);
}

struct HostValue {
  std::optional<std::string> host = std::nullopt;
  std::string_view value;
};

HostValue split_host(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !looks_like_host(text.substr(0, equals))) {
    return {.value = text};
  }
  return {.host = canonical_host(text.substr(0, equals)), .value = text.substr(equals + 1)};
}

// USER:PASS; the password may hold colons.
std::optional<UserPassword> split_user(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) {
    return std::nullopt;
  }
  return UserPassword{.username = std::string(text.substr(0, colon)),
                      .password = Secret(std::string(text.substr(colon + 1)))};
}

// The value itself is a secret and not repeated.
UserPassword require_user(std::string_view text) {
  auto user = split_user(text);
  if (!user) {
    throw UsageError("credentials must be written USER:PASS");
  }
  return std::move(*user);
}

}  // namespace

Hosts::Hosts(const HostFlags& flags, std::span<const std::string> registries) {
  std::vector<std::string> known;
  for (const std::string& host : registries) {
    if (std::string canonical = canonical_host(host); std::ranges::find(known, canonical) == known.end()) {
      known.push_back(std::move(canonical));
    }
  }

  enum class Others { refused, allowed };
  const auto target = [&](const std::optional<std::string>& host, const std::string& flag,
                          Others others) -> HostOptions* {
    if (host) {
      if (others == Others::refused && std::ranges::find(known, *host) == known.end()) {
        throw UsageError(flag + " names the host " + *host + ", which this command does not speak to",
                         known.empty() ? "" : "write " + flag + " " + known.front() + "=…");
      }
      return &options_[*host];
    }
    if (known.size() > 1) {
      throw UsageError(flag + " does not say which registry it is for: " + known[0] + " or " + known[1],
                       "write " + flag + (flag == "--plain-http" ? "=" + known[0] : " " + known[0] + "=…"));
    }
    return known.empty() ? nullptr : &options_[known.front()];
  };

  for (const std::string& text : flags.creds) {
    HostValue split = split_host(text);
    if (split.host && split.value.find(':') == std::string_view::npos) {
      split = {.value = text};
    }
    const UserPassword user = require_user(split.value);
    if (HostOptions* options = target(split.host, "--creds", Others::refused)) {
      options->credentials = user;
    }
  }
  const std::array<std::tuple<const std::vector<std::string>&, std::string, std::string TlsOptions::*, Others>, 3>
      files = {{{flags.ca_file, "--ca-file", &TlsOptions::ca_file, Others::allowed},
                {flags.cert, "--cert", &TlsOptions::cert_file, Others::refused},
                {flags.key, "--key", &TlsOptions::key_file, Others::refused}}};
  for (const auto& [texts, flag, member, others] : files) {
    for (const std::string& text : texts) {
      const HostValue split = split_host(text);
      if (split.value.empty()) {
        throw UsageError(flag + " needs the path of a file");
      }
      if (HostOptions* options = target(split.host, flag, others)) {
        options->tls.*member = split.value;
      }
    }
  }
  for (const std::string& text : flags.plain_http) {
    if (!text.empty() && !is_host(text)) {
      throw UsageError("--plain-http=" + text + " is no host", "write --plain-http or --plain-http=HOST[:PORT]");
    }
    const auto host = text.empty() ? std::nullopt : std::optional(canonical_host(text));
    if (HostOptions* options = target(host, "--plain-http", Others::allowed)) {
      options->plain_http = true;
    }
  }
  for (const auto& [host, options] : options_) {
    if (options.tls.cert_file.empty() != options.tls.key_file.empty()) {
      throw UsageError("--cert and --key belong together: one of them is missing for " + host);
    }
  }
}

const HostOptions& Hosts::of(std::string_view host) const {
  static const HostOptions nothing;
  const auto found = options_.find(canonical_host(host));
  return found == options_.end() ? nothing : found->second;
}

bool Hosts::plain_http_allowed(std::string_view host) const {
  const std::size_t port = host.ends_with(']') ? std::string_view::npos : host.rfind(':');
  return of(host).plain_http || is_loopback_host(host.substr(0, port));
}

void Hosts::set_credentials(std::string_view host, std::string_view user_password) {
  options_[canonical_host(host)].credentials = require_user(user_password);
}

std::string canonical_host(std::string_view host) {
  std::string canonical(host);
  std::ranges::transform(canonical, canonical.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return canonical == "index.docker.io" || canonical == kHubApi ? std::string(kHub) : canonical;
}

bool is_host(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return false;
    }
    const std::string_view address = text.substr(1, close - 1);
    if (address.find(':') == std::string_view::npos ||
        !std::ranges::all_of(address, [](char c) { return is_hex(c) || c == ':' || c == '.'; })) {
      return false;
    }
    port = text.substr(close + 1);
  } else {
    const std::string_view name = text.substr(0, text.find(':'));
    if (name.empty() || name.front() == '-' || name.front() == '.' || !std::ranges::all_of(name, is_name)) {
      return false;
    }
    port = text.substr(name.size());
  }
  return port.empty() ||
         (port.size() >= 2 && port.size() <= 6 && port.front() == ':' && std::ranges::all_of(port.substr(1), is_digit));
}

std::string host_and_port(const Origin& origin) {
  const bool is_v6 = origin.host.find(':') != std::string::npos;
  std::string text = is_v6 ? "[" + origin.host + "]" : origin.host;
  if (origin.port != (origin.scheme == "https" ? 443U : 80U)) {
    text += ":" + std::to_string(origin.port);
  }
  return text;
}

std::string api_host(std::string_view host) {
  std::string canonical = canonical_host(host);
  return canonical == kHub ? std::string(kHubApi) : canonical;
}

std::string credential_key(std::string_view host) {
  std::string canonical = canonical_host(host);
  return canonical == kHub ? std::string(kHubKey) : canonical;
}

}  // namespace wasm_oci
