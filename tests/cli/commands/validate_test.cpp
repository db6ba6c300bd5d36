// `validate` on the content of testdata/rules, which testdata/rules/make.py makes: for each rule what breaks it and
// nothing else, and a near miss, with all that is found in either.
#include "cli/commands/commands.hpp"
#include "oci/validate/rule.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wasm_oci::cli::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using wasm_oci::testing::TempDir;
using wasm_oci::testing::testdata;

json fixtures() {
  std::ifstream file(testdata("rules/fixtures.json"));
  return json::parse(file);
}

// "oci:layout:NAME", from the folder of the fixtures.
std::string in_testdata(const std::string& location) {
  return "oci:" + (testdata("rules") / location.substr(location.find(':') + 1)).string();
}

Ran validate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "validate");
  return run(arguments, all_commands());
}

json findings_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Ran ran = validate(arguments);
  EXPECT_THAT(ran.err, IsEmpty());
  return json::parse(ran.out, nullptr, false);
}

std::multiset<std::string> rules_of(const json& document) {
  std::multiset<std::string> rules;
  for (const json& finding : document.at("findings")) {
    rules.insert(finding.at("rule"));
  }
  return rules;
}

std::vector<std::string> arguments_of(const json& fixture) {
  std::vector<std::string> arguments = fixture.at("arguments");
  arguments.insert(arguments.begin(), in_testdata(fixture.at("location")));
  return arguments;
}

const std::string kRefName = "org.opencontainers.image.ref.name";
const std::string kImageName = "io.containerd.image.name";

// A layout whose entries are named anew: three indexes, each of which breaks one rule.
class Entries {
 public:
  Entries() {
    std::filesystem::copy(testdata("rules") / "layout", dir_.path(), std::filesystem::copy_options::recursive);
    const json index = json::parse(wasm_oci::testing::read_file(dir_ / "index.json"));
    for (const std::string name : {"IDX001", "IDX002", "IDX007"}) {
      std::ranges::copy_if(index.at("manifests"), std::back_inserter(entries_),
                           [&](const json& entry) { return entry.at("annotations").at(kRefName) == name; });
    }
  }

  // As many entries as there are annotations.
  void write(const std::vector<json>& annotations) const {
    json manifests = json::array();
    for (std::size_t i = 0; i < annotations.size(); ++i) {
      manifests.push_back(entries_.at(i));
      manifests.back()["annotations"] = annotations[i];
    }
    wasm_oci::testing::write_file(dir_ / "index.json", json({{"schemaVersion", 2}, {"manifests", manifests}}).dump());
  }
  std::string path() const { return dir_.path().string(); }
  std::string digest(std::size_t entry) const { return entries_.at(entry).at("digest"); }

 private:
  TempDir dir_;
  std::vector<json> entries_;
};

// Of what something is found in.
std::vector<std::string> locations_of(const json& document) {
  std::vector<std::string> locations;
  for (const json& finding : document.at("findings")) {
    locations.push_back(finding.at("location"));
  }
  return locations;
}

TEST(Validate, FindsWhatBreaksARuleAndNothingElse) {
  for (const json& fixture : fixtures()) {
    const std::multiset<std::string> finds = fixture.at("finds");
    EXPECT_EQ(rules_of(findings_of(arguments_of(fixture))), finds) << fixture.at("name");
  }
}

TEST(Validate, HasContentThatBreaksEachRuleAndANearMiss) {
  std::set<std::string> breaking;
  std::set<std::string> near;
  for (const json& fixture : fixtures()) {
    const std::string rule = fixture.at("rule");
    const std::multiset<std::string> finds = fixture.at("finds");
    (finds.contains(rule) ? breaking : near).insert(rule);
  }
  for (const Rule* const rule : all_rules()) {
    if (is_hint(*rule)) {
      continue;
    }
    EXPECT_TRUE(breaking.contains(std::string(rule->id))) << rule->id;
    EXPECT_TRUE(near.contains(std::string(rule->id))) << rule->id;
  }
}

