// Why work should stop: a signal or the deadline. Both only request a stop; whoever works sees it at the next chance
// and leaves everything in order.
#pragma once

#include "cli/exit_code.hpp"
#include "oci/error.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace wasm_oci::cli {

class Interrupts {
 public:
  std::stop_token token() const { return stop_.get_token(); }

  // Remembers the first signal and requests the stop. False: one came before.
  bool on_signal(int signal) noexcept;
  // Requests the stop when `limit` has passed from now, unless the object goes first. `text` is how the user wrote it.
  void set_deadline(std::chrono::milliseconds limit, std::string text);

  // What is to be said of a failure after a stop was requested, instead of whatever failed because of it; nullopt where
  // none was requested.
  std::optional<Error> reason() const;
  // The exit code that belongs to it.
  std::optional<ExitCode> code() const;

 private:
  std::stop_source stop_;
  std::atomic<int> signal_ = 0;
  std::atomic<bool> deadline_passed_ = false;
  std::string deadline_text_;
  std::jthread deadline_;
};

// SIGINT and SIGTERM go to `interrupts` by way of a thread of their own that waits for them, so that no code ever runs
// inside a signal handler; the second one ends the process at once. SIGPIPE is ignored: a closed pipe is an error of
// write().
//
// Made before any other thread, since threads inherit the blocked signals. Programs that are started inherit them as
// well: whoever starts one resets the signal mask and SIGPIPE for it (POSIX_SPAWN_SETSIGMASK, POSIX_SPAWN_SETSIGDEF).
class SignalThread {
 public:
  explicit SignalThread(Interrupts& interrupts);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace wasm_oci::cli
