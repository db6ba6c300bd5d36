// What `explain` says of the newest containerd and Docker is what containerd 2.4 with its ctr and Docker 29 with
// containerd's image store do, and what it says of BuildKit what BuildKit does, with the content that breaks the rules
// for indexes, configs and manifests, and with what nearly does. packagers/fetch.sh builds them.
#include "tests/interop/rules.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::array<std::string_view, 3> kNames = {"IDX", "CFG", "MAN"};

class Engines : public Rules {
 protected:
  Engines() {
    user_.environment()["PATH"] = kPrograms.string() + ":" + user_.environment()["PATH"];
    user_.environment()["CONTAINERD_ADDRESS"] = containerd_.address();
    user_.environment()["CONTAINERD_SNAPSHOTTER"] = "native";
  }

  inline static const std::filesystem::path kPrograms = PACKAGERS "/bin/engines";
  TempDir folder_;
  Containerd containerd_{folder_.path(), kPrograms};
};

// Of no runtime that there is: `ctr run` makes a container, and gets no further.
constexpr auto kNoRuntime = "io.containerd.none.v1";

class Ctr : public Engines {
 protected:
  // What it pulls, and says then or on the way to a container.
  Took taken(const Fixture& fixture, const Platform& platform, const std::string& name,
             const std::vector<std::string>& flags) {
    Took took = taken_by_containerd(containerd_, fixture.reference, platform, fixture.candidates, name, flags);
    if (took.error.empty()) {
      try {
        containerd_.ctr({"-n", name, "run", "--rm", "--snapshotter", "native", "--runtime", kNoRuntime, "--platform",
                         format(platform), fixture.reference, "container"});
      } catch (const std::runtime_error& error) {
        const std::string said = error.what();
        took.error = said.contains("\"" + std::string(kNoRuntime) + "\" binary not installed") ? "" : said;
      }
    }
    return took;
  }
};

