// Archives load on both sides, under the name that they were given.
#include "oci/digest.hpp"
#include "tests/interop/peers.hpp"

#include <gmock/gmock.h>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kFullName = "docker.io/me/hello:1.0";

class Archives : public Interop, public ::testing::WithParamInterface<const char*> {
 protected:
  // "oci-archive" or "docker-archive"
  std::string kind() const { return GetParam(); }
  std::filesystem::path build() {
    auto file = user_.root() / "image.tar";
    user_.must({"build", testdata(kModule).string(), "-t", "me/hello:1.0", "-o", kind() + ":" + file.string()});
    return file;
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, Archives, ::testing::Values("oci-archive", "docker-archive"),
                         [](const auto& kind) { return std::string(kind.param).substr(0, 3); });

TEST_P(Archives, PodmanLoadsThemUnderTheirName) {
  EXPECT_THAT(user_.must_other({"podman", "load", "-i", build().string()}), HasSubstr(kFullName));
  EXPECT_EQ(user_.must_other({"podman", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", kFullName}),
            "wasi/wasm");
}

TEST_P(Archives, ContainerdImportsThemUnderTheirName) {
  const auto file = build();
  const TempDir folder;
  const Containerd containerd(folder.path());
  containerd.ctr({"images", "import", "--snapshotter", "native", "--platform", "wasi/wasm", file.string()});
  EXPECT_THAT(containerd.ctr({"images", "list", "-q"}), HasSubstr(kFullName));
  EXPECT_EQ(containerd.file_of(kFullName, "hello.wasm"), hello_digest());
}

TEST_P(Archives, SkopeoReadsThem) {
  const auto file = build();
  const std::string layout = (user_.root() / "layout").string();
  user_.must_other({"skopeo", "copy", kind() + ":" + file.string(), "oci:" + layout + ":1.0"});
  EXPECT_EQ(module_by_umoci(layout, "1.0"), hello_digest());
}

TEST_P(Archives, ThoseOfSkopeoAreRead) {
  const std::string layout = "oci:" + (user_.root() / "layout").string() + ":1.0";
  user_.must({"build", testdata(kModule).string(), "-o", layout});
  const std::string archive = kind() + ":" + (user_.root() / "by-skopeo.tar").string();
  user_.must_other({"skopeo", "copy", layout, archive + ":docker.io/me/hello:1.0"});
  const auto module = user_.root() / "back.wasm";
  user_.must({"pull", archive, "-o", module.string()});
  EXPECT_EQ(sha256_of(module), hello_digest());
  // An OCI archive holds the manifest itself; Docker's own format does not.
  if (kind() == "oci-archive") {
    EXPECT_EQ(user_.must({"digest", archive}), user_.must({"digest", layout}));
  }
}

TEST_P(Archives, ThoseOfPodmanAreReadFromStandardInput) {
  const std::string reference = push_hello();
  user_.must_other({"podman", "pull", "--tls-verify=false", "--platform", "wasi/wasm", reference});
  const auto file = user_.root() / "by-podman.tar";
  user_.must_other({"podman", "save", "--format", kind(), "-o", file.string(), reference});
  const Outcome outcome = user_({"pull", kind() + ":-", "-o", "-"}, read_file(file));
  EXPECT_TRUE(outcome.ok()) << outcome.err;
  EXPECT_EQ(digest_of(outcome.out).str(), hello_digest());
}

TEST_P(Archives, AreTheSameOnStandardOutput) {
  const auto file = build();
  const Outcome outcome = user_({"build", testdata(kModule).string(), "-t", "me/hello:1.0", "-o", kind() + ":-"});
  EXPECT_TRUE(outcome.ok()) << outcome.err;
  EXPECT_EQ(digest_of(outcome.out).str(), sha256_of(file));
}

}  // namespace
}  // namespace wasm_oci::testing
