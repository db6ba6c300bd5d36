// What `explain` says of the content that breaks the rules for indexes and configs, and of what nearly does, is what
// the installed clients do with it.
#include "oci/platform.hpp"
#include "tests/interop/takers.hpp"
#include "tests/support/scripted_server.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::filesystem::path& layout() {
  static const std::filesystem::path path = testdata("rules/layout");
  return path;
}

std::filesystem::path blob_of(const std::string& digest) {
  const std::size_t colon = digest.find(':');
  return layout() / "blobs" / digest.substr(0, colon) / digest.substr(colon + 1);
}

// Gives away what the layout holds as it is: also what a registry does not take, since it looks at what it is sent.
class LenientRegistry {
 public:
  std::string host() const { return server_.host(); }

 private:
  static Answer answer(const SeenRequest& request) {
    static const json index = json::parse(read_file(layout() / "index.json"));
    const std::size_t slash = request.target.rfind('/');
    const std::string last = request.target.substr(slash + 1);
    if (request.target == "/v2/") {
      return {};
    }
    for (const json& entry : index.at("manifests")) {
      if (entry.at("annotations").at("org.opencontainers.image.ref.name") == last) {
        return {.headers = {{"Content-Type", entry.at("mediaType")}, {"Docker-Content-Digest", entry.at("digest")}},
                .body = read_file(blob_of(entry.at("digest")))};
      }
    }
    if (!last.starts_with("sha") || !std::filesystem::exists(blob_of(last))) {
      return {.status = 404};
    }
    const std::string content = read_file(blob_of(last));
    if (request.target.substr(0, slash).ends_with("/manifests")) {
      return {.headers = {{"Content-Type", json::parse(content).at("mediaType")}, {"Docker-Content-Digest", last}},
              .body = content};
    }
    return {.headers = {{"Content-Type", "application/octet-stream"}, {"Docker-Content-Digest", last}},
            .body = content};
  }

  ScriptedServer server_{ScriptedServer::answering(answer)};
};

struct Fixture {
  std::string name;
  std::string digest;     // of what it names
  std::string reference;  // in a registry
  Candidates candidates;
};

// The image manifests below an index, or it alone.
void add_candidates(const std::string& digest, Candidates& candidates) {
  const auto path = blob_of(digest);
  const json document = std::filesystem::exists(path) ? json::parse(read_file(path)) : json::object();
  if (document.contains("manifests")) {
    for (const json& entry : document.at("manifests")) {
      add_candidates(entry.at("digest"), candidates);
    }
  } else if (document.contains("config") &&
             std::ranges::find(candidates, digest, &Candidate::manifest) == candidates.end()) {
    candidates.push_back({.manifest = digest, .config = document.at("config").at("digest")});
  }
}

// Without quotes and what escapes them: logs escape them, and only newer versions of containers/image put names into
// them.
std::string plain(std::string text) {
  std::erase_if(text, [](char c) { return c == '"' || c == '\\'; });
  return text;
}

// What `explain` says that a client does.
struct Told {
  std::optional<std::string> chosen;
  std::string reason;
  std::string next;

