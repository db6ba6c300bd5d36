#include "registry/child_process.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

ChildCommand shell(const std::string& script, std::size_t max_error) {
  return {.path = "/bin/sh",
          .argv = {"sh", "-c", script},
          .input = {},
          .max_output = 1000,
          .max_error = max_error,
          .timeout = 30s};
}

TEST(ChildProcess, KeepsBothOutputsApart) {
  const ChildResult result = run_child(shell("echo out; echo err >&2; exit 3", 1000), {});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error, "err\n");
}

TEST(ChildProcess, LeavesStandardErrorAloneUnlessAsked) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_child(shell("echo err >&2", 0), {}).error, "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "err\n");
}

TEST(ChildProcess, KeepsTheBeginningOfMuch) {
  const ChildResult result = run_child(shell("head -c 300000 /dev/zero | tr '\\0' x >&2; echo done", 10), {});
  EXPECT_EQ(result.error, "xxxxxxxxxx");
  EXPECT_EQ(result.output, "done\n");
}

TEST(ChildProcess, EndsWhatSpeaksWithoutEnd) {
  ChildCommand command = shell("exec yes >&2", 10);
  command.timeout = 300ms;
  try {
    run_child(command, {});
    FAIL() << "no error";
  } catch (const FailureError& error) {
    EXPECT_THAT(error.message(), HasSubstr("no answer within"));
  }
}

}  // namespace
}  // namespace wasm_oci
