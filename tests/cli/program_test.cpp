#include "cli/program.hpp"

#include "cli/help.hpp"
#include "tests/cli/captured.hpp"
#include "tests/cli/sample_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace wasm_oci::cli::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Program, RunsTheCommand) {
  const Ran ran = run({"push", "A"}, sample_catalog());
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.out, "done\n");
  EXPECT_EQ(ran.err, "");
}

TEST(Program, ShowsHelpOnStandardOutput) {
  EXPECT_EQ(run({}, sample_catalog()).out, overview(sample_catalog()));
  EXPECT_EQ(run({"--help"}, sample_catalog()).out, full_help(sample_catalog()));
  EXPECT_EQ(run({"index"}, sample_catalog()).out, group_help(sample_catalog(), "index"));
  const Ran ran = run({"build", "-h"}, sample_catalog());
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.out, command_help(*sample_catalog().front()));
  EXPECT_EQ(ran.err, "");
}

TEST(Program, TellsWrongUsageOnStandardError) {
  const Ran ran = run({"push", "--quite", "A"}, sample_catalog());
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "error: unknown flag: --quite\nhint: did you mean --quiet?\n");
  EXPECT_EQ(run({"push", "A", "--jobs", "0"}, sample_catalog()).code, ExitCode::usage);
}

TEST(Program, TellsErrorsEscapedWithTheirCode) {
  const Ran ran = run({"pull", "A"}, sample_catalog());
  EXPECT_EQ(ran.code, ExitCode::not_found);
  EXPECT_EQ(ran.err, "error: cannot open \\x1b[2Jx: No such file or directory\nhint: look\\telsewhere\n");
}

TEST(Program, UsesColorOnTerminalsThatHaveIt) {
  const auto err = [](const Variables& environment, bool is_terminal, const char* option) {
    return run({"pull", "A", option}, sample_catalog(), {.environment = environment, .is_terminal = is_terminal}).err;
  };
  EXPECT_THAT(err({{"TERM", "xterm"}}, true, "-v"), HasSubstr("\x1b[1;31m"));
  EXPECT_THAT(err({{"TERM", "xterm"}}, false, "-v"), Not(HasSubstr("\x1b")));
  EXPECT_THAT(err({{"TERM", "dumb"}}, true, "-v"), Not(HasSubstr("\x1b")));
  EXPECT_THAT(err({}, true, "-v"), Not(HasSubstr("\x1b")));
  EXPECT_THAT(err({{"TERM", "xterm"}, {"NO_COLOR", "1"}}, true, "-v"), Not(HasSubstr("\x1b")));
  EXPECT_THAT(err({{"TERM", "xterm"}}, true, "--no-color"), Not(HasSubstr("\x1b")));
}

TEST(Program, FailsWhenItsOutputIsBroken) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"push", "A"}, {"--help"}, {}}) {
    const Ran ran = run(words, sample_catalog(), {.broken_output = true});
    EXPECT_EQ(ran.code, ExitCode::failure);
    EXPECT_THAT(ran.err, HasSubstr("cannot write standard output: No space left on device"));
  }
}

TEST(Program, TellsTheSignalNotItsEcho) {
  Interrupts interrupted;
  interrupted.on_signal(SIGINT);
  Ran ran = run({"wait"}, sample_catalog(), {.interrupts = &interrupted});
  EXPECT_EQ(static_cast<int>(ran.code), 130);
  EXPECT_EQ(ran.err, "error: interrupted\n");

  Interrupts terminated;
  terminated.on_signal(SIGTERM);
  ran = run({"wait"}, sample_catalog(), {.interrupts = &terminated});
  EXPECT_EQ(static_cast<int>(ran.code), 143);
  EXPECT_EQ(ran.err, "error: terminated\n");
}

TEST(Program, SucceedsWhenTheSignalCameTooLate) {
  Interrupts interrupted;
  interrupted.on_signal(SIGINT);
  EXPECT_EQ(run({"push", "A"}, sample_catalog(), {.interrupts = &interrupted}).code, ExitCode::ok);
}

TEST(Program, GivesUpAtTheDeadline) {
  const Ran ran = run({"--deadline", "10ms", "wait"}, sample_catalog());
  EXPECT_EQ(static_cast<int>(ran.code), 6);
  EXPECT_EQ(ran.err, "error: deadline of 10ms passed\nhint: a longer --deadline gives it more time\n");
}

}  // namespace
}  // namespace wasm_oci::cli::testing
