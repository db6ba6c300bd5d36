// Commands on the local store, layouts and files, as a user meets them: what they print, keep and refuse.
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LocalCommands : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::copy_file(testdata("modules/hello.wasm"), user_.work() / "app.wasm"); }

  std::string build(const std::string& name) { return user_.must({"build", "app.wasm", "-t", name, "-q"}); }
  // The location of an index of images for OS/wasm, each with an attestation at the end; the images are oci:layout:OS.
  std::string index_of(const std::vector<std::string>& systems) {
    std::vector<Descriptor> images;
    std::vector<Descriptor> attestations;
    for (const std::string& os : systems) {
      user_.must({"build", "app.wasm", "-o", "oci:layout:" + os, "--platform", os + "/wasm"});
      const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
      images.push_back(store->entries().back());
      images.back().annotations.clear();
      images.back().platform = Platform{.os = os, .architecture = "wasm"};
      attestations.push_back(add_image(*store, "attestation of " + os));
      attestations.back().platform = Platform{.os = "unknown", .architecture = "unknown"};
      attestations.back().annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                                         {"vnd.docker.reference.digest", images.back().digest.str()}};
    }
    images.insert(images.end(), attestations.begin(), attestations.end());
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    name_root(*store, add_index(*store, images), {{"index"}});
    return "oci:layout:index";
  }
  void expect_wrong_usage(const std::vector<std::string>& arguments, const std::string& words) {
    const Outcome outcome = user_(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(words));
    EXPECT_THAT(outcome.out, IsEmpty());
  }

  WasmOci user_;
};

TEST_F(LocalCommands, RmiTakesOneNameAndLeavesTheOthersOfTheDigest) {
  const std::string digest = build("me/app:1");
  build("me/app:2");
  expect_wrong_usage({"rmi", "me/app@" + digest}, "names");
  EXPECT_EQ(user_.must({"rmi", "me/app:1"}), "Untagged: docker.io/me/app:1");
  EXPECT_EQ(user_({"digest", "local:me/app:1"}).exit_code, 4);
  user_.must({"prune"});
  EXPECT_EQ(user_.must({"digest", "local:me/app:2"}), digest);
}

TEST_F(LocalCommands, PruneRemovesWhatNoNameReaches) {
  const std::string digest = build("me/app:1");
  user_.must({"rmi", "me/app:1"});
  EXPECT_THAT(user_.must({"prune"}), AllOf(HasSubstr("Deleted: " + digest), HasSubstr("Total reclaimed space:")));
  EXPECT_EQ(user_({"digest", "local:x@" + digest}).exit_code, 4);
}

TEST_F(LocalCommands, ADestinationWithADigestMovesNoNameAndIsChecked) {
  const std::string digest = build("me/app:1");
  EXPECT_EQ(user_.must({"copy", "local:me/app:1", "oci:layout@" + digest}), "oci:layout@" + digest);
  EXPECT_THAT(read_file(user_.work() / "layout/index.json"), Not(HasSubstr("ref.name")));
  const Outcome other = user_({"copy", "local:me/app:1", "oci:other@sha256:" + std::string(64, '0')});
  EXPECT_EQ(other.exit_code, 7) << other.err;
  EXPECT_FALSE(std::filesystem::exists(user_.work() / "other"));
}

TEST_F(LocalCommands, WhatFailsLeavesNoNewLayoutBehind) {
  build("me/app:1");
  const Outcome copy = user_({"copy", "local:me/app:2", "oci:new/layout"});
  EXPECT_EQ(copy.exit_code, 4) << copy.err;
  const std::string digest = user_.must({"digest", "local:me/app:1"});
  std::filesystem::remove(user_.store() / "blobs/sha256" / digest.substr(7));
  const Outcome broken = user_({"copy", "local:me/app:1", "oci:new/layout"});
  EXPECT_NE(broken.exit_code, 0);
  write_file(user_.work() / "text.wasm", "(module)");
  EXPECT_EQ(user_({"build", "text.wasm", "-o", "oci:new/layout"}).exit_code, 7);
  EXPECT_FALSE(std::filesystem::exists(user_.work() / "new"));
  std::filesystem::remove_all(user_.store());
  EXPECT_EQ(user_({"build", "text.wasm", "-t", "me/app"}).exit_code, 7);
  EXPECT_EQ(user_({"rmi", "me/app"}).exit_code, 4);
  EXPECT_FALSE(std::filesystem::exists(user_.store()));
}