TEST(Validate, ExitsWithThreeFromTheSeverityOnThatFails) {
  const std::string warning = in_testdata("oci:layout:IDX002");
  const std::string error = in_testdata("oci:layout:IDX001");
  const std::string info = in_testdata("oci:layout:IDX011");
  EXPECT_EQ(validate({error}).code, ExitCode::gate);
  EXPECT_EQ(validate({error, "--fail-on", "never"}).code, ExitCode::ok);
  EXPECT_EQ(validate({warning}).code, ExitCode::ok);
  EXPECT_EQ(validate({warning, "--fail-on", "warning"}).code, ExitCode::gate);
  EXPECT_EQ(validate({info, "--fail-on", "warning"}).code, ExitCode::ok);
  EXPECT_EQ(validate({error, "--ignore", "idx001"}).code, ExitCode::ok);
}

TEST(Validate, JudgesForTheClientsThatAreAskedFor) {
  const std::string unnamed = in_testdata("oci:layout:IDX005");
  const json for_docker = findings_of({unnamed, "--for", "docker,podman"}).at("findings");
  ASSERT_THAT(for_docker, SizeIs(1));
  EXPECT_EQ(for_docker[0].at("severity"), "error");
  EXPECT_EQ(for_docker[0].at("clients"), json({"docker", "podman"}));
  EXPECT_EQ(findings_of({unnamed, "--for", "podman"}).at("findings")[0].at("severity"), "warning");
  EXPECT_EQ(rules_of(findings_of({in_testdata("oci:layout:IDX024"), "--for", "docker"})).count("IDX024"), 0U);
}

TEST(Validate, PrintsWhatTheContractSays) {
  const json document = findings_of({in_testdata("oci:layout:IDX007")});
  ASSERT_THAT(document.at("findings"), SizeIs(1));
  const json& finding = document.at("findings")[0];
  EXPECT_EQ(finding.at("rule"), "IDX007");
  EXPECT_EQ(finding.at("location"), in_testdata("oci:layout:IDX007"));
  EXPECT_THAT(finding.at("digest").get<std::string>(), StartsWith("sha256:"));
  EXPECT_EQ(finding.at("path"), "manifests[1].platform");
  EXPECT_THAT(finding.at("message").get<std::string>(), HasSubstr("the entry says linux/riscv64"));
  EXPECT_THAT(finding.at("fix").get<std::string>(), Not(IsEmpty()));
  EXPECT_EQ(document.at("summary"), json({{"errors", 1}, {"warnings", 0}, {"infos", 0}}));
}

// A position alone has to be looked up.
TEST(Validate, SaysWhichEntryAPathLeadsTo) {
  const std::string location = in_testdata("oci:layout:IDX007");
  const json finding = findings_of({location}).at("findings")[0];
  const std::string digest = finding.at("entry").at("digest");
  EXPECT_EQ(finding.at("path"), "manifests[1].platform");
  EXPECT_EQ(finding.at("entry"), json({{"digest", digest}, {"platform", "linux/riscv64"}}));
  const std::string place = "at manifests[1].platform (linux/riscv64, " + digest.substr(0, 19) + ")";
  EXPECT_THAT(validate({location}).out, HasSubstr("      " + place + "\n"));
  for (const std::string format : {"github", "sarif"}) {
    EXPECT_THAT(validate({location, "--format", format}).out, HasSubstr(", " + place + ". ")) << format;
  }
  // Of what says no platform, and where no entry is wrong.
  const json nameless = findings_of({in_testdata("oci:layout:IDX005")}).at("findings")[0].at("entry");
  EXPECT_TRUE(nameless.at("platform").is_null());
  EXPECT_THAT(validate({in_testdata("oci:layout:IDX005")}).out,
              HasSubstr("      at manifests[0] (" + nameless.at("digest").get<std::string>().substr(0, 19) + ")\n"));
  EXPECT_FALSE(findings_of({in_testdata("oci:layout:IDX001")}).at("findings")[0].contains("entry"));
}

TEST(Validate, TellsPeopleWhereAndWhatMends) {
  const Ran ran = validate({in_testdata("oci:layout:CFG006")});
  EXPECT_THAT(ran.out, AllOf(HasSubstr(": 1 error for docker, containerd, podman\n"),
                             HasSubstr("    error CFG006: /other.wasm is no file of the image\n"),
                             HasSubstr("      fix: Mend the path, or copy the file.\n")));
  EXPECT_THAT(validate({in_testdata("oci:layout:CFG006.near")}).out,
              HasSubstr(": no findings for docker, containerd, podman\n"));
}

