// `index create`, `add`, `remove` and `annotate` on layouts and the local store, as a user meets them.
#include "oci/digest.hpp"
#include "oci/file.hpp"
#include "oci/manifest.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

class IndexCommands : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::copy_file(testdata("modules/hello.wasm"), user_.work() / "app.wasm"); }

  // Builds into oci:layout:NAME and returns the digest.
  std::string build(const std::string& name, const std::string& platform, const std::string& label = "") {
    std::vector<std::string> arguments = {"build",      "app.wasm", "-o", "oci:layout:" + name,
                                          "--platform", platform,   "-q"};
    if (!label.empty()) {
      arguments.insert(arguments.end(), {"--label", "x=" + label});
    }
    return user_.must(arguments);
  }

  std::string raw(const std::string& name) { return user_({"inspect", "--raw", "oci:layout:" + name}).out; }

  std::vector<std::string> digests(const std::string& name) {
    std::vector<std::string> digests;
    for (const Descriptor& entry : parse_index(raw(name)).manifests) {
      digests.push_back(entry.digest.str());
    }
    return digests;
  }

  // An index as buildx writes one: indented, with an attestation behind the images, and with fields of its own.
  std::string index_by_others(const std::string& name, const std::string& linux) {
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    const std::string statement = add_image(*store, "statement").digest.str();
    const auto size_of = [&](const std::string& digest) { return std::to_string(store->resolve(digest).value().size); };
    const std::string text =
        "{\n  \"schemaVersion\": 2,\n  \"mediaType\": "
        "\"application/vnd.oci.image.index.v1+json\",\n  \"manifests\": [\n    {\n      "
        "\"mediaType\": \"application/vnd.oci.image.manifest.v1+json\",\n      \"digest\": \"" +
        linux + "\",\n      \"size\": " + size_of(linux) +
        ",\n      \"platform\": {\n        \"architecture\": \"amd64\",\n        \"os\": "
        "\"linux\"\n      }\n    },\n    {\n      \"mediaType\": "
        "\"application/vnd.oci.image.manifest.v1+json\",\n      \"digest\": \"" +
        statement + "\",\n      \"size\": " + size_of(statement) +
        ",\n      \"annotations\": {\n        \"vnd.docker.reference.digest\": \"" + linux +
        "\",\n        \"vnd.docker.reference.type\": \"attestation-manifest\"\n      },\n      "
        "\"platform\": {\n        \"architecture\": \"unknown\",\n        \"os\": "
        "\"unknown\"\n      }\n    }\n  ],\n  \"x-others\": 1e2\n}";
    const Descriptor root = store->add("application/vnd.oci.image.index.v1+json", text);
    name_root(*store, root, {{name}});
    return root.digest.str();
  }

  Outcome expect_failure(int code, const std::vector<std::string>& arguments, const std::string& words) {
    Outcome outcome = user_(arguments);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(words));
    EXPECT_THAT(outcome.out, IsEmpty());
    return outcome;
  }

  WasmOci user_;
};

TEST_F(IndexCommands, CreateTakesThePlatformsOfTheConfigsInTheOrderOfTheSources) {
  const std::string amd64 = build("amd64", "linux/amd64");
  const std::string wasi = build("wasi", "wasi/wasm");
  const Outcome outcome = user_({"index", "create", "-t", "oci:layout:all", "oci:layout:amd64", "oci:layout:wasi"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string digest = user_.must({"digest", "oci:layout:all"});
  EXPECT_EQ(outcome.out, "oci:layout:all@" + digest + "\n");
  EXPECT_THAT(digests("all"), ElementsAre(amd64, wasi));
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("added      linux/amd64  " + amd64), HasSubstr("wasi/wasm")));
  EXPECT_EQ(user_.must({"digest", "oci:layout:all", "--platform", "wasi/wasm"}), wasi);
  EXPECT_THAT(raw("all"), HasSubstr(R"("platform":{"architecture":"wasm","os":"wasi"}})"));
}

