#include "cli/global_options.hpp"

#include "cli/command_line.hpp"
#include "oci/error.hpp"
#include "tests/cli/captured.hpp"
#include "tests/cli/sample_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci::cli::testing {
namespace {

using ::testing::ElementsAre;

GlobalOptions options_of(std::vector<std::string> words, const Variables& environment = {}) {
  words.insert(words.begin(), {"push", "A"});
  return read_global_options(parse_command_line(words, sample_catalog()).parsed, environment_of(environment));
}

TEST(GlobalOptions, HaveTheDocumentedDefaults) {
  const GlobalOptions options = options_of({});
  EXPECT_EQ(options.format, Format::text);
  EXPECT_EQ(options.progress, ProgressMode::automatic);
  EXPECT_FALSE(options.quiet);
  EXPECT_EQ(options.verbosity, 0U);
  EXPECT_TRUE(options.color);
  EXPECT_EQ(options.jobs, 4U);
  EXPECT_EQ(options.retries, 5U);
  EXPECT_EQ(options.retry_budget, std::chrono::minutes(2));
  EXPECT_EQ(options.timeout, std::chrono::seconds(60));
  EXPECT_EQ(options.deadline, std::nullopt);
  EXPECT_THAT(options.hosts.plain_http, ElementsAre());
}

TEST(GlobalOptions, AreReadIntoTypes) {
  const GlobalOptions options =
      options_of({"--format", "json", "--progress=rawjson", "-q", "-vv", "--no-color", "--jobs", "8", "--retries=0",
                  "--retry-budget", "10s", "--timeout=5s", "--deadline", "5m", "--authfile", "a.json"});
  EXPECT_EQ(options.format, Format::json);
  EXPECT_EQ(options.progress, ProgressMode::rawjson);
  EXPECT_TRUE(options.quiet);
  EXPECT_EQ(options.verbosity, 2U);
  EXPECT_FALSE(options.color);
  EXPECT_EQ(options.jobs, 8U);
  EXPECT_EQ(options.retries, 0U);
  EXPECT_EQ(options.retry_budget, std::chrono::seconds(10));
  EXPECT_EQ(options.timeout, std::chrono::seconds(5));
  EXPECT_EQ(options.deadline, std::chrono::minutes(5));
  EXPECT_EQ(options.deadline_text, "5m");
  EXPECT_EQ(options.authfile, "a.json");
}

TEST(GlobalOptions, KnowEveryProgressMode) {
  EXPECT_EQ(options_of({"--progress=auto"}).progress, ProgressMode::automatic);
  EXPECT_EQ(options_of({"--progress=tty"}).progress, ProgressMode::tty);
  EXPECT_EQ(options_of({"--progress=plain"}).progress, ProgressMode::plain);
  EXPECT_EQ(options_of({"--progress=quiet"}).progress, ProgressMode::quiet);
}

TEST(GlobalOptions, FollowNoColorUnlessItIsEmpty) {
  EXPECT_FALSE(options_of({}, {{"NO_COLOR", "1"}}).color);
  EXPECT_TRUE(options_of({}, {{"NO_COLOR", ""}}).color);
}

TEST(GlobalOptions, KeepWhatIsSaidOfHostsAsItIsWritten) {
  const HostFlags hosts = options_of({"--creds", "ghcr.io=a:b", "--creds", "c:d", "--ca-file=/ca.pem", "--cert",
                                      "ghcr.io=/c.pem", "--key=/k.pem", "--plain-http=h:80", "--plain-http"})
                              .hosts;
  EXPECT_THAT(hosts.creds, ElementsAre("ghcr.io=a:b", "c:d"));
  EXPECT_THAT(hosts.ca_file, ElementsAre("/ca.pem"));
  EXPECT_THAT(hosts.cert, ElementsAre("ghcr.io=/c.pem"));
  EXPECT_THAT(hosts.key, ElementsAre("/k.pem"));
  EXPECT_THAT(hosts.plain_http, ElementsAre("h:80", ""));
}

TEST(GlobalOptions, RefuseWhatCannotBe) {
  for (const char* word :
       {"--jobs=0", "--jobs=65", "--jobs=x", "--retries=-1", "--retries=101", "--timeout=60", "--deadline=soon"}) {
    EXPECT_THROW(options_of({word}), UsageError) << word;
  }
}

}  // namespace
}  // namespace wasm_oci::cli::testing