// For the machine's platform explain speaks of the transfer service, for others of --local.
TEST_F(Ctr, DoesWhatIsExplained) {
  const std::vector<Fixture> all = fixtures(kNames);
  ASSERT_GT(all.size(), 90U);
  for (const Fixture& fixture : all) {
    for (const Platform& platform : {host_platform(), parse_platform("wasi/wasm")}) {
      const bool is_local = !same_platform(platform, host_platform());
      std::vector<std::string> flags = {"--skip-metadata"};  // else it fetches manifests that it does not take
      if (is_local) {
        flags.emplace_back("--local");
      }
      const std::string name = fixture.name + "-" + platform.os;
      compare(fixture, "containerd", platform, taken(fixture, platform, name, flags));
      const std::optional<Told> told = explained(fixture, "containerd", platform);
      if (told && !told->command.empty()) {
        EXPECT_EQ(told->command.contains("pull --local "), is_local) << told->command;
      }
      static const std::regex without_local(R"re(; without --local ctr fails with "([^"]*)")re");
      if (std::smatch quoted; told && std::regex_search(told->next, quoted, without_local)) {
        const Took took = taken(fixture, platform, name + "-not-local", {"--skip-metadata"});
        EXPECT_EQ(took.digest, std::nullopt);
        EXPECT_THAT(took.error, HasSubstr(quoted[1].str()));
      }
    }
  }
}

class Docker29 : public Engines {
 protected:
  Docker29() { user_.environment()["DOCKER_HOST"] = docker_.address(); }

  // What `docker ARGUMENTS REF` does, and what is there then.
  Took after(std::vector<std::string> arguments, const Fixture& fixture) {
    arguments.insert(arguments.begin(), "docker");
    arguments.push_back(fixture.reference);
    const Outcome outcome = user_.other(arguments);
    warnings_ = outcome.err;
    return {.digest = held_by_containerd(containerd_, "moby", fixture.candidates),
            .error = outcome.ok() ? "" : outcome.err};
  }

  // Nothing stays, also of what could not be pulled: the collection of garbage is waited for.
  void forget(const Fixture& fixture) {
    user_.must_other({"docker", "container", "prune", "--force"});
    user_.other({"docker", "image", "rm", "--force", fixture.reference});
    containerd_.ctr({"-n", "moby", "leases", "create", "--id", "collect"});
    containerd_.ctr({"-n", "moby", "leases", "delete", "--sync", "collect"});
    EXPECT_EQ(containerd_.ctr({"-n", "moby", "content", "ls", "-q"}), "") << fixture.name;
  }

  // Where it cannot be run, a container of it cannot be made, as far as words are told.
  void compare_run(const Fixture& fixture, const Platform& platform, const Took& took, const std::string& action) {
    compare(fixture, "docker", platform, took, action);
    const std::optional<Told> told = explained(fixture, "docker", platform, action);
    if (told && told->next.starts_with("it is pulled and")) {
      EXPECT_THAT(plain(took.error), HasSubstr(plain(told->words()))) << fixture.name;
    }
  }

  std::string warnings_;
  TempDir docker_folder_;
  Docker29Daemon docker_{docker_folder_.path(), kPrograms, containerd_};
};

TEST_F(Docker29, PullsAndMakesContainersOfWhatIsExplained) {
  for (const Fixture& fixture : fixtures(kNames)) {
    for (const Platform& platform : {host_platform(), parse_platform("wasi/wasm")}) {
      const Took pulled = after({"pull", "--quiet", "--platform", format(platform)}, fixture);
      compare(fixture, "docker", platform, pulled, "pull");
      if (pulled.error.empty()) {
        compare_run(fixture, platform,
                    after({"create", "--pull", "never", "--network", "none", "--platform", format(platform)}, fixture),
                    "run");
      }
      forget(fixture);
    }
  }
}

TEST_F(Docker29, WithoutAPlatformItTakesWhatIsExplained) {
  const Platform wasi = parse_platform("wasi/wasm");
  for (const Fixture& fixture : fixtures(kNames)) {
    SCOPED_TRACE(fixture.name);
    const Took took = after({"create", "--quiet", "--network", "none"}, fixture);
    compare_run(fixture, host_platform(), took, "run without --platform");
    if (explained(fixture, "docker", wasi)) {
      compare_run(fixture, wasi, took, "run without --platform");
    }
    forget(fixture);
    const std::optional<Told> told = explained(fixture, "docker", wasi, "run without --platform");
    static const std::regex warning(R"re(with the warning "([^"]*)")re");
    if (std::smatch quoted; told && std::regex_search(told->next, quoted, warning)) {
      const Took pulled = after({"pull", "--quiet", "--platform", "wasi/wasm"}, fixture);
      const Took present = after({"create", "--pull", "never", "--network", "none"}, fixture);
      EXPECT_EQ(present.error, "");
      EXPECT_THAT(plain(warnings_), HasSubstr(quoted[1].str()));
      forget(fixture);
    }
  }
}

TEST_F(Docker29, AndCtrAgreeWhereExplainChecksWithThem) {
  const std::string index = registry_.host() + "/me/index:1";
  user_.must(
      {"build", testdata(kModule).string(), "-t", index, "--platform", "linux/amd64,linux/arm64,wasi/wasm", "--push"});
  for (const std::string platform : {"linux/amd64", "linux/arm64", "linux/s390x", "wasi/wasm"}) {
    const Outcome outcome =
        user_({"explain", index, "--platform", platform, "--check-with", "docker,ctr", "--format", "json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    std::map<std::string, std::string> checked;
    const json told = json::parse(outcome.out);
    for (const json& choice : told.at("choices")) {
      if (choice.contains("checked")) {
        const json& answer = choice.at("checked");
        checked[answer.at("program")] = choice.at("client");
        EXPECT_EQ(answer.at("agrees"), true) << platform << ": " << answer;
        EXPECT_EQ(answer.at("took"), choice.at("chosen").is_null() ? json() : choice.at("chosen").at("digest"));
      }
    }
    EXPECT_EQ(checked, (std::map<std::string, std::string>{{"ctr", "containerd"}, {"docker", "docker"}}));
  }
  EXPECT_EQ(user_.must_other({"docker", "images", "-aq"}), "");
  EXPECT_EQ(containerd_.ctr({"namespaces", "ls", "-q"}), "moby\n");
}

// What an image that is built on another one has below its own layer, is what the other had.
class BuildKitFrom : public Rules {
 protected:
  struct Base {
    json diff_ids;
    std::string error;  // empty: it was taken
  };

  Base base(const Fixture& fixture, const Platform& platform) {
    const auto context = user_.work() / "context";
    const auto out = user_.work() / "out";
    std::filesystem::create_directory(context);
    std::filesystem::remove_all(out);
    write_file(context / "Dockerfile", "FROM " + fixture.reference + "\nCOPY Dockerfile /\n");
    try {
      buildkit_.build(
          {"--platform", format(platform), "--provenance=false", "--output", "type=oci,tar=false,dest=" + out.string()},
          context);
    } catch (const std::runtime_error& error) {
      return {.diff_ids = {}, .error = error.what()};
    }
    const json index = json::parse(read_file(out / "index.json"));
    json diff_ids = diff_ids_of(out, index.at("manifests").at(0).at("digest"));
    diff_ids.erase(diff_ids.size() - 1);
    return {.diff_ids = diff_ids, .error = {}};
  }

  static json diff_ids_of(const std::filesystem::path& layout, const std::string& manifest) {
    const json config = read(layout, read(layout, manifest).at("config").at("digest"));
    const json diff_ids = config.value("/rootfs/diff_ids"_json_pointer, json());
    return diff_ids.is_null() ? json::array() : diff_ids;
  }

  static json read(const std::filesystem::path& layout, const std::string& digest) {
    const std::size_t colon = digest.find(':');
    return json::parse(read_file(layout / "blobs" / digest.substr(0, colon) / digest.substr(colon + 1)));
  }

  TempDir folder_;
  BuildKit buildkit_{folder_.path(), PACKAGERS "/bin", registry_.host()};
};

TEST_F(BuildKitFrom, TakesWhatIsExplained) {
  std::set<std::string> unexplained;
  for (const Fixture& fixture : fixtures(kNames)) {
    buildkit_.forget();  // else what it has is not fetched and unpacked again
    for (const Platform& platform : {host_platform(), parse_platform("wasi/wasm")}) {
      SCOPED_TRACE(fixture.name + " " + format(platform));
      const Base taken = base(fixture, platform);
      const std::optional<Told> told = explained(fixture, "buildkit", platform);
      if (!told) {
        unexplained.insert(fixture.name);
        continue;
      }
      if (told->is_refused()) {
        EXPECT_NE(taken.error, "");
        EXPECT_THAT(plain(taken.error), HasSubstr(plain(told->words())));
      } else {
        EXPECT_EQ(taken.error, "") << told->next;
        EXPECT_EQ(taken.diff_ids, diff_ids_of(testdata("rules/layout"), *told->chosen));
      }
    }
  }
  EXPECT_EQ(unexplained, (std::set<std::string>{"IDX003", "IDX027", "IDX030"})) << "indexes that are not read at all";
}

}  // namespace
}  // namespace wasm_oci::testing