TEST_F(LocalCommands, ACopyKeepsTheNameThatALayoutGivesItsImage) {
  user_.must({"build", "app.wasm", "-o", "oci:layout:mine"});
  user_.must({"copy", "oci:layout", "oci:second"});
  EXPECT_EQ(user_.must({"digest", "oci:second:mine"}), user_.must({"digest", "oci:layout:mine"}));
}

TEST_F(LocalCommands, ACopyOfSeveralPlatformsIsAnIndexOfTheirEntries) {
  const std::string source = index_of({"wasi", "wasip1", "linux"});
  const std::vector<std::string> copy = {"copy", source, "oci:some:x", "--platform"};
  const auto with = [&](std::initializer_list<std::string> more) {
    std::vector<std::string> words = copy;
    words.insert(words.end(), more);
    return words;
  };
  const std::string line = user_.must(with({"linux/wasm,wasi/wasm"}));
  const std::string raw = user_({"inspect", "--raw", "oci:some:x"}).out;
  EXPECT_EQ(line, "oci:some:x@" + digest_of(raw).str());
  const std::vector<Descriptor> all = parse_index(user_({"inspect", "--raw", source}).out).manifests;
  ASSERT_EQ(all.size(), 6U);
  EXPECT_THAT(parse_index(raw).manifests, ElementsAre(all[0], all[2], all[3], all[5]));
  EXPECT_THAT(user_.must(with({"wasi/wasm", "--platform", "linux/wasm", "--format", "json"})),
              AllOf(HasSubstr(digest_of(raw).str()), HasSubstr("\"wasi/wasm\""), HasSubstr("\"linux/wasm\""),
                    Not(HasSubstr("wasip1"))));
  EXPECT_EQ(user_.must(with({"wasi/wasm"})), "oci:some:x@" + all[0].digest.str());

  const Outcome absent = user_({"copy", source, "oci:none:x", "--platform", "wasi/wasm,linux/arm64"});
  EXPECT_EQ(absent.exit_code, 4) << absent.err;
  EXPECT_THAT(absent.err, AllOf(HasSubstr("nothing for platform linux/arm64"), HasSubstr("wasip1/wasm")));
  expect_wrong_usage({"copy", "oci:layout:wasi", "oci:none:x", "--platform", "wasi/wasm,linux/arm64"}, "no index");
  expect_wrong_usage(with({"wasi/wasm,wasm"}), "wasm");
  EXPECT_FALSE(std::filesystem::exists(user_.work() / "none"));
}

TEST_F(LocalCommands, AnAnnotationThatWouldBeLostIsRefused) {
  for (const std::string text : {"index:a=b", "manifest-descriptor:a=b", "manifest[linux/amd64]:a=b"}) {
    expect_wrong_usage({"build", "app.wasm", "-t", "x", "--annotation", text}, text);
  }
  user_.must({"build", "app.wasm", "-t", "x", "--annotation", "manifest[wasi/wasm]:a=b"});
  EXPECT_THAT(user_.must({"inspect", "--raw", "local:x"}), HasSubstr(R"("a":"b")"));
}

TEST_F(LocalCommands, WhatCannotBeWrittenIntoTheConfigIsWrongUsage) {
  for (const std::string option : {"--env", "--label", "--annotation"}) {
    expect_wrong_usage({"build", "app.wasm", "-t", "x", option, "x=\xff"}, "not UTF-8");
  }
  expect_wrong_usage({"build", "app.wasm", "-t", "x", "--env", "NOVALUE"}, "KEY=VALUE");
  expect_wrong_usage({"build", "app.wasm", "-t", "x", "--entrypoint", "app.wasm"}, "absolute");
}