  bool is_refused() const { return !chosen || next.starts_with("it is refused") || next.starts_with("it fails"); }
  // The client's own words, as far as they are told.
  std::string words() const {
    if (!chosen) {
      return reason;
    }
    std::smatch quoted;
    static const std::regex quotes(R"re("((?:[^"\\]|\\.)*)")re");
    return std::regex_search(next, quoted, quotes) ? quoted[1].str() : "";
  }
};

// What a client takes of an index that `explain` refuses to read; "": nothing, like nearly all.
std::string taken_unexplained(const Fixture& fixture, const std::string& client, const Platform& platform) {
  // Of a digest that is none only those hear who take that entry.
  const bool is_lenient = client == "containerd@1.6" || client == "podman@4.3" || client == "skopeo@1.9";
  return fixture.name == "IDX027" && is_wasm(platform) && is_lenient
             ? json::parse(read_file(blob_of(fixture.digest))).at("manifests").at(2).at("digest").get<std::string>()
             : "";
}

class Rules : public Interop {
 protected:
  // Everything in the layout that is of these families; the same content once, by the first of its names.
  std::vector<Fixture> fixtures() {
    std::vector<Fixture> fixtures;
    std::set<std::string> seen;
    std::set<std::string> not_pushed;
    const json index = json::parse(read_file(layout() / "index.json"));
    for (const json& entry : index.at("manifests")) {
      const std::string name = entry.at("annotations").at("org.opencontainers.image.ref.name");
      if ((!name.starts_with("IDX") && !name.starts_with("CFG")) || !seen.insert(entry.at("digest")).second) {
        continue;
      }
      Fixture fixture{.name = name,
                      .digest = entry.at("digest"),
                      .reference = registry_.host() + "/me/app:" + name,
                      .candidates = {}};
      if (!user_({"copy", location(name), fixture.reference}).ok()) {
        fixture.reference = lenient_.host() + "/me/app:" + name;
        not_pushed.insert(name);
      }
      add_candidates(fixture.digest, fixture.candidates);
      fixtures.push_back(fixture);
    }
    // No index that is read (IDX001, IDX003, IDX030), entries that are not there (IDX027, IDX032) or of another size
    // (IDX028, IDX031), and SHA-512, which docker-registry refuses for manifests.
    EXPECT_EQ(not_pushed, (std::set<std::string>{"IDX001", "IDX003", "IDX027", "IDX027.near", "IDX028", "IDX030",
                                                 "IDX031", "IDX032"}));
    return fixtures;
  }

  static std::string location(const std::string& name) { return "oci:" + layout().string() + ":" + name; }

  // nullopt: it says nothing of the fixture as a whole.
  std::optional<Told> explained(const Fixture& fixture, const std::string& client, const Platform& platform) {
    const Outcome outcome =
        user_({"explain", location(fixture.name), "--for", client, "--platform", format(platform), "--format", "json"});
    if (!outcome.ok()) {
      EXPECT_EQ(outcome.exit_code, 7) << outcome.err;
      return std::nullopt;
    }
    const json choice = json::parse(outcome.out).at("choices").at(0);
    Told told{.chosen = std::nullopt, .reason = choice.at("reason"), .next = choice.at("next")};
    if (!choice.at("chosen").is_null()) {
      told.chosen = choice.at("chosen").at("digest");
    }
    return told;
  }

  // By the config where the client tells no manifests.
  static std::string told_digest(const Fixture& fixture, const std::string& client, const std::string& manifest) {
    const auto found = std::ranges::find(fixture.candidates, manifest, &Candidate::manifest);
    return client == "docker@20.10" && found != fixture.candidates.end() ? found->config : manifest;
  }

  void compare(const Fixture& fixture, const std::string& client, const Platform& platform, const Took& took) {
    SCOPED_TRACE(client + " " + fixture.name + " " + format(platform));
    const std::string digest = took.digest.value_or("");
    const std::optional<Told> told = explained(fixture, client, platform);
    if (!told) {
      EXPECT_TRUE(unexplained_.contains(fixture.name));
      EXPECT_EQ(digest, taken_unexplained(fixture, client, platform)) << took.error;
      return;
    }
    EXPECT_FALSE(unexplained_.contains(fixture.name));
    if (told->is_refused()) {
      EXPECT_EQ(digest, "");
      EXPECT_THAT(plain(took.error), HasSubstr(plain(told->words())));
    } else {
      EXPECT_EQ(digest, told_digest(fixture, client, *told->chosen)) << took.error;
      if (told->next.starts_with("it is unpacked")) {
        EXPECT_EQ(took.error, "");
      } else if (told->next.contains("cannot be run: its config")) {
        EXPECT_THAT(plain(took.error), HasSubstr(plain(told->words())));
      }
    }
  }

  // What `explain` says nothing of.
  std::set<std::string> unexplained_ = {"IDX003", "IDX027", "IDX030"};
  LenientRegistry lenient_;
};

// Each client works through all fixtures on a thread of its own: one of them alone would leave a core idle.
TEST_F(Rules, WhatIsExplainedIsWhatClientsDo) {
  const TempDir folder;
  const TempDir docker_folder;
  const Containerd containerd(folder.path());
  const DockerDaemon docker(docker_folder.path());
  user_.environment()["DOCKER_HOST"] = docker.address();
  const std::vector<Fixture> all = fixtures();
  ASSERT_GT(all.size(), 90U);
  using Take = std::function<Took(const Fixture&, const Platform&)>;
  const std::map<std::string, Take> clients = {
      {"skopeo@1.9",
       [&](const Fixture& fixture, const Platform& platform) {
         return taken_by_skopeo(user_, "docker://" + fixture.reference, platform);
       }},
      {"podman@4.3",
       [&](const Fixture& fixture, const Platform& platform) {
         return taken_by_podman(user_, "docker://" + fixture.reference, platform, fixture.candidates);
       }},
      {"containerd@1.6",
       [&](const Fixture& fixture, const Platform& platform) {
         return taken_by_containerd(containerd, fixture.reference, platform, fixture.candidates,
                                    fixture.name + "-" + platform.os);
       }},
      {"docker@20.10", [&](const Fixture& fixture,
                           const Platform& platform) { return taken_by_docker(user_, fixture.reference, platform); }},
  };
  std::vector<std::jthread> threads;
  for (const auto& [client, take] : clients) {
    threads.emplace_back([&] {
      for (const Fixture& fixture : all) {
        for (const std::string platform : {"linux/amd64", "wasi/wasm"}) {
          try {
            compare(fixture, client, parse_platform(platform), take(fixture, parse_platform(platform)));
          } catch (const std::exception& error) {
            ADD_FAILURE() << client << " " << fixture.name << " " << platform << ": " << error.what();
          }
        }
      }
    });
  }
}

}  // namespace
}  // namespace wasm_oci::testing
