// Ctrl-C ends a command that waits for a registry at once, with the shell's exit code, and leaves nothing behind.
#include "tests/support/scripted_server.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <semaphore>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;

struct Signal {
  int number;
  int exit_code;
};

class Interrupt : public ::testing::TestWithParam<Signal> {};

TEST_P(Interrupt, EndsAPullThatWaits) {
  std::counting_semaphore<> asked(0);
  const ScriptedServer server([&](Connection& connection) {
    if (connection.read_request()) {
      asked.release();
      connection.stall();
    }
  });
  const WasmOci user;
  Process process(user.command({"pull", server.host() + "/me/hello:1.0", "-o", "out.wasm", "--plain-http"}));
  ASSERT_TRUE(asked.try_acquire_for(std::chrono::seconds(30)));
  process.send(GetParam().number);
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = process.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));  // the stall limit is a minute
  EXPECT_EQ(outcome.exit_code, GetParam().exit_code) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("error: "));
  EXPECT_TRUE(std::filesystem::is_empty(user.work()));
  EXPECT_TRUE(std::filesystem::is_empty(user.tmp()));
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupt, ::testing::Values(Signal{SIGINT, 130}, Signal{SIGTERM, 143}),
                         [](const auto& one) { return one.param.number == SIGINT ? "INT" : "TERM"; });

}  // namespace
}  // namespace wasm_oci::testing
