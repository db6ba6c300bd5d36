#include "cli/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <utility>

namespace wasm_oci::cli {

namespace {

ExitCode code_of(int signal) { return signal == SIGTERM ? ExitCode::terminated : ExitCode::interrupted; }

// SIGUSR1 only wakes the thread for its end.
sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

}  // namespace

bool Interrupts::on_signal(int signal) noexcept {
  int none = 0;
  if (!signal_.compare_exchange_strong(none, signal)) {
    return false;
  }
  stop_.request_stop();
  return true;
}

void Interrupts::set_deadline(std::chrono::milliseconds limit, std::string text) {
  deadline_text_ = std::move(text);
  deadline_ = std::jthread([this, limit](const std::stop_token& gone) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, gone, limit, [] { return false; });
    if (!gone.stop_requested()) {
      deadline_passed_ = true;
      stop_.request_stop();
    }
  });
}

std::optional<Error> Interrupts::reason() const {
  if (const int signal = signal_; signal != 0) {
    return CancelledError(signal == SIGTERM ? "terminated" : "interrupted");
  }
  if (deadline_passed_) {
    return NetworkError("deadline of " + deadline_text_ + " passed", "a longer --deadline gives it more time");
  }
  return std::nullopt;
}

std::optional<ExitCode> Interrupts::code() const {
  if (const int signal = signal_; signal != 0) {
    return code_of(signal);
  }
  return deadline_passed_ ? std::optional(ExitCode::network) : std::nullopt;
}

SignalThread::SignalThread(Interrupts& interrupts) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // NOLINT(cert-err33-c): it cannot fail for a signal that exists
  const sigset_t signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this, &interrupts, signals] {
    for (;;) {
      int signal = 0;
      sigwait(&signals, &signal);
      if (done_) {
        return;
      }
      if (signal != SIGUSR1 && !interrupts.on_signal(signal)) {
        _exit(static_cast<int>(code_of(signal)));
      }
    }
  });
}

SignalThread::~SignalThread() {
  done_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

}  // namespace wasm_oci::cli