TEST_F(LocalCommands, AnAddedFileInTheModulesPlaceIsRefused) {
  write_file(user_.work() / "data", "x");
  expect_wrong_usage({"build", "app.wasm", "-t", "x", "--add", "data:/app.wasm"}, "/app.wasm");
  expect_wrong_usage({"build", "app.wasm", "-t", "x", "--add", "data:/app.wasm/data"}, "/app.wasm/data");
}

TEST_F(LocalCommands, NoClobberFailsForTheNameThatExistsAlone) {
  build("me/app:1");
  const Outcome outcome =
      user_({"build", "app.wasm", "-t", "me/app:1", "-t", "me/app:2", "--cmd", "x", "--no-clobber"});
  EXPECT_EQ(outcome.exit_code, 8) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("me/app:2@"), Not(HasSubstr("me/app:1@"))));
}

TEST_F(LocalCommands, NoClobberLeavesALayoutAsItIs) {
  user_.must({"build", "app.wasm", "-o", "oci:layout:x"});
  const std::string before = read_file(user_.work() / "layout/index.json");
  const Outcome outcome = user_({"build", "app.wasm", "-o", "oci:layout:x", "--cmd", "y", "--no-clobber"});
  EXPECT_EQ(outcome.exit_code, 8) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(read_file(user_.work() / "layout/index.json"), before);
}

TEST_F(LocalCommands, FilesAboutABuildAreTriedBeforeIt) {
  for (const std::string option : {"--metadata-file", "--iidfile"}) {
    EXPECT_EQ(user_({"build", "app.wasm", "-t", "me/app:1", option, "absent/file"}).exit_code, 4);
  }
  EXPECT_EQ(user_.must({"images", "--format", "json"}), "[]");
  const std::string digest =
      user_.must({"build", "app.wasm", "-t", "me/app:1", "--iidfile", "id", "--metadata-file", "meta.json", "-q"});
  EXPECT_EQ(read_file(user_.work() / "id"), digest);
  EXPECT_THAT(read_file(user_.work() / "meta.json"),
              AllOf(HasSubstr("\"containerimage.digest\": \"" + digest + "\""),
                    HasSubstr("\"image.name\": \"docker.io/me/app:1\""), HasSubstr("\"wasm.digest\": \"" + digest)));
}

TEST_F(LocalCommands, ADryRunWritesNothing) {
  EXPECT_THAT(user_.must({"build", "app.wasm", "-t", "me/app:1", "--dry-run"}),
              HasSubstr("docker.io/me/app:1@sha256:"));
  EXPECT_FALSE(std::filesystem::exists(user_.store()));
}

TEST_F(LocalCommands, AMovedNameIsTold) {
  const std::string before = build("me/app:1");
  const Outcome again = user_({"build", "app.wasm", "-t", "me/app:1", "--format", "json"});
  EXPECT_THAT(again.out, Not(HasSubstr("previousDigest")));
  const Outcome moved = user_({"build", "app.wasm", "-t", "me/app:1", "--cmd", "x", "--format", "json"});
  EXPECT_THAT(moved.out, HasSubstr("\"previousDigest\": \"" + before + "\""));
  EXPECT_THAT(moved.err, HasSubstr("moved from " + before));
}

TEST_F(LocalCommands, AModuleInAFileIsNoImage) {
  EXPECT_EQ(user_.must({"digest", "app.wasm"}), sha256_of(user_.work() / "app.wasm"));
  EXPECT_THAT(user_.must({"inspect", "app.wasm"}), HasSubstr(sha256_of(user_.work() / "app.wasm")));
  expect_wrong_usage({"copy", "app.wasm", "local:x"}, "wasm-oci build app.wasm -t REF");
  expect_wrong_usage({"pull", "local:x", "-o", ""}, "--output");
}

