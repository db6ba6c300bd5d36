#include "tests/interop/rules.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <regex>
#include <string_view>

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

Answer answer(const SeenRequest& request) {
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
  return {.headers = {{"Content-Type", "application/octet-stream"}, {"Docker-Content-Digest", last}}, .body = content};
}

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

// What `explain` says nothing of.
bool is_unexplained(const Fixture& fixture) {
  return fixture.name == "IDX003" || fixture.name == "IDX027" || fixture.name == "IDX030";
}

// What a client takes of an index that `explain` refuses to read; "": nothing, like nearly all.
std::string taken_unexplained(const Fixture& fixture, const std::string& client, const Platform& platform) {
  // Of a digest that is none only those hear who take that entry.
  constexpr std::array<std::string_view, 5> kLenient = {"containerd@1.6", "podman@4.3", "skopeo@1.9", "containerd",
                                                        "docker"};
  return fixture.name == "IDX027" && is_wasm(platform) && std::ranges::find(kLenient, client) != kLenient.end()
             ? json::parse(read_file(blob_of(fixture.digest))).at("manifests").at(2).at("digest").get<std::string>()
             : "";
}

// By the config where the client tells no manifests.
std::string told_digest(const Fixture& fixture, const std::string& client, const std::string& manifest) {
  const auto found = std::ranges::find(fixture.candidates, manifest, &Candidate::manifest);
  return client == "docker@20.10" && found != fixture.candidates.end() ? found->config : manifest;
}

std::string location(const std::string& name) { return "oci:" + layout().string() + ":" + name; }

}  // namespace

std::string plain(std::string text) {
  std::erase_if(text, [](char c) { return c == '"' || c == '\\'; });
  return text;
}

std::string Told::words() const {
  if (!chosen) {
    return reason;
  }
  if (next.starts_with("it fails")) {
    return "";  // that is told in words of wasm-oci
  }
  std::smatch quoted;
  static const std::regex quotes(R"re("((?:[^"\\]|\\.)*)")re");
  return std::regex_search(next, quoted, quotes) ? quoted[1].str() : "";
}

Rules::Rules() : lenient_(ScriptedServer::answering(answer)) {}

std::vector<Fixture> Rules::fixtures(std::span<const std::string_view> names) {
  std::vector<Fixture> fixtures;
  std::set<std::string> seen;
  std::set<std::string> not_pushed;
  const json index = json::parse(read_file(layout() / "index.json"));
  for (const json& entry : index.at("manifests")) {
    const std::string name = entry.at("annotations").at("org.opencontainers.image.ref.name");
    const bool is_asked_for =
        std::ranges::any_of(names, [&](std::string_view begin) { return name.starts_with(begin); });
    if (!is_asked_for || !seen.insert(entry.at("digest")).second) {
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

std::optional<Told> Rules::explained(const Fixture& fixture, const std::string& client, const Platform& platform,
                                     const std::string& action) {
  const Outcome outcome =
      user_({"explain", location(fixture.name), "--for", client, "--platform", format(platform), "--format", "json"});
  if (!outcome.ok()) {
    EXPECT_EQ(outcome.exit_code, 7) << outcome.err;
    return std::nullopt;
  }
  const json choices = json::parse(outcome.out).at("choices");
  const auto of_action =
      std::ranges::find_if(choices, [&](const json& choice) { return choice.at("action") == action; });
  const json& choice = of_action != choices.end() ? *of_action : choices.at(0);
  Told told{.chosen = std::nullopt,
            .reason = choice.at("reason"),
            .next = choice.at("next"),
            .command = choice.at("command")};
  if (!choice.at("chosen").is_null()) {
    told.chosen = choice.at("chosen").at("digest");
  }
  return told;
}

void Rules::compare(const Fixture& fixture, const std::string& client, const Platform& platform, const Took& took,
                    const std::string& action) {
  SCOPED_TRACE(client + " " + fixture.name + " " + format(platform) + " " + action);
  const std::string digest = took.digest.value_or("");
  const std::optional<Told> told = explained(fixture, client, platform, action);
  EXPECT_EQ(!told, is_unexplained(fixture));
  if (!told) {
    EXPECT_EQ(digest, taken_unexplained(fixture, client, platform)) << took.error;
    return;
  }
  if (told->is_refused()) {
    // containerd has an image by the time it fails to unpack its layers.
    const bool is_of_containerd = client == "docker" || client.starts_with("containerd");
    const bool is_fetched =
        told->chosen && is_of_containerd && fixture.name.starts_with("MAN") && !digest.empty() && !took.error.empty();
    EXPECT_EQ(digest, is_fetched ? *told->chosen : "");
    EXPECT_THAT(plain(took.error), HasSubstr(plain(told->words())));
    return;
  }
  EXPECT_EQ(digest, told_digest(fixture, client, *told->chosen)) << took.error;
  if (told->next.starts_with("it is unpacked") || told->next == "it is pulled") {
    EXPECT_EQ(took.error, "");
  } else if (told->next.contains("cannot be run: its config")) {
    EXPECT_THAT(plain(took.error), HasSubstr(plain(told->words())));
  }
}

}  // namespace wasm_oci::testing