TEST_F(IndexCommands, CreateOfOneIndexKeepsItsBytes) {
  const std::string linux = build("amd64", "linux/amd64");
  const std::string digest = index_by_others("theirs", linux);
  EXPECT_EQ(user_.must({"index", "create", "-q", "-t", "oci:other:copy", "oci:layout:theirs"}), digest);
  EXPECT_EQ(user_.must({"digest", "oci:other:copy"}), digest);
}

TEST_F(IndexCommands, AddKeepsEveryOtherByteAndRemoveGivesTheFirstDigestBack) {
  const std::string linux = build("amd64", "linux/amd64");
  const std::string wasi = build("wasi", "wasi/wasm");
  const std::string before = index_by_others("app", linux);
  const std::string text = raw("app");
  const Outcome added = user_({"index", "add", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.err,
              AllOf(HasSubstr("unchanged  linux/amd64  " + linux), HasSubstr("added      wasi/wasm    " + wasi),
                    HasSubstr("attestations: 1 kept"), HasSubstr(before + " -> ")));
  const std::size_t first = text.find("    },\n    {");
  EXPECT_EQ(raw("app").substr(0, first), text.substr(0, first));
  EXPECT_TRUE(raw("app").ends_with(text.substr(first)));
  EXPECT_EQ(digests("app")[1], wasi);

  const Outcome removed = user_({"index", "rm", "oci:layout:app", "wasi/wasm"});
  EXPECT_EQ(removed.exit_code, 0) << removed.err;
  EXPECT_THAT(removed.err, HasSubstr("removed    wasi/wasm"));
  EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), before);
}

// testdata/buildx has an index with provenance and SBOM, made by a real BuildKit.
TEST_F(IndexCommands, WhatBuildxMadeGainsAWasmEntryAndLosesNothing) {
  user_.must({"copy", "oci-archive:" + testdata("buildx/app.tar").string(), "oci:layout:app"});
  const std::string before = raw("app");
  const std::string digest = user_.must({"digest", "oci:layout:app"});
  build("wasi", "wasi/wasm");
  const Outcome added = user_({"index", "add", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.err, AllOf(HasSubstr("unchanged  linux/amd64"), HasSubstr("unchanged  linux/arm64"),
                               HasSubstr("added      wasi/wasm"), HasSubstr("attestations: 2 kept")));
  const std::string after = raw("app");
  const auto changed = static_cast<std::size_t>(std::ranges::mismatch(before, after).in2 - after.begin());
  EXPECT_TRUE(before.ends_with(after.substr(changed + after.size() - before.size()))) << after;

  user_.must({"index", "remove", "oci:layout:app", "wasi/wasm"});
  EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), digest);
}

TEST_F(IndexCommands, AFilterKeepsTheStatementsOfBuildxAboutWhatStays) {
  const std::string archive = "oci-archive:" + testdata("buildx/app.tar").string();
  user_.must({"index", "create", "-t", "oci:layout:amd64", "-p", "linux/amd64", archive});
  const std::vector<Descriptor> all = parse_index(user_({"inspect", "--raw", archive}).out).manifests;
  ASSERT_EQ(all.size(), 4U);
  EXPECT_THAT(digests("amd64"), ElementsAre(all[0].digest.str(), all[2].digest.str()));
}

