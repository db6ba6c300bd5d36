// `build` for several platforms at once, with native programs beside the module, and into an index that is there.
#include "oci/manifest.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace wasm_oci::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

class BuildIndex : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::copy_file(testdata("modules/hello.wasm"), user_.work() / "app.wasm"); }

  Index index(const std::string& location) { return parse_index(user_({"inspect", "--raw", location}).out); }

  void expect_failure(int code, const std::vector<std::string>& arguments, const std::string& words) {
    const Outcome outcome = user_(arguments);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(words));
    EXPECT_THAT(outcome.out, IsEmpty());
  }

  WasmOci user_;
};

TEST_F(BuildIndex, SeveralPlatformsMakeAnIndexOfImagesThatShareTheLayer) {
  const std::string digest =
      user_.must({"build", "app.wasm", "-t", "me/app:1", "--platform", "wasi/wasm,wasip1/wasm", "-q"});
  EXPECT_EQ(user_.must({"digest", "local:me/app:1"}), digest);
  const Index made = index("local:me/app:1");
  ASSERT_EQ(made.manifests.size(), 2U);
  EXPECT_EQ(made.manifests[0].platform, parse_platform("wasi/wasm"));
  EXPECT_EQ(made.manifests[1].platform, parse_platform("wasip1/wasm"));
  std::vector<std::vector<Descriptor>> layers;
  for (const Descriptor& entry : made.manifests) {
    layers.push_back(parse_manifest(user_({"inspect", "--raw", "local:me/app@" + entry.digest.str()}).out).layers);
  }
  EXPECT_EQ(layers[0], layers[1]);
  user_.must({"pull", "local:me/app:1", "-o", "out.wasm"});
  EXPECT_EQ(sha256_of(user_.work() / "out.wasm"), sha256_of(user_.work() / "app.wasm"));
}

