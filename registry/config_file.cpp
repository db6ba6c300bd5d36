#include "registry/config_file.hpp"

#include "oci/base64.hpp"
#include "oci/error.hpp"
#include "oci/file.hpp"
#include "oci/json/document.hpp"
#include "oci/json/reader.hpp"
#include "registry/hosts.hpp"

#include <algorithm>
#include <filesystem>
#include <tuple>

namespace wasm_oci {
namespace {

constexpr JsonLimits kLimits{.max_bytes = ConfigFile::kMaxSize};

FailureError broken(const std::string& name, const std::string& why) {
  return FailureError("cannot use the credentials in " + name + ": " + why, "mend or remove it");
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

std::optional<std::size_t> CredentialScope::match(std::string_view wanted_host, std::string_view repository) const {
  const bool fits = host == wanted_host && (path.empty() || repository == path ||
                                            (repository.starts_with(path) && repository[path.size()] == '/'));
  return fits ? std::optional(path.size()) : std::nullopt;
}

CredentialScope parse_credential_key(std::string_view key) {
  const std::size_t scheme = key.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? key : key.substr(scheme + 3);
  const std::string_view host = rest.substr(0, rest.find('/'));
  std::string_view path = rest.substr(std::min(host.size() + 1, rest.size()));
  // docker takes every URL for its host; without a scheme only the paths of the API are no repositories.
  if (scheme != std::string_view::npos || path == "v1/" || path == "v2/") {
    path = {};
  }
  return {.host = canonical_host(host), .path = std::string(path)};
}

Document parse_config_document(std::string text, const std::string& name) {
  try {
    return Document::parse(is_blank(text) ? "{}" : std::move(text), kLimits);
  } catch (const ContentError& error) {
    throw broken(name, error.message());
  }
}

std::optional<std::string> read_config_text(const std::string& path) {
  // A folder that may not be looked into is as good as none: /run/containers belongs to root wherever root has podman.
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    return std::nullopt;
  }
  try {
    FileSource source(open_file(path), path);
    return read_all(source, ConfigFile::kMaxSize);
  } catch (const Error& error) {
    throw broken(path, error.message());
  }
}

ConfigFile ConfigFile::parse(std::string text, const std::string& name) {
  ConfigFile file(name);
  const Document document = parse_config_document(std::move(text), name);
  try {
    file.read(document);
  } catch (const ContentError& error) {
    throw broken(name, error.message());
  }
  return file;
}

std::optional<ConfigFile> ConfigFile::load(const std::string& path) {
  auto text = read_config_text(path);
  return text ? std::optional(parse(std::move(*text), path)) : std::nullopt;
}

void ConfigFile::read(const Document& document) {
  require_unique_keys(document);
  read_object(document.root(), [this](ObjectReader& root) {
    store_ = root.optional_string("credsStore");
    for (auto& [key, name] : root.optional_string_map("credHelpers")) {
      helpers_.emplace_back(key, name);
    }
    if (const auto auths = root.optional("auths", JsonKind::object)) {
      for (const JsonValue entry : *auths) {
        if (entry.is(JsonKind::null)) {
          continue;
        }
        entries_.push_back(read_object(entry, [&](ObjectReader& fields) {
          return Entry{.key = std::string(entry.key()),
                       .auth = fields.optional_string("auth"),
                       .plain = {.username = fields.optional_string("username"),
                                 .password = Secret(fields.optional_string("password")),
                                 .identity_token = Secret(fields.optional_string("identitytoken")),
                                 .registry_token = Secret(fields.optional_string("registrytoken"))}};
        }));
      }
    }
    return 0;
  });
}

std::optional<ConfigFile::Helper> ConfigFile::helper(std::string_view host) const {
  const std::string wanted = canonical_host(host);
  const auto found = std::ranges::find_if(
      helpers_, [&](const auto& entry) { return parse_credential_key(entry.first).match(wanted, {}) == 0U; });
  // An empty name says that this host does without one.
  const std::string& name = found != helpers_.end() ? found->second : store_;
  return name.empty() ? std::nullopt : std::optional(Helper{.name = name, .is_for_host = found != helpers_.end()});
}

std::optional<Credential> ConfigFile::find(std::string_view host, std::string_view repository) const {
  const std::string wanted = canonical_host(host);
  const std::string key = credential_key(host);
  const Entry* best = nullptr;
  std::tuple<std::size_t, bool, bool> best_rank;
  for (const Entry& entry : entries_) {
    const auto match = parse_credential_key(entry.key).match(wanted, repository);
    const std::tuple rank(match.value_or(0), entry.key == key, entry.key == wanted);
    if (match && (best == nullptr || rank > best_rank)) {
      best = &entry;
      best_rank = rank;
    }
  }
  if (best == nullptr) {
    return std::nullopt;
  }
  Credential credential = decode(*best);
  return credential.empty() ? std::nullopt : std::optional(std::move(credential));
}

Credential ConfigFile::decode(const Entry& entry) const {
  Credential credential = entry.plain;
  if (entry.auth.empty()) {
    return credential;
  }
  const std::string decoded = base64_decode(entry.auth).value_or("");
  const std::size_t colon = decoded.find(':');
  if (colon == std::string::npos || colon == 0) {
    throw broken(name_, "\"auth\" of " + entry.key + " is not USER:PASSWORD in base64");
  }
  credential.username = decoded.substr(0, colon);
  std::string password = decoded.substr(colon + 1);
  password.erase(password.find_last_not_of('\0') + 1);  // old versions of docker padded it
  credential.password = Secret(std::move(password));
  return credential;
}

}  // namespace wasm_oci
