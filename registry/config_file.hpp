// docker's config.json and podman's auth.json: which helper or entry is for a host. Values of it are decoded when they
// are used, so that a broken entry of one host does not keep another from working.
#pragma once

#include "registry/credential.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {

class Document;

// What a key of "auths" is for: the whole host, or with a path the repositories at and below it.
struct CredentialScope {
  std::string host;  // canonical
  std::string path;

  // How closely it fits: nullopt where it is for something else, 0 for the whole host, else the length of the path.
  std::optional<std::size_t> match(std::string_view wanted_host, std::string_view repository) const;
};

// "https://ghcr.io/v2/", "ghcr.io" and "ghcr.io/v1/" (docker's older spellings) are for the host ghcr.io, "ghcr.io/me"
// (podman's) for repositories; every spelling of Docker Hub is for docker.io.
CredentialScope parse_credential_key(std::string_view key);

class ConfigFile {
 public:
  static constexpr std::size_t kMaxSize = 4 * 1024 * 1024;

  // Throws FailureError, naming `name`, for what is not such a file. Blank text is an empty file.
  static ConfigFile parse(std::string text, const std::string& name);
  // nullopt where there is no such file. Throws FailureError where it cannot be read.
  static std::optional<ConfigFile> load(const std::string& path);

  struct Helper {
    std::string name;          // the program is docker-credential-NAME
    bool is_for_host = false;  // named in credHelpers; otherwise it is the credsStore of all hosts
  };
  // The helper that has the say for the host in place of the entries.
  std::optional<Helper> helper(std::string_view host) const;

  // The entry that fits most closely, without `source`; nullopt where there is none or only an empty one. Throws
  // FailureError where it cannot be decoded.
  std::optional<Credential> find(std::string_view host, std::string_view repository) const;

 private:
  struct Entry {
    std::string key;
    std::string auth;  // base64 of USER:PASSWORD
    Credential plain;
  };

  explicit ConfigFile(std::string name) : name_(std::move(name)) {}
  void read(const Document& document);
  Credential decode(const Entry& entry) const;

  std::string name_;
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::string>> helpers_;  // credHelpers: key and name
  std::string store_;                                         // credsStore
};

// The text of such a file as a document: `{}` where it is blank. Throws FailureError, naming `name`, where it is no
// JSON object or has a key twice.
Document parse_config_document(std::string text, const std::string& name);

// A path's text; nullopt where nothing is there that can be seen. Throws FailureError.
std::optional<std::string> read_config_text(const std::string& path);

}  // namespace wasm_oci
