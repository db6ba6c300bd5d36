#include "registry/login.hpp"

#include "oci/error.hpp"

namespace wasm_oci {
namespace {

bool is_ok(const HttpResponse& response) { return response.status >= 200 && response.status <= 299; }

void require_registry(const std::string& host, const HttpResponse& response) {
  if (response.status == 401 || response.status == 403 || is_ok(response)) {
    return;
  }
  const std::string status = std::to_string(response.status);
  if (response.status == 408 || response.status == 429 || response.status >= 500) {
    throw NetworkError(host + " answers with status " + status);
  }
  throw FailureError(host + " is no registry: it answers /v2/ with status " + status, "check the host's name and port");
}

}  // namespace

LoginCheck check_login(const std::string& host, const Credential& credential, const PingRegistry& ping,
                       const Send& send, const Hosts& hosts, const std::stop_token& stop) {
  Authorizer authorizer(host, [&](std::string_view, const std::stop_token&) { return credential; }, send, hosts);
  const Ping first = ping(std::nullopt, stop);
  require_registry(host, first.response);
  if (is_ok(first.response)) {
    return LoginCheck::not_asked;
  }
  if (!authorizer.respond(first.registry, first.response, {}, std::nullopt, stop)) {
    throw AuthError(host + " refuses access and does not say what it wants (status " +
                    std::to_string(first.response.status) + ")");
  }
  const auto header = authorizer.header_for(first.registry, {}, stop);
  const Ping second = ping(header, stop);
  require_registry(host, second.response);
  if (!is_ok(second.response)) {
    throw AuthError(host + " refuses the user name or password", "check them and log in again");
  }
  return LoginCheck::verified;
}

}  // namespace wasm_oci
