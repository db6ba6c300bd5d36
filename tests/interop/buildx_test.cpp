// Indexes as BuildKit makes them, with provenance and SBOM, made by a real one: they gain a Wasm entry and lose
// nothing, and BuildKit takes from the result what it is asked for. packagers/fetch.sh installs it.
#include "tests/interop/peers.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

// The least that BuildKit takes as a scanner: it writes a statement into the folder that it is told.
constexpr auto kScanner = R"(#include <stdio.h>
#include <stdlib.h>
int main(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/app.spdx.json", getenv("BUILDKIT_SCAN_DESTINATION"));
  FILE* file = fopen(path, "w");
  if (file == NULL) return 1;
  fputs("{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"https://spdx.dev/Document\","
        "\"predicate\":{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"app\"}}", file);
  return fclose(file);
}
)";

class Buildx : public Interop {
 protected:
  Buildx() {
    std::filesystem::create_directory(context_);
    write_file(context_ / "app-amd64", "for amd64\n");
    write_file(context_ / "app-arm64", "for arm64\n");
    write_file(context_ / "Dockerfile",
               "FROM scratch\nARG TARGETARCH\nCOPY app-$TARGETARCH /app\nENTRYPOINT [\"/app\"]\n");
  }

  std::string at(const std::string& name) { return registry_.host() + "/me/" + name; }

  // BuildKit takes the scanner from an index that also has a Wasm entry.
  std::string scanner() {
    write_file(user_.work() / "scanner.c", kScanner);
    user_.must_other({"cc", "-static", "-Os", "-s", "-o", "scanner", "scanner.c"});
    user_.must(
        {"build", testdata(kModule).string(), "--native", "linux/amd64=scanner", "-t", at("scanner:1"), "--push"});
    return at("scanner:1");
  }

  // With all that BuildKit can say of it; ARGUMENTS say where it goes.
  void build_for_two_platforms(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--platform", "linux/amd64,linux/arm64", "--provenance=mode=max",
                                       "--sbom=generator=" + scanner()});
    buildkit_.build(arguments, context_);
  }

  std::string raw(const std::string& name) { return user_({"inspect", "--raw", name}).out; }

  // What buildx finds of a kind (Provenance, SBOM) in an index.
  json statements(const std::string& name, const std::string& kind) {
    return json::parse(buildkit_.imagetools({"inspect", name, "--format", "{{json ." + kind + "}}"}));
  }

  // The file PATH of the image that BuildKit takes of NAME for a platform.
  std::string taken(const std::string& name, const std::string& platform, const std::string& path) {
    const auto context = user_.work() / "from";
    std::filesystem::create_directory(context);
    write_file(context / "Dockerfile", "FROM " + name + "\n");
    const auto out = user_.work() / "out";
    std::filesystem::remove_all(out);
    buildkit_.build({"--platform", platform, "--provenance=false", "--output", "type=local,dest=" + out.string()},
                    context);
    return sha256_of(out / path);
  }

  // What `explain` says that BuildKit takes.
  std::string explained(const std::string& name, const std::string& platform) {
    const json choices =
        json::parse(user_.must({"explain", name, "--platform", platform, "--for", "buildkit", "--format", "json"}));
    return choices.at("choices").at(0).at("chosen").at("digest");
  }

  std::filesystem::path context_ = user_.work() / "context";
  TempDir folder_;
  BuildKit buildkit_{folder_.path(), PACKAGERS "/bin", registry_.host()};
};

TEST_F(Buildx, ItsIndexGainsAWasmEntryAndLosesNothing) {
  build_for_two_platforms({"--push", "-t", at("app:1.0")});
  const std::string before = raw(at("app:1.0"));
  const std::string digest = user_.must({"digest", at("app:1.0")});
  const json provenance = statements(at("app:1.0"), "Provenance");
  const json sbom = statements(at("app:1.0"), "SBOM");
  ASSERT_TRUE(provenance.contains("linux/arm64") && sbom.contains("linux/arm64"));

  user_.must({"build", testdata(kModule).string(), "-t", "local:wasi", "-q"});
  const Outcome added = user_({"index", "add", at("app:1.0"), "local:wasi"});
  ASSERT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.err, AllOf(HasSubstr("added      wasi/wasm"), HasSubstr("attestations: 2 kept")));

  const std::string after = raw(at("app:1.0"));
  const auto begin = std::ranges::mismatch(before, after).in2 - after.begin();
  EXPECT_TRUE(before.ends_with(after.substr(static_cast<std::size_t>(begin) + after.size() - before.size())))
      << "more than one place changed:\n"
      << after;
  EXPECT_EQ(statements(at("app:1.0"), "Provenance"), provenance);
  EXPECT_EQ(statements(at("app:1.0"), "SBOM"), sbom);

  user_.must({"index", "remove", at("app:1.0"), "wasi/wasm"});
  EXPECT_EQ(user_.must({"digest", at("app:1.0")}), digest);
}

