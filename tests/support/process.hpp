// Runs other programs: to the end with their output, or in the background for as long as an object lives.
//
// Input and output are files in memory, not pipes, so that neither side ever waits for the other and no thread is
// needed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {

using Environment = std::map<std::string, std::string>;

struct Command {
  std::vector<std::string> argv;        // the program is looked up in PATH
  std::optional<Environment> env = {};  // the whole environment; absent: this process's
  std::filesystem::path cwd = {};       // empty: this process's
  std::string input = {};               // what standard input holds
  std::optional<mode_t> umask = {};     // absent: this process's
  std::chrono::seconds timeout{120};
};

struct Outcome {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;
  bool timed_out = false;  // then it was killed
  std::string out;         // at most 64 MiB of each are kept
  std::string err;

  bool ok() const { return exit_code == 0; }
};

// A running program in a process group of its own. It is stopped (SIGTERM, after five seconds SIGKILL) when the object
// goes, and dies with this process. Throws std::runtime_error when the program cannot be started.
class Process {
 public:
  explicit Process(const Command& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running() const;
  // To the program and what it started.
  void send(int signal) const;
  // Waits for the end, at most the command's timeout, after which the program is killed. Once only.
  Outcome wait();
  // What it wrote so far.
  std::string out() const;
  std::string err() const;

 private:
  class Descriptor {
   public:
    explicit Descriptor(int value) : value_(value) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return value_; }

   private:
    int value_;
  };

  static int memory_file(const char* name, std::string_view content);
  static std::string content_of(int descriptor);
  bool wait_for_end(std::chrono::milliseconds limit) const;
  int reap();  // the status as waitpid gives it

  std::chrono::seconds timeout_;
  Descriptor in_;
  Descriptor out_;
  Descriptor err_;
  pid_t pid_;
  Descriptor pidfd_;
  bool ended_ = false;  // and reaped
};

Outcome run(const Command& command);
// run() with its arguments only. Throws std::runtime_error, with what the program wrote, unless it exits with 0;
// returns its standard output.
std::string run_or_throw(const std::vector<std::string>& argv, const Environment& extra_env = {});

// This process's environment.
Environment current_environment();

// A loopback TCP port that was free a moment ago.
uint16_t free_port();
// Returns once something listens there. Throws std::runtime_error when `server` ends before or after 30 seconds.
void wait_for_port(uint16_t port, const Process& server);

}  // namespace wasm_oci::testing
