// What the interop tests share: one user, one open registry, and how other programs are asked for the module of an
// image.
#pragma once

#include "tests/support/docker_registry.hpp"
#include "tests/support/process.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace wasm_oci::testing {

inline constexpr const char* kModule = "modules/hello.wasm";
inline constexpr const char* kComponent = "modules/hello.component.wasm";

// A containerd of our own with root, state and socket below `folder`; in a user namespace where we are not root.
class Containerd {
 public:
  // `programs` is the folder of containerd 2.4 and its ctr; without it they are Debian's, which are 1.6.
  explicit Containerd(const std::filesystem::path& folder, const std::filesystem::path& programs = {});

  // For CONTAINERD_ADDRESS.
  const std::string& address() const { return socket_; }
  // `ctr ARGUMENTS` against it; throws unless it succeeds.
  std::string ctr(const std::vector<std::string>& arguments) const;
  // The digest of the file PATH in the image NAME for wasi/wasm, through a snapshot of it.
  std::string file_of(const std::string& name, const std::string& path) const;

 private:
  std::filesystem::path folder_;
  std::string socket_;
  std::string ctr_;
  std::unique_ptr<Process> daemon_;
};

// A docker daemon with the image store that it had before containerd's. It needs root, or a user namespace in which it
// may mount.
class DockerDaemon {
 public:
  explicit DockerDaemon(const std::filesystem::path& folder);
  // For DOCKER_HOST.
  std::string address() const { return "unix://" + (folder_ / "docker.sock").string(); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Process> daemon_;
};

// A docker daemon of the line 29 with `containerd`'s image store, where what it has is in the namespace "moby".
// `programs` is its folder. It needs root.
class Docker29Daemon {
 public:
  Docker29Daemon(const std::filesystem::path& folder, const std::filesystem::path& programs,
                 const Containerd& containerd);
  // For DOCKER_HOST.
  std::string address() const { return "unix://" + (folder_ / "docker.sock").string(); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Process> daemon_;
};

// A BuildKit daemon, which takes `registry` without TLS, and a buildx that speaks to it. `programs` is the folder of
// both. It needs root: it runs containers, with runc.
class BuildKit {
 public:
  BuildKit(const std::filesystem::path& folder, const std::filesystem::path& programs, const std::string& registry);

  // `buildx build ARGUMENTS CONTEXT`, the last being a folder with a Dockerfile; throws unless it succeeds.
  void build(const std::vector<std::string>& arguments, const std::filesystem::path& context) const;
  // `buildx imagetools ARGUMENTS`: what it prints; throws unless it succeeds.
  std::string imagetools(const std::vector<std::string>& arguments) const;
  // Nothing stays of what was fetched and built.
  void forget() const { buildx({"prune", "--all", "--force"}); }

 private:
  std::string buildx(const std::vector<std::string>& arguments) const;

  std::filesystem::path folder_;
  std::string program_;
  std::unique_ptr<Process> daemon_;
};

class Interop : public ::testing::Test {
 protected:
  // Builds the committed module as REF and pushes it; returns REF, which is in the open registry.
  std::string push_hello(const std::string& repository = "me/hello");
  // The digest of /hello.wasm in an image of an OCI layout, as umoci unpacks it; the file must have mode 0755.
  std::string module_by_umoci(const std::filesystem::path& layout, const std::string& name);
  // The same in what `podman save --format docker-archive` wrote.
  std::string module_in_docker_archive(const std::filesystem::path& archive);
  // The digest of the manifest that REF names, computed from the bytes that skopeo gets.
  std::string digest_by_skopeo(const std::string& location);
  // Standard output of the module, run by Node.js.
  std::string run_module(const std::filesystem::path& module, const std::vector<std::string>& arguments = {});

  static std::string hello_digest() { return sha256_of(testdata(kModule)); }

  WasmOci user_;
  DockerRegistry registry_;
};

}  // namespace wasm_oci::testing