TEST_F(LocalCommands, DockersSchema1IsCalledWhatItIs) {
  const std::string bytes = R"({"schemaVersion":1,"name":"a","tag":"b","fsLayers":[],"history":[]})";
  write_file(user_.work() / "old.json", bytes);
  EXPECT_EQ(user_.must({"inspect", "--raw", "file:old.json"}), bytes);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"inspect", "file:old.json"},
                                                  {"copy", "file:old.json", "oci:layout"},
                                                  {"pull", "file:old.json", "-o", "out.wasm"}}) {
    const Outcome outcome = user_(command);
    EXPECT_EQ(outcome.exit_code, 7) << command.front();
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("file:old.json: "), HasSubstr("schema 1 is not supported")));
  }
}

TEST_F(LocalCommands, SourceDateEpochIsANumber) {
  user_.environment()["SOURCE_DATE_EPOCH"] = "1700000000";
  build("me/app:1");
  EXPECT_THAT(user_.must({"inspect", "--config", "local:me/app:1"}), HasSubstr("2023-11-14T22:13:20Z"));
  user_.environment()["SOURCE_DATE_EPOCH"] = "2023-11-14T22:13:20Z";
  expect_wrong_usage({"build", "app.wasm", "-t", "x"}, "SOURCE_DATE_EPOCH");
}

TEST_F(LocalCommands, AnErrorAboutContentSaysWhere) {
  user_.must({"build", "app.wasm", "-o", "oci:layout:x"});
  const std::string digest = user_.must({"digest", "oci:layout:x"});
  const auto manifest = user_.work() / "layout/blobs/sha256" / digest.substr(7);
  std::filesystem::permissions(manifest, std::filesystem::perms::owner_all);
  std::string bytes = read_file(manifest);
  bytes.front() = '[';
  write_file(manifest, bytes);
  const Outcome outcome = user_({"inspect", "oci:layout:x"});
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_THAT(outcome.err, HasSubstr("oci:layout:x: "));
}

TEST_F(LocalCommands, AModuleFromALayerThatTheConfigDeniesIsNotWritten) {
  user_.must({"build", "app.wasm", "-o", "oci:layout:right"});
  {
    const auto store = LayoutStore::open_for_writing(user_.work() / "layout");
    Manifest manifest = parse_manifest(store->load(store->only_entry(), NodeKind::manifest));
    ImageConfig config = parse_image_config(store->load(manifest.config, NodeKind::blob));
    config.diff_ids = {digest_of("something else")};
    manifest.config = store->add(manifest.config.media_type, serialize(config));
    name_root(*store, store->add(manifest.media_type, serialize(manifest)), {{"wrong"}});
  }
  const Outcome outcome = user_({"pull", "oci:layout:wrong", "-o", "out.wasm"});
  EXPECT_EQ(outcome.exit_code, 7) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("oci:layout:wrong: layer sha256:"), HasSubstr("the config says")));
  EXPECT_FALSE(std::filesystem::exists(user_.work() / "out.wasm"));
  const Outcome piped = user_({"pull", "oci:layout:wrong", "-o", "-"});
  EXPECT_EQ(piped.exit_code, 7);
  EXPECT_THAT(piped.out, IsEmpty());
  user_.must({"pull", "oci:layout:right", "-o", "out.wasm"});
}

TEST_F(LocalCommands, SeveralModulesAreTakenIntoAFolderOrChosen) {
  std::filesystem::copy_file(testdata("modules/hello.component.wasm"), user_.work() / "other.wasm");
  user_.must({"build", "app.wasm", "-t", "me/app", "--add", "other.wasm"});
  expect_wrong_usage({"pull", "local:me/app", "-o", "one.wasm"}, "--module");
  user_.must({"pull", "local:me/app", "-o", "one.wasm", "--module", "other.wasm"});
  EXPECT_EQ(sha256_of(user_.work() / "one.wasm"), sha256_of(user_.work() / "other.wasm"));
  user_.must({"pull", "local:me/app", "-o", "all/"});
  EXPECT_EQ(sha256_of(user_.work() / "all/app.wasm"), sha256_of(user_.work() / "app.wasm"));
  EXPECT_EQ(sha256_of(user_.work() / "all/other.wasm"), sha256_of(user_.work() / "other.wasm"));
}

}  // namespace
}  // namespace wasm_oci::testing
