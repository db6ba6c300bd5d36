// The kinds of docker-registry that the tests speak to.
#pragma once

#include "tests/support/docker_registry.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/token_server.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace wasm_oci::testing {

// Asks for this user by Basic authentication. The password file is written into `folder`, which must outlive it.
std::unique_ptr<DockerRegistry> registry_with_password(const std::filesystem::path& folder, const std::string& user,
                                                       const std::string& password);
// Speaks TLS with `certificate`.
std::unique_ptr<DockerRegistry> registry_with_tls(const TestCertificate& certificate);
// Sends its clients to `tokens` for a Bearer token.
std::unique_ptr<DockerRegistry> registry_with_tokens(const TokenServer& tokens);

}  // namespace wasm_oci::testing
