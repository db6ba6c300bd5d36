#include "tests/support/process.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <utility>

// glibc 2.36 declares its functions without C linkage.
extern "C" {
#include <sys/pidfd.h>
}

namespace wasm_oci::testing {
namespace {

constexpr size_t kMaxOutput = size_t{64} << 20;

[[noreturn]] void fail(const std::string& what, int error_number) {
  throw std::runtime_error(what + ": " + std::strerror(error_number));
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& string : strings) {
    result.push_back(string.data());
  }
  result.push_back(nullptr);
  return result;
}

struct Child {
  char** argv;
  char** env;
  const char* cwd;  // null: stay
  std::optional<mode_t> umask;
  int in;
  int out;
  int err;
  int report;  // where errno goes when the program cannot be started
  pid_t parent;
};

// Between fork and exec only async-signal-safe calls are allowed: everything was prepared before.
[[noreturn]] void become(const Child& child) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  bool ready = getppid() == child.parent;  // the parent may have died before prctl
  ready = ready && (child.cwd == nullptr || chdir(child.cwd) == 0);
  if (child.umask) {
    umask(*child.umask);
  }
  ready = ready && dup2(child.in, STDIN_FILENO) >= 0 && dup2(child.out, STDOUT_FILENO) >= 0 &&
          dup2(child.err, STDERR_FILENO) >= 0;
  if (ready) {
    execvpe(child.argv[0], child.argv, child.env);
  }
  const int error_number = errno;
  (void)!write(child.report, &error_number, sizeof error_number);
  _exit(127);
}

pid_t spawn(const Command& command, int in, int out, int err) {
  if (command.argv.empty()) {
    throw std::runtime_error("no program to run");
  }
  std::vector<std::string> argv = command.argv;
  std::vector<std::string> env;
  for (const auto& [name, value] : command.env ? *command.env : current_environment()) {
    env.push_back(name);
    env.back().append("=").append(value);
  }
  const std::vector<char*> argv_pointers = pointers(argv);
  const std::vector<char*> env_pointers = pointers(env);
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) {
    fail("cannot make a pipe", errno);
  }
  const Child child{const_cast<char**>(argv_pointers.data()),
                    const_cast<char**>(env_pointers.data()),
                    command.cwd.empty() ? nullptr : command.cwd.c_str(),
                    command.umask,
                    in,
                    out,
                    err,
                    report[1],
                    getpid()};
  const pid_t pid = fork();
  if (pid == 0) {
    become(child);
  }
  const int fork_error = errno;
  close(report[1]);
  int error_number = 0;
  const ssize_t got = pid < 0 ? 0 : read(report[0], &error_number, sizeof error_number);
  close(report[0]);
  if (pid < 0) {
    fail("cannot fork", fork_error);
  }
  if (got > 0) {
    waitpid(pid, nullptr, 0);
    fail("cannot run " + command.argv[0], error_number);
  }
  return pid;
}

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int tcp_socket() {
  const int result = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (result < 0) {
    fail("cannot make a socket", errno);
  }
  return result;
}

bool accepts(uint16_t port) {
  const int connection = tcp_socket();
  const sockaddr_in address = loopback(port);
  const bool result = connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(connection);
  return result;
}

}  // namespace

Process::Descriptor::~Descriptor() {
  if (value_ >= 0) {
    close(value_);
  }
}

Process::Process(const Command& command)
    : timeout_(command.timeout),
      in_(memory_file("stdin", command.input)),
      out_(memory_file("stdout", {})),
      err_(memory_file("stderr", {})),
      pid_(spawn(command, in_.get(), out_.get(), err_.get())),
      pidfd_(pidfd_open(pid_, 0)) {
  if (pidfd_.get() < 0) {
    fail("cannot watch a process", errno);
  }
}

Process::~Process() {
  if (!ended_) {
    send(SIGTERM);
    if (!wait_for_end(std::chrono::seconds(5))) {
      send(SIGKILL);
    }
    reap();
  }
}

int Process::memory_file(const char* name, std::string_view content) {
  const int descriptor = memfd_create(name, MFD_CLOEXEC);
  // Appending, as a pipe does: the program may open /dev/stdout again.
  if (descriptor < 0 || fcntl(descriptor, F_SETFL, O_APPEND) != 0) {
    fail("cannot make a file in memory", errno);
  }
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0) {
      fail("cannot write a file in memory", errno);
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  lseek(descriptor, 0, SEEK_SET);
  return descriptor;
}

std::string Process::content_of(int descriptor) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) {
    fail("cannot read a program's output", errno);
  }
  std::string content(std::min(kMaxOutput, static_cast<size_t>(status.st_size)), '\0');
  const ssize_t got = pread(descriptor, content.data(), content.size(), 0);
  content.resize(got < 0 ? 0 : static_cast<size_t>(got));
  return content;
}

bool Process::wait_for_end(std::chrono::milliseconds limit) const {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd watched{pidfd_.get(), POLLIN, 0};
    const int ready = poll(&watched, 1, static_cast<int>(std::max<long long>(left, 0)));
    if (ready > 0 || left <= 0) {
      return ready > 0;
    }
  }
}

int Process::reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  return status;
}

bool Process::running() const { return !ended_ && !wait_for_end(std::chrono::milliseconds(0)); }

void Process::send(int signal) const { ::kill(-pid_, signal); }

Outcome Process::wait() {
  Outcome outcome;
  outcome.timed_out = !wait_for_end(timeout_);
  if (outcome.timed_out) {
    send(SIGKILL);
  }
  const int status = reap();
  if (WIFEXITED(status)) {
    outcome.exit_code = WEXITSTATUS(status);
  } else {
    outcome.signal = WTERMSIG(status);
  }
  outcome.out = out();
  outcome.err = err();
  return outcome;
}

std::string Process::out() const { return content_of(out_.get()); }
std::string Process::err() const { return content_of(err_.get()); }

Outcome run(const Command& command) { return Process(command).wait(); }

std::string run_or_throw(const std::vector<std::string>& argv, const Environment& extra_env) {
  Command command{.argv = argv, .env = current_environment()};
  for (const auto& [name, value] : extra_env) {
    command.env->insert_or_assign(name, value);
  }
  Outcome outcome = run(command);
  if (!outcome.ok()) {
    std::string line;
    for (const std::string& word : argv) {
      line += word + " ";
    }
    throw std::runtime_error(line + "failed with " + std::to_string(outcome.exit_code) + ":\n" + outcome.out +
                             outcome.err);
  }
  return std::move(outcome.out);
}

Environment current_environment() {
  Environment result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      result.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return result;
}

uint16_t free_port() {
  const int listener = tcp_socket();
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  const int error_number = errno;
  close(listener);
  if (!bound) {
    fail("cannot find a free port", error_number);
  }
  return ntohs(address.sin_port);
}

void wait_for_port(uint16_t port, const Process& server) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!accepts(port)) {
    if (!server.running()) {
      throw std::runtime_error("the server ended before it listened:\n" + server.out() + server.err());
    }
    if (std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("the server does not listen on port " + std::to_string(port));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace wasm_oci::testing
