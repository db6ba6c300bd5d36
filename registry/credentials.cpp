#include "registry/credentials.hpp"

#include "oci/error.hpp"
#include "registry/config_file.hpp"
#include "registry/config_file_edit.hpp"
#include "registry/credential_helper.hpp"

#include <filesystem>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

std::string helper_source(const CredentialHelper& helper, const std::string& file) {
  return helper.program() + " (named in " + file + ")";
}

// What one source says of a host.
struct Answer {
  bool decides = false;
  std::optional<Credential> credential = std::nullopt;
};

Answer ask(const ConfigFile& file, const std::string& name, const Environment& environment, std::string_view host,
           std::string_view repository, const std::stop_token& stop) {
  Answer answer;
  if (const auto named = file.helper(host)) {
    const CredentialHelper helper(named->name, environment);
    answer.credential = helper.get(credential_key(host), stop);
    answer.decides = answer.credential || named->is_for_host;
    if (answer.credential) {
      answer.credential->source = helper_source(helper, name);
    }
    return answer;
  }
  answer.credential = file.find(host, repository);
  answer.decides = answer.credential.has_value();
  if (answer.credential) {
    answer.credential->source = name;
  }
  return answer;
}

// The files of the environment in order; DOCKER_AUTH_CONFIG, which is no file, has its place behind the first.
std::vector<std::string> default_files(const Environment& environment) {
  std::vector<std::string> files;
  if (const auto folder = environment.get("DOCKER_CONFIG")) {
    files.push_back(*folder + "/config.json");
  }
  const auto runtime = environment.get("XDG_RUNTIME_DIR");
  files.push_back(runtime ? *runtime + "/containers/auth.json"
                          : environment.run_dir + "/" + std::to_string(environment.user_id) + "/auth.json");
  const auto home = environment.get("HOME");
  if (const auto config = environment.get("XDG_CONFIG_HOME")) {
    files.push_back(*config + "/containers/auth.json");
  } else if (home) {
    files.push_back(*home + "/.config/containers/auth.json");
  }
  if (home) {
    files.push_back(*home + "/.docker/config.json");
  }
  return files;
}

}  // namespace

Credentials::Credentials(Environment environment, std::string authfile, Hosts hosts)
    : environment_(std::move(environment)), authfile_(std::move(authfile)), hosts_(std::move(hosts)) {}

std::optional<Credential> Credentials::find(std::string_view host, std::string_view repository,
                                            const std::stop_token& stop) {
  const std::scoped_lock lock(mutex_);
  const std::pair key(canonical_host(host), std::string(repository));
  const auto known = found_.find(key);
  return known != found_.end() ? known->second : found_.emplace(key, look_up(host, repository, stop)).first->second;
}

std::optional<Credential> Credentials::look_up(std::string_view host, std::string_view repository,
                                               const std::stop_token& stop) {
  if (const auto& user = hosts_.of(host).credentials) {
    return Credential{.username = user->username, .password = user->password, .source = "--creds"};
  }
  if (!authfile_.empty()) {
    const auto file = ConfigFile::load(authfile_);
    if (!file) {
      throw NotFoundError("cannot open " + authfile_ + ": no such file", "--authfile names a file made by login");
    }
    if (Answer answer = ask(*file, authfile_, environment_, host, repository, stop); answer.decides) {
      return answer.credential;
    }
  }
  const auto ask_file = [&](const std::string& path) -> Answer {
    const auto file = ConfigFile::load(path);
    return file ? ask(*file, path, environment_, host, repository, stop) : Answer();
  };
  if (const auto path = environment_.get("REGISTRY_AUTH_FILE")) {
    if (Answer answer = ask_file(*path); answer.decides) {
      return answer.credential;
    }
  }
  if (const auto text = environment_.get("DOCKER_AUTH_CONFIG")) {
    const std::string name = "DOCKER_AUTH_CONFIG";
    if (Answer answer = ask(ConfigFile::parse(*text, name), name, environment_, host, repository, stop);
        answer.decides) {
      return answer.credential;
    }
  }
  for (const std::string& path : default_files(environment_)) {
    if (Answer answer = ask_file(path); answer.decides) {
      return answer.credential;
    }
  }
  return std::nullopt;
}

std::string credentials_file(const Environment& environment, const std::string& authfile) {
  if (!authfile.empty()) {
    return authfile;
  }
  if (const auto folder = environment.get("DOCKER_CONFIG")) {
    return *folder + "/config.json";
  }
  if (const auto home = environment.get("HOME")) {
    return *home + "/.docker/config.json";
  }
  throw FailureError("cannot tell where credentials are kept: HOME is not set", "set HOME or give --authfile FILE");
}

SavedCredential save_credential(const Environment& environment, const std::string& authfile, std::string_view host,
                                const Credential& credential, const std::stop_token& stop) {
  const std::string path = credentials_file(environment, authfile);
  const auto file = ConfigFile::load(path);
  if (const auto named = file ? file->helper(host) : std::nullopt) {
    const CredentialHelper helper(named->name, environment);
    helper.store(credential_key(host), credential, stop);
    return {.where = helper_source(helper, path)};
  }
  put_entry(path, host, credential, stop);
  return {.where = path, .is_plain_text = true};
}

std::optional<std::string> erase_credential(const Environment& environment, const std::string& authfile,
                                            std::string_view host, const std::stop_token& stop) {
  const std::string path = credentials_file(environment, authfile);
  const auto file = ConfigFile::load(path);
  if (!file) {
    return std::nullopt;
  }
  std::optional<std::string> where;
  if (const auto named = file->helper(host)) {
    const CredentialHelper helper(named->name, environment);
    if (helper.erase(credential_key(host), stop)) {
      where = helper_source(helper, path);
    }
  }
  // docker leaves an empty entry beside what a helper keeps, and an entry may be older than the helper.
  if (remove_entries(path, host, stop) && !where) {
    where = path;
  }
  return where;
}

}  // namespace wasm_oci
