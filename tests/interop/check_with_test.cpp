// `explain --check-with` with the real programs: they do as is said of them, and nothing of it stays.
#include "oci/digest.hpp"
#include "tests/interop/peers.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class CheckWithOthers : public Interop {
 protected:
  CheckWithOthers() {
    user_.environment()["CONTAINERD_ADDRESS"] = containerd_.address();
    user_.environment()["CONTAINERD_SNAPSHOTTER"] = "native";
  }

  std::string at(const std::string& name) const { return registry_.host() + "/me/app:" + name; }

  std::string build(const std::string& name, const std::string& platforms) {
    user_.must({"build", testdata(kModule).string(), "-t", at(name), "--platform", platforms, "--push"});
    return at(name);
  }

  // The same image with an index whose first platform is taken away.
  std::string without_first_platform(const std::string& name) {
    json index = json::parse(user_({"inspect", "--raw", at(name)}).out);
    index["manifests"][0].erase("platform");
    const std::filesystem::path file = user_.root() / "index.json";
    write_file(file, index.dump());
    user_.must_other({"curl", "-sf", "-X", "PUT", "-H", "Content-Type: application/vnd.oci.image.index.v1+json",
                      "--data-binary", "@" + file.string(),
                      "http://" + registry_.host() + "/v2/me/app/manifests/" + name + "-nil"});
    return at(name + "-nil");
  }

  // The answers of the programs by their names. All agree, and what they took is what was said.
  std::map<std::string, json> expect_agreement(const std::string& location, const std::string& platform,
                                               const std::string& programs) {
    SCOPED_TRACE(location + " for " + platform);
    const Outcome outcome =
        user_({"explain", location, "--platform", platform, "--check-with", programs, "--format", "json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    std::map<std::string, json> answers;
    const json told = json::parse(outcome.out);
    for (const json& choice : told.at("choices")) {
      if (choice.contains("checked")) {
        const json& checked = choice.at("checked");
        answers[checked.at("program")] = checked;
        EXPECT_EQ(checked.at("agrees"), true) << checked;
        EXPECT_EQ(checked.at("took"), choice.at("chosen").is_null() ? json() : choice.at("chosen").at("digest"));
      }
    }
    EXPECT_EQ(answers.size(), static_cast<std::size_t>(std::ranges::count(programs, ',')) + 1);
    return answers;
  }

  TempDir folder_;
  Containerd containerd_{folder_.path()};
};

TEST_F(CheckWithOthers, TheyTakeOfIndexesWhatIsSaid) {
  const std::string all = build("all", "linux/amd64,wasi/wasm,wasip1/wasm");
  const std::string no_wasm = build("no-wasm", "linux/amd64,linux/arm64");
  const std::string nameless = without_first_platform("all");
  for (const std::string& location : {all, no_wasm, nameless}) {
    for (const std::string platform : {"linux/amd64", "linux/arm64", "wasi/wasm", "wasip1/wasm"}) {
      expect_agreement(location, platform, "podman,skopeo,ctr");
    }
  }
}

TEST_F(CheckWithOthers, TheyTakeAManifestWhateverItIsFor) {
  const std::string bare = build("bare", "wasi/wasm");
  EXPECT_EQ(expect_agreement(bare, "wasi/wasm", "podman,skopeo,ctr").at("podman").at("took"),
            user_.must({"digest", bare}));
}

TEST_F(CheckWithOthers, AnArtifactIsRefusedAsIsSaid) {
  user_.must({"build", testdata(kModule).string(), "-t", at("artifact"), "--as", "artifact", "--push"});
  const json choices = json::parse(user_.must({"explain", at("artifact"), "--for", "podman", "--platform", "wasi/wasm",
                                               "--check-with", "podman", "--format", "json"}))
                           .at("choices");
  // Debian's podman is older than the newest that is known, and stands after it.
  EXPECT_EQ(choices.at(1).at("client"), "podman@4.3.1");
  EXPECT_EQ(choices.at(1).at("checked").at("agrees"), true) << choices.at(1).at("checked");
}

TEST_F(CheckWithOthers, LayoutsAreForThoseWhoReadThem) {
  build("all", "linux/amd64,wasi/wasm,wasip1/wasm");
  user_.must({"copy", at("all"), "oci:layout:app"});
  user_.must({"copy", at("all"), "local:me/app:1"});
  user_.must({"copy", "oci:layout:app", "oci-archive:app.tar"});
  for (const std::string platform : {"linux/amd64", "linux/arm64", "wasip1/wasm"}) {
    expect_agreement("oci:layout:app", platform, "podman,skopeo");
    expect_agreement("oci:layout", platform, "podman,skopeo");
    expect_agreement("local:me/app:1", platform, "skopeo");  // podman 4.3 takes no path with capital letters
    expect_agreement("oci-archive:app.tar", platform, "podman,skopeo");
    expect_agreement("oci-archive:app.tar:app", platform, "podman,skopeo");
  }
  const Outcome unread = user_({"explain", "oci:layout", "--check-with", "ctr", "--for", "containerd"});
  EXPECT_EQ(unread.exit_code, 2);
  EXPECT_THAT(unread.err, HasSubstr("no program can be asked: ctr: it cannot read this location"));
}

TEST_F(CheckWithOthers, NothingOfItStays) {
  const std::string all = build("all", "linux/amd64,wasi/wasm");
  for (const std::string platform : {"wasi/wasm", "linux/s390x"}) {
    expect_agreement(all, platform, "podman,skopeo,ctr");
  }
  EXPECT_EQ(containerd_.ctr({"namespaces", "ls", "-q"}), "");
  EXPECT_EQ(user_.must_other({"podman", "images", "-aq"}), "");
  EXPECT_TRUE(std::filesystem::is_empty(user_.tmp()));
}

// Debian's containerd is 1.6, and the line that is said of it is run.
TEST_F(CheckWithOthers, TheVersionsThatAreHereDoAsIsSaid) {
  const std::string all = build("all", "linux/amd64,wasi/wasm");
  EXPECT_THAT(expect_agreement(all, "wasi/wasm", "ctr").at("ctr").at("version").get<std::string>(), HasSubstr("1.6"));
  const auto command = [&](const std::string& client) {
    const std::string lines =
        json::parse(user_.must({"explain", all, "--for", client, "--platform", "wasi/wasm", "--format", "json"}))
            .at("choices")
            .at(0)
            .at("command");
    const std::string pull = lines.substr(0, lines.find('\n'));
    return user_.other(
        {"sh", "-c", pull.substr(0, pull.find("pull") + 4) + " --plain-http" + pull.substr(pull.find("pull") + 4)});
  };
  const Outcome ours = command("containerd@1.6");
  EXPECT_TRUE(ours.ok()) << ours.err;
  const Outcome newer = command("containerd@2");
  EXPECT_FALSE(newer.ok());
  EXPECT_THAT(newer.out + newer.err, HasSubstr("flag provided but not defined: -local"));
}

class CheckWithDocker : public Interop {
 protected:
  CheckWithDocker() { user_.environment()["DOCKER_HOST"] = daemon_.address(); }

  TempDir folder_;
  DockerDaemon daemon_{folder_.path()};
};

// Debian's daemon has the classic store.
TEST_F(CheckWithDocker, ItPullsWhatIsSaidAndKeepsTheTagsOfTheUser) {
  const std::string index = registry_.host() + "/me/app:1";
  user_.must(
      {"build", testdata(kModule).string(), "-t", index, "--platform", "linux/amd64,linux/arm64,wasi/wasm", "--push"});
  const auto check = [&](const std::string& platform) {
    const Outcome outcome =
        user_({"explain", index, "--for", "docker@20.10", "--platform", platform, "--check-with", "docker"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_THAT(outcome.out, HasSubstr(": agrees")) << platform;
  };
  for (const std::string platform : {"linux/amd64", "linux/arm64", "linux/s390x", "wasi/wasm"}) {
    check(platform);
  }
  EXPECT_EQ(user_.must_other({"docker", "images", "-aq"}), "");

  user_.must_other({"docker", "pull", "-q", "--platform", "linux/amd64", index});
  const std::string before = user_.must_other({"docker", "image", "inspect", "--format", "{{.Id}}", index});
  check("linux/amd64");
  const Outcome other =
      user_({"explain", index, "--for", "docker@20.10", "--platform", "linux/arm64", "--check-with", "docker"});
  EXPECT_EQ(other.exit_code, 0);
  EXPECT_THAT(other.out,
              HasSubstr(": failed, which tells nothing of its choice: "));  // it holds one platform of a digest
  EXPECT_EQ(user_.must_other({"docker", "image", "inspect", "--format", "{{.Id}}", index}), before);
}

TEST_F(CheckWithDocker, ItIsComparedWithTheStoreThatItHas) {
  const std::string index = registry_.host() + "/me/app:1";
  user_.must({"build", testdata(kModule).string(), "-t", index, "--platform", "linux/amd64,wasi/wasm", "--push"});
  const json told = json::parse(user_.must(
      {"explain", index, "--for", "docker", "--platform", "wasi/wasm", "--check-with", "docker", "--format", "json"}));
  for (const json& choice : told.at("choices")) {
    EXPECT_EQ(choice.contains("checked"), choice.at("client").get<std::string>().starts_with("docker@20.10"));
    EXPECT_EQ(choice.value("/checked/agrees"_json_pointer, true), true) << choice;
  }
}

TEST_F(Interop, ADaemonThatDoesNotAnswerIsNotAsked) {
  const std::string index = registry_.host() + "/me/app:1";
  user_.must({"build", testdata(kModule).string(), "-t", index, "--push"});
  user_.environment()["DOCKER_HOST"] = "unix:///nowhere";
  const Outcome outcome =
      user_({"explain", index, "--for", "docker", "--platform", "wasi/wasm", "--check-with", "docker"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no program can be asked: docker: Cannot connect to the Docker daemon"));
}

}  // namespace
}  // namespace wasm_oci::testing
