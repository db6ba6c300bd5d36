// How the answers of programs are read; scripts stand in for them. The real ones: tests/interop/check_with_test.cpp.
#include "cli/other_clients.hpp"

#include "oci/error.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

namespace wasm_oci::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OtherClients : public ::testing::Test {
 protected:
  OtherClients() { context_.environment = cli::testing::environment_of({{"TMPDIR", folder_.path().string()}}); }

  // A program that notes its arguments, a line a call, and then does what the script says.
  OtherClient client(const std::string& script) {
    const std::filesystem::path program = folder_ / "program";
    wasm_oci::testing::write_file(program, "#!/bin/sh\necho \"$*\" >>'" + calls().string() + "'\n" + script);
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return {.context = context_.context, .path = program.string(), .version = {}, .client = {}};
  }

  static const AskableClient& askable(std::string_view program) {
    return *std::ranges::find(askable_clients(), program, &AskableClient::program);
  }

  OtherClient looked_at(std::string_view program, const std::string& script) {
    OtherClient found = client(script);
    askable(program).look(found);
    return found;
  }

  std::filesystem::path calls() const { return folder_ / "calls"; }
  std::string called() const { return wasm_oci::testing::read_file(calls()); }

  wasm_oci::testing::TempDir folder_;
  cli::testing::TestContext context_;
  const ClientQuestion question_{
      .image = "host/app@sha256:aa", .plain_http = true, .platform = {.os = "wasi", .architecture = "wasm"}};
};

TEST_F(OtherClients, TellTheirVersions) {
  EXPECT_EQ(looked_at("skopeo", "echo skopeo version 1.9.3").version, "1.9.3");
  EXPECT_EQ(looked_at("podman", "echo podman version 5.0.0-dev").version, "5.0.0-dev");
  const auto ctr = [&](const std::string& version) {
    return looked_at("ctr", R"(printf 'Client:\n  Version: 9\n\nServer:\n  Version:  %s\n' )" + version);
  };
  EXPECT_EQ(ctr("1.6.20~ds1").version, "1.6.20~ds1");
  EXPECT_EQ(ctr("1.6.20~ds1").client, "containerd@1.6.20");
  EXPECT_EQ(ctr("v2.3.7").client, "containerd");
  EXPECT_EQ(ctr("unknown").client, "containerd");
  EXPECT_EQ(looked_at("podman", "echo podman version 4.3.1").client, "podman@4.3.1");
  EXPECT_EQ(looked_at("skopeo", "echo skopeo").client, "skopeo");
}

TEST_F(OtherClients, DockerIsOfTheStoreThatItHas) {
  const auto docker = [&](const std::string& status) {
    return looked_at("docker", "case $1 in version) echo 29.1.0;; info) echo '" + status + "';; esac");
  };
  EXPECT_EQ(docker(R"([["driver-type","io.containerd.snapshotter.v1"]])").client, "docker");
  EXPECT_EQ(docker(R"([["Backing Filesystem","extfs"]])").client, "docker-classic");
  EXPECT_EQ(docker("null").version, "29.1.0");
  const OtherClient old = looked_at("docker", "case $1 in version) echo 20.10.24+dfsg1;; *) echo null;; esac");
  EXPECT_EQ(old.client, "docker@20.10.24");
}

TEST_F(OtherClients, WhoDoesNotAnswerSaysWhy) {
  for (const AskableClient& one : askable_clients()) {
    OtherClient found = client("echo no daemon >&2; exit 1");
    try {
      one.look(found);
      ADD_FAILURE() << one.program;
    } catch (const FailureError& error) {
      EXPECT_EQ(error.message(), "no daemon");
    }
  }
}

TEST_F(OtherClients, CtrGetsTheFlagsThatItHas) {
  const OtherClient older = client("case $* in *--help) echo '--platform';; *ls\\ -q) echo sha256:bb;; esac");
  EXPECT_THAT(askable("ctr").ask(older, question_).named, HasSubstr("sha256:bb"));
  EXPECT_THAT(called(), Not(HasSubstr("--local")));
  EXPECT_THAT(called(), HasSubstr(" images pull --platform wasi/wasm --plain-http host/app@sha256:aa\n"));
  const OtherClient newer = client("case $* in *--help) echo '--local --skip-metadata';; esac");
  askable("ctr").ask(newer, question_);
  EXPECT_THAT(called(), HasSubstr(" images pull --platform wasi/wasm --local --skip-metadata --plain-http"));
}

TEST_F(OtherClients, CtrRemovesItsNamespaceAndSaysWhereItCannot) {
  const OtherClient stuck = client("case $* in namespaces*) echo it is not empty >&2; exit 1;; esac");
  askable("ctr").ask(stuck, question_);
  EXPECT_THAT(context_.err.text, HasSubstr("is left: it is not empty"));
}

TEST_F(OtherClients, DockerKeepsWhatWasThere) {
  askable("docker").ask(client("exit 0"), question_);
  EXPECT_THAT(called(), Not(HasSubstr("image rm")));
  const std::string absent = "case $* in pull*) touch '" + (folder_ / "pulled").string() + "';; *inspect*) test -e '" +
                             (folder_ / "pulled").string() + "' && echo sha256:bb;; esac";
  EXPECT_THAT(askable("docker").ask(client(absent), question_).named, HasSubstr("sha256:bb"));
  EXPECT_THAT(called(), HasSubstr("pull --quiet --platform wasi/wasm host/app@sha256:aa\n"));
  EXPECT_THAT(called(), HasSubstr("image rm host/app@sha256:aa\n"));
}

TEST_F(OtherClients, TlsIsLeftOutOnlyWhereItWasForUs) {
  ClientQuestion question = question_;
  question.plain_http = false;
  for (const AskableClient& one : askable_clients()) {
    one.ask(client("exit 0"), question);
  }
  EXPECT_THAT(called(), Not(HasSubstr("tls-verify")));
  EXPECT_THAT(called(), Not(HasSubstr("plain-http")));
  for (const std::string_view program : {"podman", "skopeo"}) {
    std::filesystem::remove(calls());
    askable(program).ask(client("exit 0"), question_);
    EXPECT_THAT(called(), HasSubstr("--tls-verify=false docker://host/app@sha256:aa"));
  }
}

}  // namespace
}  // namespace wasm_oci::cli
