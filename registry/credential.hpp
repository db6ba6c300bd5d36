// Who somebody is for a registry.
#pragma once

#include "registry/secret.hpp"

#include <string>

namespace wasm_oci {

// One of: user name and password; an identity token, which only the registry's token server may see; a registry token,
// which is sent to the registry as it is. Where there are several, the last of these counts.
struct Credential {
  std::string username = {};
  Secret password = {};
  Secret identity_token = {};
  Secret registry_token = {};
  std::string source = {};  // for people: "/home/me/.docker/config.json", "docker-credential-pass (…)"; never a secret

  bool has_password() const { return !username.empty() && !password.empty(); }
  bool empty() const { return !has_password() && identity_token.empty() && registry_token.empty(); }
  bool operator==(const Credential&) const = default;
};

}  // namespace wasm_oci
