// A real registry: Debian's docker-registry on a port of its own, with its storage in a temporary folder.
#pragma once

#include "tests/support/temp_dir.hpp"

#include <sys/types.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace wasm_oci::testing {

class DockerRegistry {
 public:
  // Returns once it listens; throws std::runtime_error where it does not start. `http` is YAML below the key "http",
  // `top` below the root, both already indented ("  tls:\n    certificate: …\n"; "auth:\n  htpasswd: …\n").
  explicit DockerRegistry(std::string_view http = {}, std::string_view top = {});
  ~DockerRegistry();
  DockerRegistry(const DockerRegistry&) = delete;
  DockerRegistry& operator=(const DockerRegistry&) = delete;

  // "127.0.0.1:PORT"
  const std::string& host() const { return host_; }
  const std::filesystem::path& storage() const { return folder_.path(); }
  // What it has written to its log so far.
  std::string log() const;

 private:
  void follow_log(int pipe);

  TempDir folder_;
  pid_t pid_ = -1;
  std::string host_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string log_;
  bool ended_ = false;
  std::jthread follower_;
};

}  // namespace wasm_oci::testing
