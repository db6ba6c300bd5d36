// All registries that one run of the program speaks to: one HTTP client, one look-up of credentials, and for each host
// one RegistryClient, which the stores of its repositories share with their tokens and connections.
#pragma once

#include "oci/progress.hpp"
#include "oci/reference.hpp"
#include "registry/credentials.hpp"
#include "registry/environment.hpp"
#include "registry/hosts.hpp"
#include "registry/http_client.hpp"
#include "registry/login.hpp"
#include "registry/registry_client.hpp"
#include "registry/registry_store.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace wasm_oci {

struct RegistryAccessOptions {
  HttpClientOptions http = {};
  RegistryClientOptions client = {};
  std::string authfile = {};  // the value of --authfile, empty without
};

// May be used by several threads.
class RegistryAccess {
 public:
  // Nothing is opened, read or started before the first registry is.
  RegistryAccess(RegistryAccessOptions options, Environment environment, Hosts hosts, Progress& progress,
                 std::stop_token stop);

  // The store of the reference's repository. This object must outlive it.
  std::unique_ptr<RegistryStore> open(const Reference& reference, Access access);

  // Credentials for one registry, before it is opened. Throws UsageError as Hosts::set_credentials().
  void set_credentials(const std::string& host, const std::string& user_password);
  // What would be sent to the registry; nullopt: nothing.
  std::optional<Credential> find_credential(const std::string& host, const std::string& repository);
  // Whether the registry takes this credential. Throws as wasm_oci::check_login().
  LoginCheck check_login(const std::string& host, const Credential& credential);

 private:
  HttpClient& http();
  Credentials& credentials();
  std::shared_ptr<RegistryClient> client(const std::string& host);

  RegistryAccessOptions options_;
  Environment environment_;
  Hosts hosts_;
  Progress& progress_;
  std::stop_token stop_;

  std::mutex mutex_;
  std::unique_ptr<Credentials> credentials_;
  std::unique_ptr<HttpClient> http_;  // before the clients, which use it
  std::map<std::string, std::shared_ptr<RegistryClient>> clients_;
};

}  // namespace wasm_oci
