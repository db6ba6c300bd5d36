// What only the real process shows: descriptors, signals, exit codes.
#include "tests/support/process.hpp"

#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;

Outcome in_shell(const WasmOci& wasm_oci, const std::string& redirection) {
  const std::string program = wasm_oci.command({}).argv.front();
  return wasm_oci.other({"sh", "-c", "'" + program + "' version " + redirection});
}

TEST(Process, ExitsWithTheCodeOfTheError) {
  const WasmOci wasm_oci;
  EXPECT_EQ(wasm_oci({}).exit_code, 0);
  EXPECT_EQ(wasm_oci({"version"}).exit_code, 0);
  const Outcome wrong = wasm_oci({"version", "--fromat", "json"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err, "error: unknown flag: --fromat\nhint: did you mean --format?\n");
}

TEST(Process, FailsWhenItsOutputCannotBeWritten) {
  const WasmOci wasm_oci;
  Outcome outcome = in_shell(wasm_oci, "> /dev/full");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "error: cannot write standard output: No space left on device\n");
  outcome = in_shell(wasm_oci, ">&-");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("error: cannot write standard output: "));
}

TEST(Process, FailsWhenItsReaderHasGone) {
  const WasmOci wasm_oci;
  const std::string program = wasm_oci.command({}).argv.front();
  // The pipe's reader is closed before the program begins.
  const Outcome outcome =
      wasm_oci.other({"bash", "-c", "exec 3> >(true); wait $!; '" + program + "' version >&3; exit $?"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("error: cannot write standard output: Broken pipe"));
}

}  // namespace
}  // namespace wasm_oci::testing
