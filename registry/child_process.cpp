#include "registry/child_process.hpp"

#include "oci/error.hpp"
#include "oci/unique_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace wasm_oci {
namespace {

using Clock = std::chrono::steady_clock;

// How late an end, a stop or a time-out may be noticed.
constexpr auto kPollInterval = std::chrono::milliseconds(20);
constexpr auto kReapInterval = std::chrono::milliseconds(1);

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw_errno(errno, "cannot make a pipe");
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void set_non_blocking(const UniqueFd& file) {
  // NOLINTNEXTLINE(*-vararg): fcntl has no other form
  ::fcntl(file.get(), F_SETFL, ::fcntl(file.get(), F_GETFL) | O_NONBLOCK);
}

// A pipe that holds all of the input before anybody reads it: there is nobody to wait for and no SIGPIPE.
UniqueFd filled_pipe(const std::string& input) {
  Pipe pipe = make_pipe();
  set_non_blocking(pipe.write_end);
  if (!input.empty() && ::write(pipe.write_end.get(), input.data(), input.size()) != std::ssize(input)) {
    throw FailureError("the input of a credential helper is too long");
  }
  return std::move(pipe.read_end);
}

class SpawnSettings {
 public:
  SpawnSettings(int input, int output) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
#ifdef __GLIBC__
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#endif
    ::posix_spawnattr_init(&attributes_);
    // What we block or ignore for ourselves is not the program's business.
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// A started program. It is killed with its whole group unless it was seen to end.
class Child {
 public:
  Child(const ChildCommand& command, int input, int output) {
    std::vector<std::string> arguments = command.argv;
    std::vector<char*> pointers;
    std::ranges::transform(arguments, std::back_inserter(pointers), [](std::string& text) { return text.data(); });
    pointers.push_back(nullptr);
    const SpawnSettings settings(input, output);
    if (const int error = ::posix_spawn(&id_, command.path.c_str(), settings.actions(), settings.attributes(),
                                        pointers.data(), environ);
        error != 0) {
      id_ = -1;
      throw_errno(error, "cannot run " + command.path);
    }
  }
  ~Child() {
    if (id_ > 0) {
      ::kill(-id_, SIGKILL);
      while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Its exit code once it has ended.
  std::optional<int> ended() {
    int status = 0;
    if (!exit_code_ && ::waitpid(id_, &status, WNOHANG) == id_) {
      id_ = -1;
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return exit_code_;
  }

 private:
  pid_t id_ = -1;
  std::optional<int> exit_code_;
};

}  // namespace

ChildResult run_child(const ChildCommand& command, const std::stop_token& stop) {
  const Clock::time_point deadline = Clock::now() + command.timeout;
  Pipe output = make_pipe();
  set_non_blocking(output.read_end);
  UniqueFd input = filled_pipe(command.input);
  Child child(command, input.get(), output.write_end.get());
  input.reset();
  output.write_end.reset();

  ChildResult result;
  bool open = true;
  std::vector<char> buffer(64 * 1024);
  while (true) {
    // Asked before reading: what it wrote before its end is then read below, even if others keep the pipe open.
    const auto exit_code = child.ended();
    if (stop.stop_requested()) {
      throw CancelledError("cancelled");
    }
    if (!exit_code && Clock::now() >= deadline) {
      throw FailureError("no answer within " + std::to_string(command.timeout.count() / 1000) + " seconds");
    }
    if (open && !exit_code) {
      pollfd entry{.fd = output.read_end.get(), .events = POLLIN, .revents = 0};
      ::poll(&entry, 1, static_cast<int>(kPollInterval.count()));
    }
    ssize_t count = 0;
    while (open && (count = ::read(output.read_end.get(), buffer.data(), buffer.size())) != 0) {
      if (count < 0 && errno == EINTR) {
        continue;
      }
      if (count < 0) {
        break;
      }
      result.output.append(buffer.data(), static_cast<std::size_t>(count));
      if (result.output.size() > command.max_output) {
        throw FailureError("an answer of more than " + std::to_string(command.max_output) + " bytes");
      }
    }
    open = open && count != 0;
    if (exit_code) {
      result.exit_code = *exit_code;
      return result;
    }
    if (!open) {
      std::this_thread::sleep_for(kReapInterval);
    }
  }
}

}  // namespace wasm_oci
