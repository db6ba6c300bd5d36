#include "cli/signals.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>

namespace wasm_oci::cli {
namespace {

// Returns when the stop is requested; ctest's time limit ends a test where it never is.
void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, stop, [] { return false; });
}

TEST(Interrupts, SayNothingWithoutACause) {
  const Interrupts interrupts;
  EXPECT_FALSE(interrupts.token().stop_requested());
  EXPECT_FALSE(interrupts.reason());
  EXPECT_FALSE(interrupts.code());
}

TEST(Interrupts, RememberTheFirstSignal) {
  Interrupts interrupts;
  EXPECT_TRUE(interrupts.on_signal(SIGTERM));
  EXPECT_FALSE(interrupts.on_signal(SIGINT));
  EXPECT_TRUE(interrupts.token().stop_requested());
  EXPECT_EQ(interrupts.code(), ExitCode::terminated);
  const auto reason = interrupts.reason();
  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->kind(), ErrorKind::cancelled);
}

TEST(Interrupts, StopAtTheDeadline) {
  Interrupts interrupts;
  interrupts.set_deadline(std::chrono::milliseconds(20), "20ms");
  wait_for(interrupts.token());
  EXPECT_EQ(interrupts.code(), ExitCode::network);
  const auto reason = interrupts.reason();
  ASSERT_TRUE(reason);
  EXPECT_EQ(reason->message(), "deadline of 20ms passed");
}

TEST(Interrupts, DoNotWaitForADeadlineThatIsFarAway) {
  const auto before = std::chrono::steady_clock::now();
  {
    Interrupts interrupts;
    interrupts.set_deadline(std::chrono::hours(1), "1h");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::minutes(1));
}

TEST(SignalThread, TurnsASignalIntoAStop) {
  Interrupts interrupts;
  const SignalThread thread(interrupts);
  kill(getpid(), SIGINT);
  wait_for(interrupts.token());
  EXPECT_EQ(interrupts.code(), ExitCode::interrupted);
}

TEST(SignalThread, IgnoresTheSignalThatIsItsOwn) {
  Interrupts interrupts;
  {
    const SignalThread thread(interrupts);
    kill(getpid(), SIGUSR1);
  }
  EXPECT_FALSE(interrupts.token().stop_requested());
}

TEST(SignalThread, LeavesBrokenPipesToWrite) {
  Interrupts interrupts;
  const SignalThread thread(interrupts);
  struct sigaction action{};
  ASSERT_EQ(sigaction(SIGPIPE, nullptr, &action), 0);
  EXPECT_EQ(action.sa_handler, SIG_IGN);  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast)
}

}  // namespace
}  // namespace wasm_oci::cli