TEST(Validate, LooksAtSeveralLocationsInTheirOrder) {
  const Ran ran = validate(
      {in_testdata("oci:layout:IDX001"), in_testdata("oci:layout:IDX001.near"), in_testdata("oci:layout:IDX002")});
  EXPECT_EQ(ran.code, ExitCode::gate);
  EXPECT_LT(ran.out.find("IDX001@"), ran.out.find("IDX001.near@"));
  EXPECT_LT(ran.out.find("IDX001.near@"), ran.out.find("IDX002@"));
  EXPECT_THAT(ran.out, HasSubstr("3 locations: 1 error, 1 warning\n"));
}

TEST(Validate, LooksAtAllThatALayoutHolds) {
  const Ran ran = validate({in_testdata("oci:layout"), "--all-tags", "--shallow", "-q", "--fail-on", "never"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.out, AllOf(HasSubstr(":IDX001@"), HasSubstr(":IDX032@"), Not(HasSubstr(":MAN006@"))));
  EXPECT_EQ(validate({in_testdata("oci:layout:IDX001"), "--all-tags"}).code, ExitCode::usage);
}

TEST(Validate, LooksAtAllThatAnArchiveHolds) {
  const TempDir dir;
  const std::string archive = (dir / "all.tar").string();
  std::vector<wasm_oci::testing::TarMember> members;
  for (const auto& file : std::filesystem::recursive_directory_iterator(testdata("rules/layout"))) {
    if (file.is_regular_file()) {
      members.push_back({.path = std::filesystem::relative(file.path(), testdata("rules/layout")),
                         .content = wasm_oci::testing::read_file(file.path())});
    }
  }
  wasm_oci::testing::write_file(archive, wasm_oci::testing::make_tar(members, "pax"));
  const std::vector<std::string> options = {"--all-tags", "--shallow", "--fail-on", "never"};
  const auto rules_in = [&](const std::string& location) {
    std::vector<std::string> arguments = options;
    arguments.push_back(location);
    return rules_of(findings_of(arguments));
  };
  EXPECT_EQ(rules_in("oci-archive:" + archive), rules_in(in_testdata("oci:layout")));
  EXPECT_THAT(validate({"oci-archive:" + archive, "--all-tags", "--shallow"}).out,
              HasSubstr("oci-archive:" + archive + ":IDX001@sha256:"));
  EXPECT_EQ(validate({"oci-archive:" + archive + ":IDX001", "--all-tags"}).code, ExitCode::usage);
  EXPECT_EQ(validate({"oci-archive:" + archive + ".absent", "--all-tags"}).code, ExitCode::not_found);
  wasm_oci::testing::write_file(archive, "<html>");
  EXPECT_EQ(rules_in("oci-archive:" + archive), std::multiset<std::string>{"DOC004"});
}

TEST(Validate, LooksAtAllThatTheLocalStoreHoldsOfARepository) {
  const TempDir dir;
  const Setting setting{.environment = {{"WASM_OCI_STORE", dir.path().string()}}};
  for (const std::string name : {"me/app:1", "me/app:2", "me/apple:1"}) {
    const Ran copied = run({"copy", in_testdata("oci:layout:CFG006"), "local:" + name}, all_commands(), setting);
    ASSERT_EQ(copied.code, ExitCode::ok) << copied.err;
  }
  const Ran ran = run({"validate", "--all-tags", "local:me/app"}, all_commands(), setting);
  EXPECT_THAT(ran.out,
              AllOf(HasSubstr("local:docker.io/me/app:1@sha256:"), HasSubstr("local:docker.io/me/app:2@sha256:"),
                    HasSubstr("2 locations: 2 errors\n"), Not(HasSubstr("apple"))));
  EXPECT_EQ(run({"validate", "--all-tags", "local:me/app:1"}, all_commands(), setting).code, ExitCode::usage);
  EXPECT_EQ(run({"validate", "--all-tags", "local:me/other"}, all_commands(), setting).code, ExitCode::not_found);
  EXPECT_THAT(run({"tags", "local:me/app"}, all_commands(), setting).err, HasSubstr("is in the local store"));
}

TEST(Validate, IsNamedByTagsForAllThatIsInNoRegistry) {
  const auto tags = [](const std::string& location) { return run({"tags", location}, all_commands()).err; };
  EXPECT_THAT(tags("oci:layout"), HasSubstr("oci:layout is none"));
  EXPECT_THAT(tags("oci:a:same"), HasSubstr("wasm-oci validate --all-tags --shallow oci:a goes through"));
  EXPECT_THAT(tags("oci-archive:a.tar@sha256:" + std::string(64, '0')),
              HasSubstr("wasm-oci validate --all-tags --shallow oci-archive:a.tar goes through"));
}

TEST(Validate, LooksInTheLocalStoreAlsoAtWhatContainerdsNameNames) {
  const Entries all;
  const Setting setting{.environment = {{"WASM_OCI_STORE", all.path()}}};
  const auto named = [&](const std::vector<json>& annotations) {
    all.write(annotations);
    const Ran ran = run({"validate", "--all-tags", "local:me/c", "--format", "json"}, all_commands(), setting);
    return locations_of(json::parse(ran.out, nullptr, false));
  };
  const std::string name = "docker.io/me/c:7";
  EXPECT_THAT(named({{{kImageName, name}}}), ElementsAre("local:" + name));
  EXPECT_THAT(named({{{kRefName, "7"}, {kImageName, name}}, {{kImageName, "docker.io/me/cc:7"}}}),
              ElementsAre("local:" + name));
  EXPECT_THAT(named({{{kRefName, "docker.io/me/c:8"}, {kImageName, name}}}), ElementsAre("local:docker.io/me/c:8"));
  // The name leads to the second.
  EXPECT_THAT(named({{{kImageName, name}}, {{kRefName, name}}}), ElementsAre("local:" + name));
  EXPECT_THAT(named({{{kImageName, name}}, {{kImageName, name}}}),
              ElementsAre("local:docker.io/me/c@" + all.digest(0), "local:docker.io/me/c@" + all.digest(1)));
}

TEST(Validate, FindsWhatIsWrongWithALayoutAlsoWhereAllOfItIsWanted) {
  const TempDir dir;
  const std::string layout = "oci:" + dir.path().string();
  wasm_oci::testing::write_file(dir / "index.json", "<html>");
  EXPECT_EQ(rules_of(findings_of({layout, "--all-tags"})), std::multiset<std::string>{"DOC004"});
  wasm_oci::testing::write_file(dir / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  EXPECT_EQ(rules_of(findings_of({layout, "--all-tags"})), std::multiset<std::string>{"DOC004"});
  EXPECT_EQ(validate({layout, "--all-tags"}).code, ExitCode::gate);
  EXPECT_EQ(validate({layout + "/absent", "--all-tags"}).code, ExitCode::not_found);
}

TEST(Validate, FindsWhatIsWrongWithAListOfTags) {
  using wasm_oci::testing::Answer;
  for (const std::string list : {"<html>", R"({"tags":["a\u001b[31m"]})", R"({"tags":{}})"}) {
    const wasm_oci::testing::ScriptedServer server(wasm_oci::testing::ScriptedServer::answering(
        [&](const wasm_oci::testing::SeenRequest&) { return Answer{.body = list}; }));
    const json document = findings_of({server.host() + "/me/app", "--all-tags"});
    EXPECT_EQ(rules_of(document), std::multiset<std::string>{"DOC001"}) << list;
    EXPECT_EQ(document.at("findings")[0].at("location"), server.host() + "/me/app");
  }
}

TEST(Validate, TellsEachEntryByWhatNamesItAlone) {
  const Entries all;
  const std::string layout = "oci:" + all.path();
  const auto named = [&](const std::vector<json>& annotations) {
    all.write(annotations);
    const json document = findings_of({layout, "--all-tags"});
    for (const std::string& location : locations_of(document)) {
      EXPECT_EQ(locations_of(findings_of({location})), std::vector{location});
    }
    return locations_of(document);
  };
  // As docker save names them.
  EXPECT_THAT(named({{{kRefName, "latest"}, {kImageName, "docker.io/me/a:latest"}},
                     {{kRefName, "latest"}, {kImageName, "docker.io/me/b:latest"}},
                     {{kRefName, "1"}, {kImageName, "docker.io/me/b:1"}}}),
              ElementsAre(layout + "@" + all.digest(0), layout + "@" + all.digest(1), layout + ":1"));
  const std::string other_digest = "sha256:" + std::string(64, '0');
  EXPECT_THAT(named({{{kRefName, other_digest}}, {{kRefName, "a@" + other_digest}}, json::object()}),
              ElementsAre(layout + "@" + all.digest(0), layout + "@" + all.digest(1), layout + "@" + all.digest(2)));
}

// IDX034 is about who names an index by its digest.
TEST(Validate, IsNotToldThatADigestIsNamedWhereThatIsHowAnEntryIsTold) {
  const Entries all;
  all.write({json::object()});
  const std::string layout = "oci:" + all.path();
  EXPECT_EQ(rules_of(findings_of({layout + "@" + all.digest(0), "--for", "istio"})).count("IDX034"), 1U);
  EXPECT_EQ(rules_of(findings_of({layout, "--all-tags", "--for", "istio"})).count("IDX034"), 0U);
}

TEST(Validate, WhatCannotBeLookedAtHasItsOwnCodeAndNoDocument) {
  const Ran ran = validate({in_testdata("oci:layout:IDX001"), in_testdata("oci:layout:absent"), "--format", "json"});
  EXPECT_EQ(ran.code, ExitCode::not_found);
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, HasSubstr("absent: not found"));
  EXPECT_EQ(validate({in_testdata("oci:layout:IDX001"), "--ignore", "IDX999"}).code, ExitCode::usage);
}

TEST(Validate, JudgesADocumentInAFileByItself) {
  const TempDir dir;
  const std::string path = dir.path() / "index.json";
  wasm_oci::testing::write_file(path, R"({"schemaVersion":1,"manifests":[]})");
  EXPECT_EQ(rules_of(findings_of({"file:" + path})), (std::multiset<std::string>{"IDX001", "IDX002"}));
}

// Registries take documents of 4 MiB (IDX031); a fixture of that size is too large.
TEST(Validate, TakesADocumentOfFourMebibytesAndNotOneByteMore) {
  constexpr std::size_t kMost = std::size_t{4} * 1024 * 1024;
  const TempDir dir;
  const std::string path = dir.path() / "index.json";
  std::string document = R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
  document.append(kMost - document.size(), ' ');
  wasm_oci::testing::write_file(path, document);
  EXPECT_EQ(rules_of(findings_of({"file:" + path})), std::multiset<std::string>{});
  wasm_oci::testing::write_file(path, document + ' ');
  EXPECT_EQ(rules_of(findings_of({"file:" + path})), std::multiset<std::string>{"IDX031"});
}

// "ENV001 docker" for each hint.
std::set<std::string> hints_of(const std::string& name, const std::string& clients) {
  std::vector<std::string> arguments = {in_testdata("oci:layout:" + name)};
  if (!clients.empty()) {
    arguments.insert(arguments.end(), {"--for", clients});
  }
  const json document = findings_of(arguments);
  std::set<std::string> hints;
  for (const json& hint : document.at("hints")) {
    hints.insert(hint.at("rule").get<std::string>() + " " + hint.at("client").get<std::string>());
  }
  return hints;
}

TEST(Validate, HintsAtWhatHasToBeSoAroundTheContent) {
  using Hints = std::set<std::string>;
  const std::string image = "CFG006.near";  // for wasi/wasm
  EXPECT_EQ(hints_of(image, "docker,containerd,podman,kubernetes,wkg"),
            (Hints{"ENV001 docker", "ENV002 kubernetes", "ENV006 containerd"}));
  EXPECT_EQ(hints_of("IDX010", "podman"), Hints{"ENV003 podman"});
  EXPECT_EQ(hints_of("IDX009", "docker,docker-classic"), (Hints{"ENV001 docker", "ENV004 docker"}));
  EXPECT_EQ(hints_of("IDX023", "wkg,wash,spin"), (Hints{"ENV005 wkg", "ENV005 wash", "ENV005 spin"}));
  EXPECT_EQ(hints_of("MAN013.near", "wkg,wash,spin"), Hints{});
  EXPECT_EQ(hints_of(image, ""), Hints{}) << "nobody named a client";
}

TEST(Validate, HintsToPeopleOnceAndOnStandardErrorUnlessTheyWantNone) {
  const std::string image = in_testdata("oci:layout:CFG006.near");
  const Ran ran = validate({image, image, "--for", "docker"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err, AllOf(StartsWith("hint: Docker needs "), HasSubstr("(ENV001)\n")));
  EXPECT_EQ(ran.err.find("ENV001"), ran.err.rfind("ENV001"));
  EXPECT_THAT(ran.out, Not(HasSubstr("ENV001")));
  EXPECT_THAT(validate({image, "--for", "docker", "--ignore", "ENV001"}).err, IsEmpty());
  EXPECT_THAT(validate({image, "--for", "docker", "-q"}).err, IsEmpty());
}

TEST(Validate, ClientsThatAreNamedMustBeAbleToUseAManifest) {
  const std::string artifact = in_testdata("oci:layout:MAN013.near");
  EXPECT_THAT(findings_of({artifact}).at("findings"), IsEmpty());
  const json refused = findings_of({artifact, "--for", "podman,wkg"}).at("findings");
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(refused[0].at("rule"), "SEL002");
  EXPECT_THAT(refused[0].at("message").get<std::string>(), StartsWith("podman refuses it: "));
  // What another rule says is not said again.
  EXPECT_EQ(rules_of(findings_of({in_testdata("oci:layout:CFG006"), "--for", "podman"})),
            std::multiset<std::string>{"CFG006"});
}

// What the layout has by that digest; of what is no JSON nothing.
json blob(const std::string& digest) {
  std::string path = digest;
  path.replace(path.find(':'), 1, "/");
  return json::parse(wasm_oci::testing::read_file(testdata("rules/layout") / "blobs" / path), nullptr, false);
}

// The document that a fixture names; nothing where it is in no layout.
json root_of(const json& fixture) {
  const std::string location = fixture.at("location");
  constexpr std::string_view kPinned = "oci:layout@";
  if (location.starts_with(kPinned)) {
    return blob(location.substr(kPinned.size()));
  }
  static const json index = json::parse(wasm_oci::testing::read_file(testdata("rules/layout/index.json")));
  for (const json& entry : index.at("manifests")) {
    if ("oci:layout:" + entry.at("annotations").at("org.opencontainers.image.ref.name").get<std::string>() ==
        location) {
      return blob(entry.at("digest"));
    }
  }
  return {};
}

// What the config of an image says that it is for, else what Wasm is asked for as.
std::string wanted_of(const json& root) {
  const json config =
      root.is_object() && root.contains("config") ? blob(root.at("config").at("digest")) : json::object();
  if (!config.is_object()) {
    return "wasi/wasm";
  }
  const std::string os = config.value("os", "");
  const std::string architecture = config.value("architecture", "");
  return os.empty() || architecture.empty() ? "wasi/wasm" : os + "/" + architecture;
}

bool is_refused_or_cannot_be_run(const json& choice) {
  const std::string next = choice.at("next");
  return !choice.at("chosen").is_null() && !choice.at("works").get<bool>() &&
         (next.contains("refused: ") || next.contains("cannot be run: ") || next.starts_with("it fails on "));
}

struct Refusal {
  std::string client;
  std::string next;
  bool asks_otherwise = false;  // for something else than what is wanted
};

// What explain says that these clients refuse or cannot run.
std::vector<Refusal> refusals_of(const std::string& location, const std::vector<std::string>& clients,
                                 const std::string& wanted) {
  std::vector<std::string> arguments = {"explain", location, "--platform", wanted, "--format", "json"};
  for (const std::string& client : clients) {
    arguments.insert(arguments.end(), {"--for", client});
  }
  const Ran ran = run(arguments, all_commands());
  std::vector<Refusal> failures;
  if (ran.code != ExitCode::ok) {
    for (const std::string& client : clients) {
      failures.push_back({.client = client, .next = ran.err});
    }
    return failures;
  }
  const json document = json::parse(ran.out);
  std::vector<Refusal> refusals;
  for (const json& choice : document.at("choices")) {
    if (is_refused_or_cannot_be_run(choice)) {
      refusals.push_back(
          {.client = choice.at("client"), .next = choice.at("next"), .asks_otherwise = choice.at("asked") != wanted});
    }
  }
  return refusals;
}

// Where validate has no error, for a reason that lies in the clients.
bool is_known_to_differ(const Refusal& refusal, bool is_index) {
  // What of an index is meant to be run, nobody says: plugins for Envoy are not.
  const bool is_of_no_use_there = is_index && refusal.next.contains("it has neither entrypoint nor command");
  // Whether crun runs components depends on how it was built (CFG014 warns), and what it takes a word with a function
  // for was read in its source alone (CFG008 warns).
  const bool is_a_matter_of_crun = refusal.client == "podman" && (refusal.next.contains("is a component") ||
                                                                  refusal.next.contains("names a function"));
  // containers/image goes by a layer's bytes; explain reads it by its type, as containerd does (MAN007 warns).
  const bool is_a_matter_of_bytes = refusal.client == "podman" && refusal.next.contains("is no valid tar archive");
  return is_of_no_use_there || is_a_matter_of_crun || is_a_matter_of_bytes;
}

TEST(Validate, FindsAnErrorInWhatExplainSaysIsRefusedOrCannotBeRun) {
  for (const json& fixture : fixtures()) {
    const std::string location = in_testdata(fixture.at("location"));
    const json root = root_of(fixture);
    if (root.is_null()) {
      continue;
    }
    const bool is_index = root.is_object() && root.contains("manifests");
    const std::string wanted = wanted_of(root);
    for (const Refusal& refusal :
         refusals_of(location, {"docker", "containerd", "podman", "kubernetes", "istio", "wkg"}, wanted)) {
      if (is_known_to_differ(refusal, is_index)) {
        continue;
      }
      std::vector<std::string> arguments = {location, "--for", refusal.client};
      // Of an index those who ask for their machine's platform take something else than the Wasm that is wanted (wkg an
      // image), whatever is in it: validate says so where Wasm is required of them (SEL001).
      if (is_index && refusal.asks_otherwise) {
        arguments.insert(arguments.end(), {"--require-platform", wanted});
      }
      EXPECT_GT(findings_of(arguments).at("summary").at("errors").get<int>(), 0)
          << fixture.at("name") << " " << refusal.client << ": " << refusal.next;
    }
  }
}

TEST(Validate, SaysOfAnArtifactThatIsNotKnownThatLittleIsJudged) {
  const std::string unknown = "oci-archive:" + testdata("by-others/oras-artifact.tar").string();
  EXPECT_THAT(validate({unknown}).out, HasSubstr(": no findings; of an artifact that is not known only digests"));
}

TEST(Validate, TellsForWhomAFindingMattersWhereNotForAll) {
  const std::string image = in_testdata("oci:layout:IDX024");
  EXPECT_THAT(validate({image, "--for", "docker,runwasi-layers"}).out, HasSubstr(" (for runwasi-layers)\n"));
  EXPECT_THAT(validate({image, "--for", "runwasi-layers"}).out, Not(HasSubstr("(for ")));
}

TEST(Validate, PointsAtWhatAFileIs) {
  const TempDir dir;
  EXPECT_THAT(validate({dir.path().string()}).err, HasSubstr("hint: write oci:"));
  const Ran archive = validate({testdata("by-others/oras-artifact.tar").string()});
  EXPECT_EQ(archive.code, ExitCode::usage);
  EXPECT_THAT(archive.err, HasSubstr("hint: write oci-archive:"));
  wasm_oci::testing::write_file(dir.path() / "index.json", R"({"schemaVersion":2,"manifests":[]})");
  const Ran alone = validate({"file:" + (dir.path() / "index.json").string(), "--require-platform", "wasi/wasm"});
  EXPECT_EQ(alone.code, ExitCode::usage);
  EXPECT_THAT(alone.err, HasSubstr("--require-platform needs what a document leads to"));
}

TEST(Validate, WritesCommandsForGithub) {
  const Ran ran = validate({in_testdata("oci:layout:IDX007"), "--format", "github"});
  EXPECT_THAT(ran.out,
              AllOf(StartsWith("::error title=IDX007 platform-config-mismatch::"), Not(HasSubstr("\n::notice"))));
}

TEST(Validate, WritesSarif) {
  const Ran ran = validate({in_testdata("oci:layout:IDX007"), "--format", "sarif"});
  const json document = json::parse(ran.out);
  EXPECT_EQ(document.at("version"), "2.1.0");
  const json& run = document.at("runs")[0];
  ASSERT_THAT(run.at("results"), SizeIs(1));
  const json& result = run.at("results")[0];
  EXPECT_EQ(result.at("level"), "error");
  EXPECT_EQ(run.at("tool").at("driver").at("rules")[result.at("ruleIndex").get<std::size_t>()].at("id"), "IDX007");
  EXPECT_THAT(result.at("locations")[0].at("physicalLocation").at("artifactLocation").at("uri").get<std::string>(),
              StartsWith("file:///"));
}

}  // namespace
}  // namespace wasm_oci::cli::testing
