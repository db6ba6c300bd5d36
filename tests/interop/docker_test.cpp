// What docker's daemon takes and gives. Debian's has the older image store, which holds no image for wasi: that is
// said, and images that claim another platform go both ways.
#include "oci/digest.hpp"
#include "tests/interop/peers.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Docker : public Interop {
 protected:
  Docker() { user_.environment()["DOCKER_HOST"] = daemon_.address(); }

  TempDir folder_;
  DockerDaemon daemon_{folder_.path()};
};

TEST_F(Docker, LoadGoesToPodmanWhereDockerTakesNoWasi) {
  const Outcome built = user_({"build", testdata(kModule).string(), "-t", "me/hello:1.0", "--load"});
  ASSERT_TRUE(built.ok()) << built.err;
  EXPECT_THAT(built.err, HasSubstr("docker did not take the image: "));
  EXPECT_THAT(built.err, HasSubstr("unknown operating system"));
  EXPECT_THAT(built.err, HasSubstr("loaded into podman"));
  EXPECT_EQ(user_.must_other({"podman", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", "me/hello:1.0"}),
            "wasi/wasm");
}

TEST_F(Docker, LoadWithoutPodmanSaysWhatDockerNeeds) {
  const std::filesystem::path programs = user_.root() / "programs";
  std::filesystem::create_directory(programs);
  const std::string docker = run_or_throw({"sh", "-c", "command -v docker"});
  std::filesystem::create_symlink(docker.substr(0, docker.find('\n')), programs / "docker");
  Command command = user_.command({"build", testdata(kModule).string(), "-t", "me/hello:1.0", "--load"});
  command.env->insert_or_assign("PATH", programs.string());
  const Outcome built = run(command);
  EXPECT_EQ(built.exit_code, 1);
  EXPECT_THAT(built.err, HasSubstr("error: the image was not loaded\n"));
  EXPECT_THAT(built.err, HasSubstr("containerd image store"));
}

TEST_F(Docker, LoadsAnImageThatClaimsToBeLinux) {
  const Outcome built =
      user_({"build", testdata(kModule).string(), "-t", "me/hello:1.0", "--platform", "linux/amd64", "--load"});
  ASSERT_TRUE(built.ok()) << built.err;
  EXPECT_THAT(built.err, HasSubstr("loaded into docker"));
  EXPECT_THAT(built.err, Not(HasSubstr("podman")));
  EXPECT_EQ(user_.must_other({"docker", "image", "inspect", "--format",
                              "{{.Os}}/{{.Architecture}} {{.Config.Entrypoint}}", "me/hello:1.0"}),
            "linux/amd64 [/hello.wasm]");

  const std::filesystem::path saved = user_.root() / "saved.tar";
  user_.must_other({"docker", "save", "-o", saved.string(), "me/hello:1.0"});
  const std::filesystem::path module = user_.root() / "back.wasm";
  user_.must({"pull", "docker-archive:" + saved.string(), "-o", module.string()});
  EXPECT_EQ(sha256_of(module), hello_digest());
}

TEST_F(Docker, PullsWhatWasPushedAndPushesWhatIsPulled) {
  const std::string ours = registry_.host() + "/me/ours:1.0";
  user_.must({"build", testdata(kModule).string(), "-t", ours, "--platform", "linux/amd64", "--push"});
  user_.must_other({"docker", "pull", "-q", ours});
  EXPECT_THAT(user_.must_other({"docker", "image", "inspect", "--format", "{{.RepoDigests}}", ours}),
              HasSubstr(user_.must({"digest", ours})));

  const std::string theirs = registry_.host() + "/me/theirs:1.0";
  user_.must_other({"docker", "tag", ours, theirs});
  user_.must_other({"docker", "push", "-q", theirs});
  const std::filesystem::path module = user_.root() / "back.wasm";
  user_.must({"pull", theirs, "-o", module.string()});
  EXPECT_EQ(sha256_of(module), hello_digest());
}

// What `explain` says of the classic store is what docker's daemon does, and says.
TEST_F(Docker, DoesWithAnIndexWhatIsExplained) {
  const std::string index = registry_.host() + "/me/index:1.0";
  user_.must(
      {"build", testdata(kModule).string(), "-t", index, "--platform", "linux/amd64,linux/arm64,wasi/wasm", "--push"});
  const auto explained = [&](const std::string& platform) {
    const auto by = [&](const std::string& client) {
      return nlohmann::json::parse(
                 user_.must({"explain", index, "--for", client, "--platform", platform, "--format", "json"}))
          .at("choices")
          .at(0);
    };
    auto classic = by("docker-classic");
    const auto by_version = by("docker@20.10");
    EXPECT_EQ(by_version.at("client"), "docker@20.10");
    classic["client"] = "docker@20.10";
    EXPECT_EQ(by_version, classic);
    return classic;
  };
  for (const std::string platform : {"linux/amd64", "linux/arm64"}) {
    user_.must_other({"docker", "pull", "-q", "--platform", platform, index});
    const std::string taken = explained(platform).at("chosen").at("digest");
    EXPECT_EQ(user_.must_other({"docker", "image", "inspect", "--format", "{{.Id}}", index}),
              digest_of(user_({"inspect", "--config", registry_.host() + "/me/index@" + taken}).out).str());
  }
  const Outcome absent = user_.other({"docker", "pull", "-q", "--platform", "linux/s390x", index});
  EXPECT_FALSE(absent.ok());
  EXPECT_THAT(absent.err, HasSubstr(explained("linux/s390x").at("reason").get<std::string>()));
  const Outcome wasi = user_.other({"docker", "pull", "-q", "--platform", "wasi/wasm", index});
  EXPECT_FALSE(wasi.ok());
  EXPECT_THAT(wasi.err, HasSubstr("operating system is not supported"));
  EXPECT_THAT(explained("wasi/wasm").at("next").get<std::string>(), HasSubstr("operating system is not supported"));
}

}  // namespace
}  // namespace wasm_oci::testing
