#include "tests/support/registries.hpp"

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace wasm_oci::testing {

std::unique_ptr<DockerRegistry> registry_with_password(const std::filesystem::path& folder, const std::string& user,
                                                       const std::string& password) {
  const auto file = folder / "htpasswd";
  write_file(file, run_or_throw({"htpasswd", "-Bbn", user, password}));
  return std::make_unique<DockerRegistry>(
      "", "auth:\n  htpasswd:\n    realm: wasm-oci tests\n    path: " + file.string() + "\n");
}

std::unique_ptr<DockerRegistry> registry_with_tls(const TestCertificate& certificate) {
  return std::make_unique<DockerRegistry>("  tls:\n    certificate: " + certificate.cert_file() +
                                          "\n    key: " + certificate.key_file() + "\n");
}

std::unique_ptr<DockerRegistry> registry_with_tokens(const TokenServer& tokens) {
  return std::make_unique<DockerRegistry>(
      "", "auth:\n  token:\n    realm: " + tokens.realm() + "\n    service: " + TokenServer::service() +
              "\n    issuer: " + TokenServer::issuer() + "\n    rootcertbundle: " + tokens.root_certificates() + "\n");
}

}  // namespace wasm_oci::testing
