// What other programs pushed, wasm-oci pulls and copies with every digest kept.
#include "oci/digest.hpp"
#include "tests/interop/peers.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace wasm_oci::testing {
namespace {

using ::testing::HasSubstr;

class PushByOthers : public Interop {
 protected:
  // The folder of a Containerfile that takes the module, as Docker's documentation writes it.
  std::string context() {
    const auto folder = user_.root() / "context";
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(testdata(kModule), folder / "hello.wasm",
                               std::filesystem::copy_options::overwrite_existing);
    write_file(folder / "Containerfile", "FROM scratch\nCOPY hello.wasm /hello.wasm\nENTRYPOINT [\"/hello.wasm\"]\n");
    return folder.string();
  }

  // Pulls the module, and copies REF to a layout and on to another repository: all with the digest that skopeo sees.
  void expect_kept(const std::string& reference) {
    const std::string digest = digest_by_skopeo("docker://" + reference);
    EXPECT_EQ(user_.must({"digest", reference}), digest);

    const auto module = user_.root() / "pulled.wasm";
    user_.must({"pull", reference, "-o", module.string()});
    EXPECT_EQ(sha256_of(module), hello_digest());
    EXPECT_EQ(run_module(module), "hello from wasm, world");

    const std::string layout = "oci:" + (user_.root() / "copied").string() + ":1.0";
    EXPECT_THAT(user_.must({"copy", reference, layout}), HasSubstr(digest));
    // skopeo finds no images in Docker's format in a layout, so the bytes are what our own program gives.
    EXPECT_EQ(digest_of(user_({"inspect", "--raw", layout}).out).str(), digest);

    const std::string second = registry_.host() + "/another/place:1.0";
    user_.must({"copy", layout, second});
    EXPECT_EQ(digest_by_skopeo("docker://" + second), digest);
    // Nothing is missing: another program finds each blob and child.
    user_.must_other({"skopeo", "copy", "--all", "--src-tls-verify=false", "docker://" + second,
                      "dir:" + (user_.root() / "checked").string()});
  }
};

TEST_F(PushByOthers, AnImageOfBuildah) {
  const std::string reference = registry_.host() + "/by/buildah:1.0";
  user_.must_other({"buildah", "build", "--platform", "wasi/wasm", "-t", reference, context()});
  user_.must_other({"buildah", "push", "--tls-verify=false", reference});
  expect_kept(reference);
}

TEST_F(PushByOthers, AnImageOfPodmanInDockersFormat) {
  const std::string reference = registry_.host() + "/by/podman:1.0";
  user_.must_other({"podman", "build", "--format", "docker", "--platform", "wasi/wasm", "-t", reference, context()});
  user_.must_other({"podman", "push", "--tls-verify=false", reference});
  expect_kept(reference);
}

TEST_F(PushByOthers, AnIndexOfBuildah) {
  const std::string reference = registry_.host() + "/by/index:1.0";
  user_.must_other({"buildah", "build", "--platform", "wasi/wasm,linux/amd64", "--manifest", reference, context()});
  user_.must_other({"buildah", "manifest", "push", "--all", "--tls-verify=false", reference, "docker://" + reference});
  expect_kept(reference);
}

// umoci leaves out the blocks that end a tar.
TEST_F(PushByOthers, AnImageOfUmociSentBySkopeo) {
  const std::string reference = registry_.host() + "/by/umoci:1.0";
  const std::string layout = (user_.root() / "umoci").string();
  user_.must_other({"umoci", "init", "--layout", layout});
  user_.must_other({"umoci", "new", "--image", layout + ":1.0"});
  user_.must_other(
      {"umoci", "insert", "--rootless", "--image", layout + ":1.0", testdata(kModule).string(), "/hello.wasm"});
  user_.must_other({"umoci", "config", "--image", layout + ":1.0", "--os", "wasi", "--architecture", "wasm",
                    "--config.entrypoint", "/hello.wasm"});
  user_.must_other({"skopeo", "copy", "--dest-tls-verify=false", "oci:" + layout + ":1.0", "docker://" + reference});
  expect_kept(reference);
}

}  // namespace
}  // namespace wasm_oci::testing
