// Where credentials are found, and where login puts them.
//
// The sources, in order: --creds; --authfile; the file of REGISTRY_AUTH_FILE; the text of DOCKER_AUTH_CONFIG;
// $DOCKER_CONFIG/config.json; podman's ${XDG_RUNTIME_DIR}/containers/auth.json (else /run/containers/UID/auth.json) and
// ${XDG_CONFIG_HOME:-~/.config}/containers/auth.json; ~/.docker/config.json. The first with an entry for the host
// decides. Inside of a file docker's rules hold: the helper that credHelpers names for the host, else that of
// credsStore, else the entries of auths. A helper that credHelpers names has the last word even where it has nothing:
// the host is then anonymous, and neither another file nor another registry's credentials step in (CVE-2021-41092,
// T-22).
#pragma once

#include "registry/credential.hpp"
#include "registry/environment.hpp"
#include "registry/hosts.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace wasm_oci {

// Looks credentials up and remembers what it found. May be used by several threads; one look-up happens at a time, so
// a helper is not asked twice.
class Credentials {
 public:
  // `authfile` is the value of --authfile, empty without. `hosts` holds --creds.
  Credentials(Environment environment, std::string authfile, Hosts hosts = {});

  // nullopt: anonymous. `repository` may be empty. Throws FailureError for a file or helper that should decide and
  // cannot be used, NotFoundError where the file of --authfile does not exist, and CancelledError.
  std::optional<Credential> find(std::string_view host, std::string_view repository, const std::stop_token& stop);

 private:
  std::optional<Credential> look_up(std::string_view host, std::string_view repository, const std::stop_token& stop);

  Environment environment_;
  std::string authfile_;
  Hosts hosts_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::optional<Credential>> found_;  // by host and repository
};

// The file that login and logout change: `authfile` unless empty, else docker's. Throws FailureError where neither
// DOCKER_CONFIG nor HOME is set.
std::string credentials_file(const Environment& environment, const std::string& authfile);

struct SavedCredential {
  std::string where;           // as Credential::source
  bool is_plain_text = false;  // in a file, readable for whoever reads the file
};

// Keeps the user name and password, or the identity token, with the helper that the file names for the host, else in
// the file itself.
SavedCredential save_credential(const Environment& environment, const std::string& authfile, std::string_view host,
                                const Credential& credential, const std::stop_token& stop);
// Forgets what is kept there for the whole host. Returns where that was; nullopt where there was nothing.
std::optional<std::string> erase_credential(const Environment& environment, const std::string& authfile,
                                            std::string_view host, const std::stop_token& stop);

}  // namespace wasm_oci
