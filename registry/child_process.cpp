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
  return {.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
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

// What comes from a program through a pipe; nothing where it goes elsewhere.
class Outlet {
 public:
  Outlet(std::string& to, std::size_t most, bool wanted = true) : to_(to), most_(most) {
    if (wanted) {
      pipe_ = make_pipe();
      set_non_blocking(pipe_.read_end);
    }
  }

  // Both -1 where there is none; poll() passes over that.
  int write_end() const { return pipe_.write_end.get(); }
  int read_end() const { return pipe_.read_end.get(); }
  void close_write_end() { pipe_.write_end.reset(); }
  bool is_open() const { return static_cast<bool>(pipe_.read_end); }

  // Takes what is there, at least as much as a pipe holds, and keeps of it what is wanted. False once that was not all.
  bool drain() {
    constexpr int kMostReads = 16;  // somebody who never stops writing must not keep us from looking at the time
    for (int reads = 0; is_open() && reads < kMostReads; ++reads) {
      const ssize_t count = ::read(pipe_.read_end.get(), buffer_.data(), buffer_.size());
      if (count < 0 && errno != EINTR) {
        break;
      }
      if (count == 0) {
        pipe_.read_end.reset();
      }
      const auto came = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
      overflowed_ = overflowed_ || came > most_ - to_.size();
      to_.append(buffer_.data(), std::min(came, most_ - to_.size()));
    }
    return !overflowed_;
  }

 private:
  std::string& to_;
  std::size_t most_;
  Pipe pipe_;
  std::vector<char> buffer_ = std::vector<char>(64UL * 1024);
  bool overflowed_ = false;
};

class SpawnSettings {
 public:
  // `error` is -1 where standard error stays ours.
  SpawnSettings(int input, int output, int error) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    if (error >= 0) {
      ::posix_spawn_file_actions_adddup2(&actions_, error, STDERR_FILENO);
    }
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
  Child(const ChildCommand& command, int input, int output, int error_output) {
    std::vector<std::string> arguments = command.argv;
    std::vector<char*> pointers;
    std::ranges::transform(arguments, std::back_inserter(pointers), [](std::string& text) { return text.data(); });
    pointers.push_back(nullptr);
    const SpawnSettings settings(input, output, error_output);
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
  ChildResult result;
  Outlet output(result.output, command.max_output);
  Outlet error(result.error, command.max_error, command.max_error > 0);
  UniqueFd input = filled_pipe(command.input);
  Child child(command, input.get(), output.write_end(), error.write_end());
  input.reset();
  output.close_write_end();
  error.close_write_end();

  while (true) {
    // Asked before reading: what it wrote before its end is then read below, even if others keep the pipe open.
    const auto exit_code = child.ended();
    if (stop.stop_requested()) {
      throw CancelledError("cancelled");
    }
    if (!exit_code && Clock::now() >= deadline) {
      throw FailureError("no answer within " + std::to_string(command.timeout.count() / 1000) + " seconds");
    }
    const bool open = output.is_open() || error.is_open();
    if (open && !exit_code) {
      std::array entries = {pollfd{.fd = output.read_end(), .events = POLLIN, .revents = 0},
                            pollfd{.fd = error.read_end(), .events = POLLIN, .revents = 0}};
      ::poll(entries.data(), entries.size(), static_cast<int>(kPollInterval.count()));
    }
    if (!output.drain()) {
      throw FailureError("an answer of more than " + std::to_string(command.max_output) + " bytes");
    }
    error.drain();
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