TEST_F(Buildx, BuildKitTakesOfAnIndexWhatItIsAskedFor) {
  build_for_two_platforms({"--push", "-t", at("app:1.0")});
  user_.must({"build", testdata(kModule).string(), "--platform", "wasi/wasm,wasip1/wasm", "-t", at("app:1.0"),
              "--append", "--push"});
  EXPECT_EQ(taken(at("app:1.0"), "linux/amd64", "app"), sha256_of(context_ / "app-amd64"));
  EXPECT_EQ(taken(at("app:1.0"), "linux/arm64", "app"), sha256_of(context_ / "app-arm64"));
  EXPECT_EQ(taken(at("app:1.0"), "wasi/wasm", "hello.wasm"), hello_digest());
  EXPECT_EQ(taken(at("app:1.0"), "wasip1/wasm", "hello.wasm"), hello_digest());
  for (const std::string platform : {"linux/amd64", "linux/arm64", "wasi/wasm", "wasip1/wasm"}) {
    EXPECT_EQ(explained(at("app:1.0"), platform), user_.must({"digest", at("app:1.0"), "--platform", platform}));
  }
}

// Two jobs of a matrix push by digest, each an index of an image and its attestation; a third the module; a fourth job
// makes one tag of the three.
TEST_F(Buildx, AMatrixOfItsBuildsAndOfOursBecomesOneTag) {
  std::vector<std::string> create = {
      "index", "create", "-t", at("app:1.0"), "--require-platform", "linux/amd64,linux/arm64,wasi/wasm"};
  for (const std::string platform : {"linux/amd64", "linux/arm64"}) {
    const auto metadata = (user_.work() / "metadata.json").string();
    buildkit_.build({"--platform", platform, "--provenance=mode=max", "--metadata-file", metadata, "--output",
                     "type=image,name=" + at("app") + ",push-by-digest=true,name-canonical=true,push=true"},
                    context_);
    create.push_back(json::parse(read_file(metadata)).at("containerimage.digest"));
  }
  user_.must({"build", testdata(kModule).string(), "--iidfile", "digest", "-o",
              "type=image,name=" + at("app") + ",push-by-digest=true,push=true"});
  create.push_back(read_file(user_.work() / "digest"));
  user_.must(create);

  const json index = json::parse(raw(at("app:1.0")));
  std::vector<std::string> platforms;
  for (const json& entry : index.at("manifests")) {
    platforms.push_back(entry.at("platform").at("os").get<std::string>() + "/" +
                        entry.at("platform").at("architecture").get<std::string>());
  }
  EXPECT_THAT(platforms,
              ::testing::ElementsAre("linux/amd64", "linux/arm64", "wasi/wasm", "unknown/unknown", "unknown/unknown"));
  EXPECT_EQ(statements(at("app:1.0"), "Provenance").size(), 2U);
  EXPECT_EQ(taken(at("app:1.0"), "linux/arm64", "app"), sha256_of(context_ / "app-arm64"));
  EXPECT_EQ(taken(at("app:1.0"), "wasi/wasm", "hello.wasm"), hello_digest());
}

// With WASM_OCI_ACCEPT=1 the committed archive becomes what BuildKit makes now (testdata/buildx/README.md).
TEST_F(Buildx, TheCommittedArchiveIsWhatItMakes) {
  const auto made = user_.work() / "app.tar";
  build_for_two_platforms({"--output", "type=oci,dest=" + made.string()});
  const auto committed = testdata("buildx/app.tar");
  if (std::getenv("WASM_OCI_ACCEPT") != nullptr) {  // NOLINT(concurrency-mt-unsafe): no other thread
    std::filesystem::copy_file(made, committed, std::filesystem::copy_options::overwrite_existing);
  }
  // Digests and times differ between two builds; nothing else does.
  const auto shape = [&](const std::filesystem::path& archive) {
    json index = json::parse(raw("oci-archive:" + archive.string()));
    for (json& entry : index.at("manifests")) {
      entry.erase("digest");
      entry.erase("size");
      if (entry.contains("annotations")) {
        entry["annotations"].erase("vnd.docker.reference.digest");
      }
    }
    return index;
  };
  EXPECT_EQ(shape(made), shape(committed));
}

}  // namespace
}  // namespace wasm_oci::testing