TEST_F(IndexCommands, AddingTheSameAgainIsSuccessAndChangesNothing) {
  build("wasi", "wasi/wasm");
  index_by_others("app", build("amd64", "linux/amd64"));
  const std::string digest = user_.must({"index", "add", "-q", "oci:layout:app", "oci:layout:wasi"});
  const Outcome again = user_({"index", "add", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.out, "oci:layout:app@" + digest + "\n");
  EXPECT_THAT(again.err, HasSubstr("unchanged"));
}

TEST_F(IndexCommands, AnImageBecomesAnIndexWhereASecondPlatformJoins) {
  const std::string amd64 = build("app", "linux/amd64");
  const std::string wasi = build("wasi", "wasi/wasm");
  user_.must({"index", "append", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_THAT(digests("app"), ElementsAre(amd64, wasi));
}

TEST_F(IndexCommands, TheLaterOfOnePlatformReplacesTheEarlierAndThatIsTold) {
  const std::string first = build("first", "wasi/wasm", "1");
  const std::string second = build("second", "wasi/wasm", "2");
  const Outcome created = user_({"index", "create", "-t", "oci:layout:app", "oci:layout:first", "oci:layout:second"});
  EXPECT_THAT(created.err, HasSubstr("oci:layout:second takes the place of " + first));
  EXPECT_THAT(digests("app"), ElementsAre(second));
  const Outcome added = user_({"index", "add", "oci:layout:app", "oci:layout:first"});
  EXPECT_THAT(added.err, HasSubstr("replaced   wasi/wasm  " + second + " -> " + first));
}

TEST_F(IndexCommands, TagNamesTheResultAndLeavesTheOldOne) {
  const std::string before = index_by_others("app", build("amd64", "linux/amd64"));
  build("wasi", "wasi/wasm");
  user_.must({"index", "add", "oci:layout:app", "oci:layout:wasi", "-t", "oci:other:new", "-t", "local:me/app:2"});
  EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), before);
  EXPECT_EQ(user_.must({"digest", "oci:other:new"}), user_.must({"digest", "local:me/app:2"}));
  user_.must({"pull", "oci:other:new", "-o", "out.wasm"});
  EXPECT_EQ(sha256_of(user_.work() / "out.wasm"), sha256_of(user_.work() / "app.wasm"));
}

TEST_F(IndexCommands, OutputsAreNamedByTheTags) {
  build("wasi", "wasi/wasm");
  build("amd64", "linux/amd64");
  user_.must({"index", "create", "-t", "me/app:1", "-o", "oci:other", "-o", "oci-archive:all.tar", "oci:layout:amd64",
              "oci:layout:wasi"});
  const std::string digest = user_.must({"digest", "oci:other:docker.io/me/app:1"});
  EXPECT_EQ(user_.must({"digest", "oci-archive:all.tar:docker.io/me/app:1"}), digest);
}

TEST_F(IndexCommands, PlatformsAndAttestationsOfTheSourcesAreChosen) {
  const std::string linux = build("amd64", "linux/amd64");
  const std::string wasi = build("wasi", "wasi/wasm");
  index_by_others("app", linux);
  user_.must({"index", "add", "oci:layout:app", "oci:layout:wasi"});
  user_.must({"index", "create", "-t", "oci:layout:only", "-p", "wasi/wasm", "oci:layout:app"});
  EXPECT_THAT(digests("only"), ElementsAre(wasi));
  user_.must({"index", "create", "-t", "oci:layout:bare", "--attestations", "drop", "oci:layout:app"});
  EXPECT_THAT(digests("bare"), ElementsAre(linux, wasi));
  expect_failure(4, {"index", "create", "-t", "oci:layout:x", "-p", "linux/s390x", "oci:layout:app"}, "linux/s390x");
  expect_failure(2, {"index", "create", "-t", "oci:layout:x", "-p", "wasi/wasm,wasi/wasm", "oci:layout:app"},
                 "is given twice");
}

TEST_F(IndexCommands, AnotherPlatformForASourceIsSaidAndItsConfigIsTold) {
  build("amd64", "linux/amd64");
  const Outcome outcome = user_({"index", "create", "-t", "oci:layout:app", "oci:layout:amd64,platform=wasi/wasm"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("its config says linux/amd64"), HasSubstr("--set-platform wasi/wasm")));
  EXPECT_EQ(parse_index(raw("app")).manifests.front().platform, parse_platform("wasi/wasm"));
  for (const std::string slip : {"wasm", "wasm/wasi", "wasi/wasm32"}) {
    expect_failure(2, {"index", "create", "-t", "oci:layout:x", "oci:layout:amd64,platform=" + slip}, "wasi/wasm");
  }
}

TEST_F(IndexCommands, AnnotatesEveryLevelInOneRun) {
  const std::string linux = build("amd64", "linux/amd64");
  const std::string wasi = build("wasi", "wasi/wasm");
  index_by_others("app", linux);
  user_.must({"index", "add", "oci:layout:app", "oci:layout:wasi"});
  const Outcome outcome = user_({"index", "annotate", "oci:layout:app", "--annotation", "a=1", "--annotation",
                                 "manifest[wasi/wasm],manifest-descriptor[wasi/wasm]:b=2"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("unchanged  linux/amd64"), HasSubstr("replaced   wasi/wasm    " + wasi)));
  const Index index = parse_index(raw("app"));
  EXPECT_THAT(index.annotations, ElementsAre(Pair("a", "1")));
  EXPECT_THAT(index.manifests[1].annotations, ElementsAre(Pair("b", "2")));
  const std::string manifest = user_({"inspect", "--raw", "oci:layout@" + index.manifests[1].digest.str()}).out;
  EXPECT_EQ(parse_manifest(manifest).annotations.at("b"), "2");
  user_.must({"copy", "oci:layout:app", "oci:whole:app"});
}

TEST_F(IndexCommands, PlatformsSayWhichEntriesAreRemovedOrAnnotated) {
  const std::string linux = build("amd64", "linux/amd64");
  build("wasi", "wasi/wasm");
  user_.must({"index", "create", "-t", "oci:layout:app", "oci:layout:amd64", "oci:layout:wasi"});
  user_.must({"index", "annotate", "oci:layout:app", "-p", "wasi/wasm", "--annotation", "manifest-descriptor:a=b"});
  const Index index = parse_index(raw("app"));
  EXPECT_THAT(index.manifests[0].annotations, IsEmpty());
  EXPECT_THAT(index.manifests[1].annotations, ElementsAre(Pair("a", "b")));
  user_.must({"index", "remove", "oci:layout:app", "-p", "wasi/wasm"});
  EXPECT_THAT(digests("app"), ElementsAre(linux));
  expect_failure(2, {"index", "remove", "oci:layout:app"}, "what to remove");
}

TEST_F(IndexCommands, DryRunSaysTheDigestAndWritesNothing) {
  build("wasi", "wasi/wasm");
  const std::string before = index_by_others("app", build("amd64", "linux/amd64"));
  const std::string dry = user_.must({"index", "add", "-q", "--dry-run", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), before);
  EXPECT_EQ(user_.must({"index", "add", "-q", "oci:layout:app", "oci:layout:wasi"}), dry);
}

TEST_F(IndexCommands, JsonTellsWhatChanged) {
  build("wasi", "wasi/wasm");
  const std::string before = index_by_others("app", build("amd64", "linux/amd64"));
  const std::string json = user_.must({"index", "add", "--format", "json", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_THAT(json, AllOf(HasSubstr("\"previousDigest\": \"" + before + "\""), HasSubstr("\"unchanged\": ["),
                          HasSubstr("\"kept\": 1"), HasSubstr("\"platform\": \"wasi/wasm\"")));
}

TEST_F(IndexCommands, AGateThatFailsLeavesTheTagWhereItWas) {
  build("wasi", "wasi/wasm");
  build("other", "linux/amd64", "other");
  const std::string before = index_by_others("app", build("amd64", "linux/amd64"));
  expect_failure(3, {"index", "add", "oci:layout:app", "oci:layout:wasi", "--require-platform", "linux/arm64"},
                 "linux/arm64");
  expect_failure(3, {"index", "add", "oci:layout:app", "oci:layout:other", "--require-unchanged", "linux/amd64"},
                 "in the place of");
  EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), before);
  user_.must({"index", "add", "oci:layout:app", "oci:layout:wasi", "--require-platform", "wasi/wasm,linux/amd64",
              "--require-unchanged", "linux/amd64"});
}

TEST_F(IndexCommands, PlatformsAreChosenByEntryWhereEntriesShareADigest) {
  const std::string wasi = build("wasi", "wasi/wasm");
  user_.must({"index", "create", "-q", "-t", "oci:layout:one", "oci:layout:wasi"});
  user_.must({"index", "add", "-q", "oci:layout:one", "oci:layout:wasi,platform=wasip1/wasm"});
  EXPECT_THAT(digests("one"), ElementsAre(wasi, wasi));
  user_.must({"index", "create", "-q", "-t", "oci:layout:two", "-p", "wasip1/wasm", "oci:layout:one"});
  EXPECT_THAT(digests("two"), ElementsAre(wasi));
  EXPECT_THAT(raw("two"), AllOf(HasSubstr("wasip1"), Not(HasSubstr("\"wasi\""))));
  EXPECT_THAT(user_({"index", "remove", "oci:layout:one", "wasi/wasm"}).err,
              AllOf(HasSubstr("unchanged  wasip1/wasm"), HasSubstr("removed    wasi/wasm")));
}

TEST_F(IndexCommands, AnIndexUnderAnotherNameSaysWhatItIsMadeOf) {
  build("wasi", "wasi/wasm");
  const std::string before = index_by_others("app", build("amd64", "linux/amd64"));
  const std::string full = user_.must({"index", "create", "-q", "-t", "oci:layout:full", "oci:layout:wasi"});
  const Outcome outcome = user_({"index", "add", "oci:layout:app", "oci:layout:wasi", "-t", "oci:layout:full"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("oci:layout:full: " + full + " -> "), HasSubstr("made of oci:layout:app, " + before)));
}

TEST_F(IndexCommands, RemoveTakesWhatInspectShows) {
  const std::string linux = build("amd64", "linux/amd64");
  build("wasi", "wasi/wasm");
  build("arm64", "linux/arm64");
  user_.must(
      {"index", "create", "-q", "-t", "oci:layout:app", "oci:layout:amd64", "oci:layout:wasi", "oci:layout:arm64"});
  user_.must({"index", "remove", "oci:layout:app", "oci:layout@" + linux});
  EXPECT_EQ(digests("app").size(), 2U);
  user_.must({"index", "add", "-q", "oci:layout:app", "oci:layout:amd64"});
  user_.must({"index", "remove", "oci:layout:app", "linux/arm64,wasi/wasm"});
  EXPECT_THAT(digests("app"), ElementsAre(linux));
  expect_failure(2, {"index", "remove", "oci:layout:app", linux.substr(0, 20)}, "64 hex digits");
  expect_failure(2, {"index", "add", "oci:layout:app", linux.substr(0, 20)}, "64 hex digits");
}

TEST_F(IndexCommands, AnOperatingSystemAloneIsNoPlatform) {
  build("amd64", "linux/amd64");
  expect_failure(2, {"index", "remove", "oci:layout:amd64", "linux"}, "for which architecture?");
  expect_failure(2, {"index", "add", "oci:layout:amd64", "oci:layout:amd64", "--require-platform", "linux"}, "linux/");
}

TEST_F(IndexCommands, AnAnnotationOfEntriesHasALevel) {
  build("wasi", "wasi/wasm");
  user_.must({"index", "create", "-q", "-t", "oci:layout:app", "oci:layout:wasi"});
  expect_failure(2, {"index", "annotate", "oci:layout:app", "-p", "wasi/wasm", "--annotation", "a=b"},
                 "manifest-descriptor:KEY=VALUE");
  user_.must({"index", "annotate", "oci:layout:app", "-p", "wasi/wasm", "--annotation", "index:a=b", "--annotation",
              "manifest-descriptor:c=d"});
  EXPECT_THAT(raw("app"), AllOf(HasSubstr(R"("a":"b")"), HasSubstr(R"("c":"d")")));
}

TEST_F(IndexCommands, EveryNameOfAnOutputIsLookedAt) {
  build("wasi", "wasi/wasm");
  build("amd64", "linux/amd64");
  const std::string one = user_.must({"index", "create", "-q", "-o", "oci:out", "-t", "n:1", "oci:layout:wasi"});
  user_.must({"index", "create", "-q", "-o", "oci:out", "-t", "n:1", "-t", "n:2", "oci:layout:wasi"});
  EXPECT_EQ(user_.must({"digest", "oci:out:docker.io/library/n:2"}), one);
  const std::string two = user_.must({"index", "create", "-q", "-o", "oci:out", "-t", "n:2", "oci:layout:amd64"});
  expect_failure(8, {"index", "create", "-o", "oci:out", "-t", "n:1", "-t", "n:2", "--no-clobber", "oci:layout:wasi"},
                 "exists already");
  expect_failure(3,
                 {"index", "create", "-o", "oci:out", "-t", "n:1", "-t", "n:2", "--require-unchanged", "linux/amd64",
                  "oci:layout:wasi"},
                 "linux/amd64");
  EXPECT_EQ(user_({"build", "app.wasm", "-o", "oci:fresh", "-o", "oci:out", "-t", "n:3", "-t", "n:2", "--no-clobber"})
                .exit_code,
            8);
  EXPECT_EQ(user_.must({"digest", "oci:out:docker.io/library/n:2"}), two);
}

TEST_F(IndexCommands, WhatIsBrokenInALayoutIsWrittenAgain) {
  build("wasi", "wasi/wasm");
  user_.must({"index", "create", "-q", "-t", "oci:out:app", "oci:layout:wasi"});
  const Manifest image = parse_manifest(user_({"inspect", "--raw", "oci:layout:wasi"}).out);
  const auto layer = user_.work() / "out/blobs/sha256" / image.layers.front().digest.hex();
  std::filesystem::remove(layer);
  EXPECT_THAT(user_({"index", "create", "-t", "oci:out:app", "oci:layout:wasi"}).err, HasSubstr("is unchanged"));
  EXPECT_TRUE(std::filesystem::exists(layer));
}

TEST_F(IndexCommands, AnIndexThatCannotBeReadCanBeReplaced) {
  build("wasi", "wasi/wasm");
  const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
  const Descriptor broken =
      store->add("application/vnd.oci.image.index.v1+json", R"({"schemaVersion":2,"x":1,"x":2,"manifests":[]})");
  name_root(*store, broken, {{"broken"}});
  const Outcome outcome = user_({"index", "create", "-t", "oci:layout:broken", "oci:layout:wasi"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("what is replaced cannot be read"));
  EXPECT_THAT(outcome.out, HasSubstr("oci:layout:broken@sha256:"));
}

// The names of a layout are compared and written under the lock of its index.json, however the layout is spelled and
// whatever store the processes have.
TEST_F(IndexCommands, ManyWhoShareALayoutAndNothingElseLoseNothing) {
  const std::vector<std::string> platforms = {"wasi/wasm", "wasip1/wasm", "linux/arm64", "linux/s390x"};
  for (const std::string& platform : platforms) {
    build(platform.substr(0, platform.find('/')) + platform.substr(platform.find('/') + 1), platform);
  }
  index_by_others("app", build("amd64", "linux/amd64"));
  std::vector<std::unique_ptr<Process>> writers;
  for (const std::string& platform : platforms) {
    const std::string source = platform.substr(0, platform.find('/')) + platform.substr(platform.find('/') + 1);
    Command command = user_.command({"index", "add", "-q", "oci:layout:app", "oci:layout:" + source});
    command.env->insert_or_assign("WASM_OCI_STORE", (user_.root() / source).string());
    writers.push_back(std::make_unique<Process>(command));
  }
  for (const auto& writer : writers) {
    const Outcome outcome = writer->wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  EXPECT_EQ(digests("app").size(), 2 + platforms.size());
}

TEST_F(IndexCommands, AGateAsksTheClientsItIsTold) {
  build("wasi", "wasi/wasm");
  index_by_others("app", build("amd64", "linux/amd64"));
  const std::vector<std::string> add = {"index",    "add", "oci:layout:app", "oci:layout:wasi", "--require-platform",
                                        "wasi/wasm"};
  const auto with = [&](const std::string& clients) {
    std::vector<std::string> arguments = add;
    arguments.insert(arguments.end(), {"--for", clients});
    return arguments;
  };
  expect_failure(3, with("docker,k8s"), "wasi/wasm: Kubernetes would take");
  expect_failure(2, with("dokcer"), "one of docker, docker-classic");
  expect_failure(2, {"index", "add", "oci:layout:app", "oci:layout:wasi", "--for", "docker"}, "there is none");
  user_.must(with("docker,crane,regctl,oras,skopeo,buildkit"));
}

TEST_F(IndexCommands, NoClobberLeavesWhatIsThere) {
  build("wasi", "wasi/wasm");
  build("amd64", "linux/amd64");
  expect_failure(8, {"index", "create", "--no-clobber", "-t", "oci:layout:amd64", "oci:layout:wasi"}, "exists already");
  EXPECT_EQ(user_.must({"index", "create", "-q", "--no-clobber", "-t", "oci:layout:new", "oci:layout:wasi"}),
            user_.must({"index", "create", "-q", "--no-clobber", "-t", "oci:layout:new", "oci:layout:wasi"}));
}

TEST_F(IndexCommands, RefusesWhatMakesNoIndex) {
  build("wasi", "wasi/wasm");
  user_.must({"build", "app.wasm", "-o", "oci:layout:artifact", "--as", "artifact"});
  expect_failure(2, {"index", "create", "-t", "oci:layout:x", "oci:layout:artifact"}, "a Wasm artifact");
  expect_failure(2, {"index", "create", "oci:layout:wasi"}, "needs a name");
  expect_failure(2, {"index", "create", "-t", "oci:layout:x", "sha256:" + std::string(64, '0')}, "which repository");
  expect_failure(4, {"index", "add", "oci:layout:absent", "oci:layout:wasi"}, "absent");
  expect_failure(4, {"index", "create", "-t", "oci:layout:x", "oci:layout:absent"}, "absent");
  expect_failure(2, {"index", "remove", "oci:layout:wasi", "wasi/wasm"}, "is an image, and no index");
  user_.must({"index", "create", "-t", "oci:layout:one", "oci:layout:wasi"});
  expect_failure(4, {"index", "remove", "oci:layout:one", "linux/amd64"}, "nothing for linux/amd64");
  expect_failure(2, {"index", "remove", "oci:layout:one", "wasi/wasm"}, "nothing would be left");
  expect_failure(2, {"index", "annotate", "oci:layout:one"}, "--annotation");
  expect_failure(4, {"index", "annotate", "oci:layout:one", "--annotation", "manifest[linux/amd64]:a=b"},
                 "linux/amd64");
  const std::string digest = user_.must({"digest", "oci:layout:one"});
  expect_failure(2, {"index", "add", "oci:layout@" + digest, "oci:layout:wasi"}, "never changes");
  EXPECT_EQ(user_({"digest", "oci:layout:x"}).exit_code, 4);
  EXPECT_THAT(raw("one"), Not(HasSubstr("annotations")));
}

TEST_F(IndexCommands, AnIndexThatRegistriesDoNotTakeIsNotMade) {
  build("wasi", "wasi/wasm");
  const std::string linux = build("amd64", "linux/amd64");
  {
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    Descriptor entry = store->resolve(linux).value();
    entry.platform = parse_platform("linux/amd64");
    entry.annotations = {{"a", std::string(std::size_t{4} * 1024 * 1024, 'x')}};
    name_root(*store, add_index(*store, {entry}), {{"app"}});
  }
  const std::string before = user_.must({"digest", "oci:layout:app"});
  expect_failure(7, {"index", "add", "oci:layout:app", "oci:layout:wasi"}, "registries take manifests of 4 MiB");
  EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), before);
}

TEST_F(IndexCommands, SignaturesOfTheImagesComeAlongAndThoseOfTheOldIndexAreTold) {
  const std::string wasi = build("wasi", "wasi/wasm");
  build("amd64", "linux/amd64");
  user_.must({"index", "create", "-t", "oci:layout:app", "oci:layout:amd64"});
  const std::string before = user_.must({"digest", "oci:layout:app"});
  {
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    name_root(*store, add_referrer(*store, store->resolve(wasi).value(), "of the image"), {});
    name_root(*store, add_referrer(*store, store->resolve(before).value(), "of the index"), {});
  }
  const Outcome created = user_({"index", "create", "-t", "oci:other:app", "oci:layout:wasi"});
  EXPECT_THAT(created.err, AllOf(HasSubstr(wasi + ": referrer sha256:"), HasSubstr("comes along")));
  EXPECT_EQ(LayoutStore::open(user_.work() / "other")->referrers(Digest::parse(wasi).value()).size(), 1U);

  const Outcome added = user_({"index", "add", "oci:layout:app", "oci:layout:wasi"});
  EXPECT_THAT(added.err, HasSubstr(before + " had 1 referrer; oci:layout:app@sha256:"));
  EXPECT_THAT(added.err, Not(HasSubstr("comes along")));
}

TEST_F(IndexCommands, AnIndexOfNothingIsNotMade) {
  {
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    name_root(*store, add_index(*store, {}), {{"empty"}});
  }
  expect_failure(2, {"index", "create", "-t", "oci:layout:x", "oci:layout:empty"}, "nothing to make an index of");
  expect_failure(2, {"index", "annotate", "oci:layout:empty", "--annotation", "a=b"}, "nothing would be left");
}

TEST_F(IndexCommands, AnArchiveOnStandardOutputIsAloneThere) {
  build("wasi", "wasi/wasm");
  const Outcome outcome = user_({"index", "create", "-o", "oci-archive:-:app", "oci:layout:wasi"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  write_file(user_.work() / "app.tar", outcome.out);
  EXPECT_THAT(outcome.err, HasSubstr("@" + user_.must({"digest", "oci-archive:app.tar:app"})));
  expect_failure(2, {"index", "create", "-o", "oci-archive:-:app", "oci:layout:wasi", "--format", "json"}, "json");
}

TEST_F(IndexCommands, AnEditWaitsForThatOfAnotherProcessWithTheSameStore) {
  build("wasi", "wasi/wasm");
  build("app", "linux/amd64");
  const std::string name = "oci:" + std::filesystem::canonical(user_.work() / "layout").string() + ":app";
  const std::string place = user_.store().string() + ".locks/" + digest_of(name).hex();
  make_directories(place);
  std::optional<DirectoryLock> lock =
      DirectoryLock::acquire(open_directory(place).get(), DirectoryLock::Mode::exclusive, place);
  Process edit(user_.command({"index", "add", "oci:layout:app", "oci:layout:wasi"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // ten times what it takes where nothing is locked
  EXPECT_TRUE(edit.running());
  EXPECT_THAT(raw("app"), Not(HasSubstr("manifests")));  // it is an image still
  lock.reset();
  EXPECT_EQ(edit.wait().exit_code, 0);
  EXPECT_EQ(digests("app").size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(user_.store().string() + ".locks"));
}

TEST_F(IndexCommands, APlaceForLocksThatCannotBeHadIsNoReasonToFail) {
  build("wasi", "wasi/wasm");
  build("app", "linux/amd64");
  std::filesystem::create_symlink("absent/too", user_.store().string() + ".locks");
  user_.must({"index", "add", "oci:layout:app", "oci:layout:wasi"});
}

TEST_F(IndexCommands, AMissingChildIsSaidAndNothingIsNamed) {
  const std::string linux = build("amd64", "linux/amd64");
  index_by_others("app", linux);
  std::filesystem::remove(user_.work() / "layout/blobs/sha256" / linux.substr(7));
  expect_failure(4, {"index", "create", "-t", "oci:other:app", "oci:layout:app"}, linux);
  EXPECT_NE(user_({"digest", "oci:other:app"}).exit_code, 0);
}

}  // namespace
}  // namespace wasm_oci::testing
