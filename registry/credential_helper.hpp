// The programs docker-credential-NAME that keep credentials: pass, secretservice, ecr-login, …
//
// NAME comes from a file, so it is checked; the program is looked up in PATH without the working directory and started
// without a shell, with nothing inherited but the environment and standard error, in a process group that is killed
// when it takes too long, says too much, or is no longer wanted (T-21).
#pragma once

#include "registry/credential.hpp"
#include "registry/environment.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace wasm_oci {

class CredentialHelper {
 public:
  static constexpr std::size_t kMaxOutput = 1024 * 1024;

  // Throws FailureError where NAME has characters other than A-Z a-z 0-9 . _ - or PATH has no such program.
  CredentialHelper(std::string_view name, const Environment& environment,
                   std::chrono::milliseconds timeout = std::chrono::seconds(60));

  // "docker-credential-NAME"
  const std::string& program() const { return program_; }

  // `server` is the key of credentials (credential_key()). All throw FailureError with what the program said, or that
  // it took too long or said too much, and CancelledError.

  // Without `source`; nullopt where the helper has nothing for the server.
  std::optional<Credential> get(const std::string& server, const std::stop_token& stop) const;
  void store(const std::string& server, const Credential& credential, const std::stop_token& stop) const;
  // False where the helper had nothing for the server.
  bool erase(const std::string& server, const std::stop_token& stop) const;

 private:
  // What it wrote to standard output; nullopt where it says that it has no such credentials.
  std::optional<std::string> run(const std::string& action, const std::string& input,
                                 const std::stop_token& stop) const;

  std::string program_;
  std::string path_;
  std::chrono::milliseconds timeout_;
};

}  // namespace wasm_oci