TEST_F(BuildIndex, TheBareManifestHasATagOfItsOwn) {
  const Outcome outcome = user_({"build", "app.wasm", "-t", "me/app:1", "--bare-tag", "me/app:1-wasm", "--platform",
                                 "wasi/wasm,wasip1/wasm", "--metadata-file", "meta.json", "--iidfile", "iid"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string bare = index("local:me/app:1").manifests.front().digest.str();
  EXPECT_EQ(user_.must({"digest", "local:me/app:1-wasm"}), bare);
  EXPECT_THAT(outcome.out, HasSubstr("docker.io/me/app:1-wasm@" + bare));
  EXPECT_EQ(read_file(user_.work() / "iid"), user_.must({"digest", "local:me/app:1"}));
  EXPECT_THAT(read_file(user_.work() / "meta.json"),
              AllOf(HasSubstr("\"wasm.digest\": \"" + bare + "\""), Not(HasSubstr("config.digest"))));
  expect_failure(2,
                 {"build", "app.wasm", "-t", "a", "-o", "oci-archive:x.tar", "--bare-tag", "b", "--platform",
                  "wasi/wasm,wasip1/wasm"},
                 "--bare-tag");
}

TEST_F(BuildIndex, NativeProgramsLieBesideTheModule) {
  write_file(user_.work() / "app.exe", "MZ");
  user_.must({"build", "app.wasm", "-o", "oci:layout:app", "--native", "windows/amd64=app.exe", "--require-platform",
              "wasi/wasm,windows/amd64"});
  const Index made = index("oci:layout:app");
  ASSERT_EQ(made.manifests.size(), 2U);
  EXPECT_EQ(made.manifests[1].platform, parse_platform("windows/amd64"));
  expect_failure(7, {"build", "app.wasm", "-o", "oci:layout:x", "--native", "linux/amd64=app.exe"}, "no ELF program");
  expect_failure(4, {"build", "app.wasm", "-o", "oci:layout:x", "--native", "linux/amd64=absent"}, "absent");
}

TEST_F(BuildIndex, APlatformIsGivenOnce) {
  write_file(user_.work() / "app.exe", "MZ");
  expect_failure(2, {"build", "app.wasm", "-t", "a", "--platform", "wasi/wasm", "--platform", "WASI/wasm"}, "twice");
  expect_failure(2, {"build", "app.wasm", "-t", "a", "--native", "wasi/wasm=app.exe"}, "already");
  expect_failure(2, {"build", "app.wasm", "-t", "a", "--native", "os/x=app.exe", "--native", "os/x=app.exe"},
                 "already");
  expect_failure(2, {"build", "app.wasm", "-t", "a", "--native", "app.exe"}, "--native linux/amd64=");
}

TEST_F(BuildIndex, AnnotationsOfEveryLevel) {
  user_.must({"build", "app.wasm", "-t", "a", "--platform", "wasi/wasm,wasip1/wasm", "--annotation", "index:a=1",
              "--annotation", "manifest-descriptor[wasi/wasm]:b=2", "--annotation", "manifest[wasip1/wasm]:c=3"});
  const Index made = index("local:a");
  EXPECT_THAT(made.annotations, ElementsAre(Pair("a", "1")));
  EXPECT_THAT(made.manifests[0].annotations, ElementsAre(Pair("b", "2")));
  EXPECT_THAT(made.manifests[1].annotations, IsEmpty());
  const std::string second = user_({"inspect", "--raw", "local:a@" + made.manifests[1].digest.str()}).out;
  EXPECT_EQ(parse_manifest(second).annotations.at("c"), "3");
}

TEST_F(BuildIndex, PackagingsThatNobodyFindsInAnIndexMakeNone) {
  expect_failure(2, {"build", "app.wasm", "-t", "a", "--as", "wasm-layers", "--platform", "wasi/wasm,wasip1/wasm"},
                 "an image of Wasm layers");
}

TEST_F(BuildIndex, AppendPutsTheImageIntoTheIndexThatIsThere) {
  user_.must({"build", "app.wasm", "-o", "oci:layout:amd64", "--platform", "linux/amd64"});
  user_.must({"index", "create", "-t", "oci:layout:app", "oci:layout:amd64"});
  const Descriptor before = index("oci:layout:app").manifests.front();
  const Outcome appended = user_({"build", "app.wasm", "--append", "-o", "oci:layout:app", "--annotation",
                                  "manifest-descriptor:a=b", "--require-unchanged", "linux/amd64"});
  EXPECT_EQ(appended.exit_code, 0) << appended.err;
  EXPECT_THAT(appended.err, AllOf(HasSubstr("unchanged  linux/amd64"), HasSubstr("added      wasi/wasm")));
  const Index after = index("oci:layout:app");
  ASSERT_EQ(after.manifests.size(), 2U);
  EXPECT_EQ(after.manifests[0], before);
  EXPECT_THAT(after.manifests[1].annotations, ElementsAre(Pair("a", "b")));
  EXPECT_EQ(appended.out, "oci:layout:app@" + user_.must({"digest", "oci:layout:app"}) + "\n");
  EXPECT_FALSE(std::filesystem::exists(user_.store()));

  const std::string again =
      user_.must({"build", "app.wasm", "--append", "-o", "oci:layout:app", "--label", "x=y", "-q"});
  EXPECT_NE(index("oci:layout:app").manifests[1].digest, after.manifests[1].digest);
  EXPECT_EQ(index("oci:layout:app").manifests.size(), 2U);
  EXPECT_EQ(user_.must({"digest", "oci:layout:app"}), again);
}

TEST_F(BuildIndex, AppendPrintsOneDocument) {
  user_.must({"build", "app.wasm", "-o", "oci:layout:app", "--platform", "linux/amd64"});
  const std::string json = user_.must({"build", "app.wasm", "--append", "-o", "oci:layout:app", "--format", "json"});
  EXPECT_EQ(json.find("\"results\""), json.rfind("\"results\"")) << json;
  EXPECT_THAT(json, HasSubstr("\"changes\""));
}

TEST_F(BuildIndex, ABareTagIsAnotherTagAndATag) {
  expect_failure(2, {"build", "app.wasm", "-t", "a:1", "--bare-tag", "a:1"}, "both name docker.io/library/a:1");
  expect_failure(2, {"build", "app.wasm", "-t", "a:1", "--bare-tag", "a:2", "--push-by-digest"}, "moves no tag");
}

TEST_F(BuildIndex, AppendNeedsSomethingToAppendTo) {
  expect_failure(2, {"build", "app.wasm", "-t", "a", "--append"}, "--append");
  user_.must({"build", "app.wasm", "-o", "oci:layout:app"});
  expect_failure(2, {"build", "app.wasm", "--append", "-o", "oci-archive:app.tar"}, "written whole");
  const Outcome outcome = user_({"build", "app.wasm", "--append", "-o", "oci:layout:absent"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("without --append"));
}

TEST_F(BuildIndex, AGateHoldsTheName) {
  user_.must({"build", "app.wasm", "-t", "a", "-q"});
  const std::string before = user_.must({"digest", "local:a"});
  expect_failure(3, {"build", "app.wasm", "-t", "a", "--label", "x=y", "--require-platform", "linux/amd64"},
                 "linux/amd64");
  expect_failure(3, {"build", "app.wasm", "-t", "a", "--label", "x=y", "--require-unchanged", "wasi/wasm"},
                 "in the place of");
  expect_failure(3, {"build", "app.wasm", "-o", "oci:layout", "--require-platform", "linux/amd64"}, "linux/amd64");
  expect_failure(3,
                 {"build", "app.wasm", "-t", "a", "--bare-tag", "bare", "--platform", "wasi/wasm,wasip1/wasm",
                  "--require-platform", "linux/amd64"},
                 "linux/amd64");
  EXPECT_EQ(user_({"digest", "local:bare"}).exit_code, 4);
  EXPECT_EQ(user_.must({"digest", "local:a"}), before);
  user_.must({"build", "app.wasm", "-t", "a", "--label", "x=y", "--require-platform", "wasi/wasm"});
}

}  // namespace
}  // namespace wasm_oci::testing
