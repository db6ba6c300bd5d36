#include "cli/output.hpp"

#include "oci/media_type.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

namespace wasm_oci::cli::testing {
namespace {

Result result(const std::string& name) {
  return {.name = name, .digest = digest_of(name), .media_type = std::string(media_type::kOciManifest), .size = 10};
}

TEST(Results, PrintOneLineForEachTarget) {
  TestContext test;
  Results results(test.context);
  results.add(result("docker.io/me/a:1"));
  EXPECT_EQ(test.out.take(), "docker.io/me/a:1@" + digest_of("docker.io/me/a:1").str() + "\n");
  results.add(result("local:docker.io/me/b:1"));
  EXPECT_EQ(results.finish(), ExitCode::ok);
  EXPECT_EQ(test.out.text, "local:docker.io/me/b:1@" + digest_of("local:docker.io/me/b:1").str() + "\n");
  EXPECT_EQ(test.err.text, "");
}

TEST(Results, PrintTheDigestAloneWithQuiet) {
  TestContext test({.quiet = true});
  Results results(test.context);
  results.add(result("a"));
  EXPECT_EQ(test.out.text, digest_of("a").str() + "\n");
}

TEST(Results, AreOneDocumentAsJson) {
  TestContext test({.format = Format::json});
  Results results(test.context);
  results.add(result("docker.io/me/a:1"));
  Result second = result("docker.io/me/b:1");
  second.previous_digest = digest_of("before");
  second.platforms = {"wasi/wasm", "linux/amd64"};
  results.add(second);
  EXPECT_EQ(test.out.text, "");
  EXPECT_EQ(results.finish(), ExitCode::ok);
  wasm_oci::testing::expect_golden(test.out.text, "cli/results.json");
}

TEST(Results, GoOnAfterAFailureAndEndWithTheWorstCode) {
  TestContext test;
  Results results(test.context);
  results.fail(NotFoundError("no such image: a"));
  results.fail(ContentError("wrong digest"));
  results.fail(NetworkError("time-out"));
  results.add(result("d"));
  EXPECT_EQ(results.finish(), ExitCode::content);
  EXPECT_EQ(test.out.text, "d@" + digest_of("d").str() + "\n");
  EXPECT_EQ(test.err.text, "error: no such image: a\nerror: wrong digest\nerror: time-out\n");
}

TEST(Results, PrintNoDocumentWhenATargetFailed) {
  TestContext test({.format = Format::json});
  Results results(test.context);
  results.add(result("a"));
  results.fail(AuthError("denied"));
  EXPECT_EQ(results.finish(), ExitCode::auth);
  EXPECT_EQ(test.out.text, "");
}

TEST(Results, EndAtAStop) {
  TestContext test;
  Results results(test.context);
  EXPECT_THROW(results.fail(CancelledError("stopped")), Error);
  test.stop.request_stop();
  EXPECT_THROW(results.fail(NetworkError("connection closed")), Error);
  EXPECT_EQ(test.err.text, "");
}

TEST(Results, GoToStandardErrorWhereContentGoesToStandardOutput) {
  TestContext test;
  Results results(test.context, Results::Stream::standard_error);
  results.add(result("a"));
  EXPECT_EQ(test.out.text, "");
  EXPECT_EQ(test.err.text, "a@" + digest_of("a").str() + "\n");
}

TEST(Output, EscapesWhatCameFromOutside) {
  TestContext test;
  print_error(*test.display, false, FailureError("bad\x1b[31m\nname", "not\r\x9b this"));
  EXPECT_EQ(test.err.take(), "error: bad\\x1b[31m\\nname\nhint: not\\r\\x9b this\n");
  print_line(test.context, "a\x1b]52;c;x\ab");
  EXPECT_EQ(test.out.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(test.out.text.find('\a'), std::string::npos);
  print_note(test.context, "a\x1b[2J");
  EXPECT_EQ(test.err.text.find('\x1b'), std::string::npos);
}

TEST(Output, IsShortWhateverAnErrorQuotes) {
  TestContext test;
  print_error(*test.display, false, FailureError(std::string(100'000, 'x'), std::string(100'000, 'y')));
  EXPECT_LT(test.err.text.size(), 10'000U);
  EXPECT_TRUE(test.err.text.ends_with("y…\n"));
}

TEST(Output, IsColoredOnlyWhereAsked) {
  TestContext test;
  print_error(*test.display, true, FailureError("x", "y"));
  EXPECT_EQ(test.err.text, "\x1b[1;31merror:\x1b[0m x\n\x1b[36mhint:\x1b[0m y\n");
}

TEST(Output, KeepsNotesToItselfWithQuiet) {
  const TestContext test({.quiet = true});
  print_note(test.context, "tag moved");
  EXPECT_EQ(test.err.text, "");
}

}  // namespace
}  // namespace wasm_oci::cli::testing
