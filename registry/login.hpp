// Checks that a registry takes credentials, before login keeps them.
#pragma once

#include "registry/authorizer.hpp"
#include "registry/credential.hpp"
#include "registry/hosts.hpp"
#include "registry/http.hpp"
#include "registry/token.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace wasm_oci {

// The answer to GET /v2/.
struct Ping {
  Origin registry;  // that answered
  HttpResponse response;
};
// Makes that request with this Authorization header (nullopt: without) and without answering any challenge itself.
using PingRegistry = std::function<Ping(const std::optional<std::string>& authorization, const std::stop_token& stop)>;

enum class LoginCheck {
  verified,   // the token server, or the registry itself, took the credentials
  not_asked,  // the registry lets everybody in: nobody has looked at them
};

// Throws AuthError where the credentials are refused, FailureError where the host is no registry, NetworkError where it
// has trouble, and what `ping` and `send` throw.
LoginCheck check_login(const std::string& host, const Credential& credential, const PingRegistry& ping,
                       const Send& send, const Hosts& hosts, const std::stop_token& stop);

}  // namespace wasm_oci
