#include "registry/registry_access.hpp"

#include "registry/api_origin.hpp"

#include <utility>

namespace wasm_oci {

RegistryAccess::RegistryAccess(RegistryAccessOptions options, Environment environment, Hosts hosts, Progress& progress,
                               std::stop_token stop)
    : options_(std::move(options)),
      environment_(std::move(environment)),
      hosts_(std::move(hosts)),
      progress_(progress),
      stop_(std::move(stop)) {}

HttpClient& RegistryAccess::http() {
  if (!http_) {
    http_ = std::make_unique<HttpClient>(options_.http);
  }
  return *http_;
}

Credentials& RegistryAccess::credentials() {
  if (!credentials_) {
    credentials_ = std::make_unique<Credentials>(environment_, options_.authfile, hosts_);
  }
  return *credentials_;
}

std::shared_ptr<RegistryClient> RegistryAccess::client(const std::string& host) {
  const std::scoped_lock lock(mutex_);
  std::shared_ptr<RegistryClient>& client = clients_[host];
  if (!client) {
    Credentials& kept = credentials();
    const auto find = [&kept, host](std::string_view repository, const std::stop_token& stop) {
      return kept.find(host, repository, stop);
    };
    client = std::make_shared<RegistryClient>(http(), host, hosts_, find, progress_, stop_, options_.client);
  }
  return client;
}

std::unique_ptr<RegistryStore> RegistryAccess::open(const Reference& reference, Access access) {
  return std::make_unique<RegistryStore>(client(reference.host), reference.path, access);
}

void RegistryAccess::set_credentials(const std::string& host, const std::string& user_password) {
  hosts_.set_credentials(host, user_password);
}

std::optional<Credential> RegistryAccess::find_credential(const std::string& host, const std::string& repository) {
  const std::scoped_lock lock(mutex_);
  return credentials().find(host, repository, stop_);
}

LoginCheck RegistryAccess::check_login(const std::string& host, const Credential& credential) {
  const Send send = [&](const HttpRequest& request, const std::stop_token& stop) {
    const std::scoped_lock lock(mutex_);
    return http().send(request, stop);
  };
  const Origin origin = [&] {
    const std::scoped_lock lock(mutex_);
    http();
    return api_origin(host, hosts_);
  }();
  const PingRegistry ping = [&](const std::optional<std::string>& authorization, const std::stop_token& stop) {
    HttpRequest request{.url = Url::at(origin, "/v2/"), .tls = hosts_.of(host).tls};
    request.headers.add("User-Agent", options_.client.user_agent);
    if (authorization) {
      request.headers.add("Authorization", *authorization);
    }
    return Ping{.registry = origin, .response = send(request, stop)};
  };
  return wasm_oci::check_login(host, credential, ping, send, hosts_, stop_);
}

}  // namespace wasm_oci
