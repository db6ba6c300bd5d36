// What wasm-oci pushed, each client pulls for wasi/wasm, byte for byte.
#include "tests/interop/peers.hpp"

#include <gmock/gmock.h>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;

class PullByOthers : public Interop {
 protected:
  // An index that buildah makes of images for OS/wasm, each of which is REPOSITORY:OS.
  std::string push_index(const std::vector<std::string>& systems) {
    const std::string repository = registry_.host() + "/me/many";
    user_.must_other({"buildah", "manifest", "create", "many"});
    for (const std::string& os : systems) {
      std::string reference = repository;
      reference.append(":").append(os);
      user_.must({"build", testdata(kModule).string(), "-t", reference, "--platform", os + "/wasm", "--push"});
      user_.must_other({"buildah", "manifest", "add", "--tls-verify=false", "many", "docker://" + reference});
    }
    const std::string index = repository + ":1.0";
    user_.must_other({"buildah", "manifest", "push", "--all", "--tls-verify=false", "many", "docker://" + index});
    return index;
  }
};

TEST_F(PullByOthers, SkopeoKeepsTheDigestAndUmociUnpacksIt) {
  const std::string reference = push_hello();
  const std::string layout = (user_.root() / "by-skopeo").string();
  user_.must_other({"skopeo", "copy", "--override-os", "wasi", "--override-arch", "wasm", "--src-tls-verify=false",
                    "docker://" + reference, "oci:" + layout + ":1.0"});
  EXPECT_EQ(digest_by_skopeo("oci:" + layout + ":1.0"), user_.must({"digest", reference}));
  EXPECT_EQ(module_by_umoci(layout, "1.0"), hello_digest());
}

TEST_F(PullByOthers, PodmanPullsItForItsPlatform) {
  const std::string reference = push_hello();
  user_.must_other({"podman", "pull", "--tls-verify=false", "--platform", "wasi/wasm", reference});
  EXPECT_EQ(user_.must_other({"podman", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", reference}),
            "wasi/wasm");
  const auto archive = user_.root() / "by-podman.tar";
  user_.must_other({"podman", "save", "--format", "docker-archive", "-o", archive.string(), reference});
  EXPECT_EQ(module_in_docker_archive(archive), hello_digest());
}

TEST_F(PullByOthers, BuildahPullsItForItsPlatform) {
  const std::string reference = push_hello();
  user_.must_other({"buildah", "pull", "--tls-verify=false", "--platform", "wasi/wasm", reference});
  const std::string layout = (user_.root() / "by-buildah").string();
  user_.must_other({"buildah", "push", reference, "oci:" + layout + ":1.0"});
  EXPECT_EQ(module_by_umoci(layout, "1.0"), hello_digest());
}

TEST_F(PullByOthers, ContainerdPullsAndUnpacksItForItsPlatform) {
  const std::string reference = push_hello();
  const TempDir folder;
  const Containerd containerd(folder.path());
  containerd.ctr({"images", "pull", "--plain-http", "--snapshotter", "native", "--platform", "wasi/wasm", reference});
  EXPECT_EQ(containerd.file_of(reference, "hello.wasm"), hello_digest());
}

TEST_F(PullByOthers, EachPlatformOfAnIndexIsFoundByItsName) {
  const std::string index = push_index({"wasi", "wasip1"});
  for (const std::string os : {"wasi", "wasip1"}) {
    const std::string layout = (user_.root() / os).string();
    user_.must_other({"skopeo", "copy", "--override-os", os, "--override-arch", "wasm", "--src-tls-verify=false",
                      "docker://" + index, "oci:" + layout + ":1.0"});
    EXPECT_EQ(module_by_umoci(layout, "1.0"), hello_digest());
    const std::string digest = user_.must({"digest", index, "--platform", os + "/wasm"});
    EXPECT_EQ(digest_by_skopeo("oci:" + layout + ":1.0"), digest);
    EXPECT_EQ(digest, user_.must({"digest", registry_.host() + "/me/many:" + os}));
  }
}

TEST_F(PullByOthers, SkopeoCopiesAFilteredIndexWhole) {
  const std::string index = push_index({"wasi", "linux", "wasip1"});
  const std::string some = registry_.host() + "/me/some:1.0";  // another repository, so that blobs are mounted
  user_.must({"copy", index, some, "--platform", "wasip1/wasm,wasi/wasm"});
  EXPECT_EQ(digest_by_skopeo("docker://" + some), user_.must({"digest", some}));
  const std::string layout = (user_.root() / "by-skopeo").string();
  user_.must_other({"skopeo", "copy", "--all", "--src-tls-verify=false", "docker://" + some, "oci:" + layout + ":1.0"});
  EXPECT_EQ(user_.must({"digest", "oci:" + layout + ":1.0"}), user_.must({"digest", some}));
  for (const std::string os : {"wasi", "wasip1"}) {
    EXPECT_EQ(user_.must({"digest", "oci:" + layout + ":1.0", "--platform", os + "/wasm"}),
              user_.must({"digest", index, "--platform", os + "/wasm"}));
  }
  EXPECT_EQ(user_({"digest", some, "--platform", "linux/wasm"}).exit_code, 4);
}

TEST_F(PullByOthers, OciImageToolFindsNoFaultInTheLayout) {
  const std::string layout = (user_.root() / "layout").string();
  user_.must({"build", testdata(kComponent).string(), "-o", "oci:" + layout + ":1.0"});
  EXPECT_THAT(user_.must_other({"oci-image-tool", "validate", "--type", "image", "--ref", "name=1.0", layout}),
              HasSubstr("Validation succeeded"));
}

TEST_F(PullByOthers, TheModuleStillRunsAfterTheTrip) {
  const std::string reference = push_hello();
  const auto module = user_.root() / "back.wasm";
  user_.must({"pull", reference, "-o", module.string()});
  EXPECT_EQ(run_module(module, {"one"}), "hello from wasm, world\nargument 1: one");
}

}  // namespace
}  // namespace wasm_oci::testing
