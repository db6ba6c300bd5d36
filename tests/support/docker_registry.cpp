#include "tests/support/docker_registry.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <stdexcept>

namespace wasm_oci::testing {
namespace {

constexpr const char* kProgram = "/usr/bin/docker-registry";
constexpr std::string_view kListening = "listening on ";

}  // namespace

DockerRegistry::DockerRegistry(std::string_view http, std::string_view top) {
  // The registry picks the port itself and names it in its log: no other process can take it in between.
  const std::string config = (folder_ / "config.yml").string();
  write_file(config,
             "version: 0.1\nlog:\n  level: info\n  formatter: text\n  accesslog:\n    disabled: true\n"
             "storage:\n  filesystem:\n    rootdirectory: " +
                 (folder_ / "data").string() + "\n  delete:\n    enabled: true\n" + std::string(top) +
                 "http:\n  addr: 127.0.0.1:0\n" + std::string(http));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server behind
    if (::getppid() != parent) {
      ::_exit(1);
    }
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execl(kProgram, kProgram, "serve", config.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  follower_ = std::jthread([this, pipe = ends[0]] { follow_log(pipe); });
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(30), [this] { return ended_ || !host_.empty(); });
  if (host_.empty()) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    throw std::runtime_error(::access(kProgram, X_OK) == 0 ? "docker-registry does not start: " + log_
                                                           : std::string(kProgram) + " is not installed");
  }
}

DockerRegistry::~DockerRegistry() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void DockerRegistry::follow_log(int pipe) {
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = ::read(pipe, buffer.data(), buffer.size())) > 0) {
    const std::scoped_lock lock(mutex_);
    log_.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t at = log_.find(kListening);
    if (host_.empty() && at != std::string::npos) {
      const std::size_t begin = at + kListening.size();
      const std::size_t end = log_.find_first_of(", \"\n", begin);
      if (end != std::string::npos) {
        host_ = log_.substr(begin, end - begin);
        changed_.notify_all();
      }
    }
  }
  ::close(pipe);
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::string DockerRegistry::log() const {
  const std::scoped_lock lock(mutex_);
  return log_;
}

}  // namespace wasm_oci::testing
