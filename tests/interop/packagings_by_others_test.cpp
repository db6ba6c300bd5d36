// What each packaging is to a real registry and to the programs that are not its readers.
#include "oci/digest.hpp"
#include "tests/interop/peers.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace wasm_oci::testing {
namespace {

using nlohmann::json;

class PackagingsByOthers : public Interop, public ::testing::WithParamInterface<std::string> {};

INSTANTIATE_TEST_SUITE_P(All, PackagingsByOthers, ::testing::Values("image", "artifact", "wasm-layers", "envoy"),
                         [](const auto& one) { return one.param == "wasm-layers" ? "wasmlayers" : one.param; });

TEST_P(PackagingsByOthers, SurvivesARegistryAndSkopeo) {
  const std::string pushed = registry_.host() + "/as/" + GetParam() + ":1.0";
  user_.must({"build", testdata(kModule).string(), "-t", pushed, "--as", GetParam(), "--push"});
  EXPECT_EQ(user_.must({"digest", pushed}), digest_by_skopeo("docker://" + pushed));

  user_.must({"pull", pushed, "-o", "back.wasm"});
  EXPECT_EQ(sha256_of(user_.work() / "back.wasm"), hello_digest());

  const std::string copied = registry_.host() + "/by-skopeo/" + GetParam() + ":1.0";
  user_.must_other({"skopeo", "copy", "--src-tls-verify=false", "--dest-tls-verify=false", "docker://" + pushed,
                    "docker://" + copied});
  EXPECT_EQ(user_.must({"digest", copied}), user_.must({"digest", pushed}));
  const json seen = json::parse(user_.must({"inspect", copied, "--format", "json"}));
  EXPECT_EQ(seen.at("packaging"), GetParam());
  EXPECT_EQ(seen.at("modules").at(0).at("digest"), hello_digest());
}

TEST_P(PackagingsByOthers, IsMadeOfWhatBuildahPushed) {
  const auto folder = user_.root() / "context";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(testdata(kModule), folder / "hello.wasm");
  write_file(folder / "Containerfile", "FROM scratch\nCOPY hello.wasm /hello.wasm\nENTRYPOINT [\"/hello.wasm\"]\n");
  const std::string reference = registry_.host() + "/by/buildah:1.0";
  user_.must_other({"buildah", "build", "--platform", "wasi/wasm", "-t", reference, folder.string()});
  user_.must_other({"buildah", "push", "--tls-verify=false", reference});

  const std::string repackaged = registry_.host() + "/again/" + GetParam() + ":1.0";
  user_.must({"copy", reference, repackaged, "--as", GetParam(), "--lossy"});
  user_.must({"pull", repackaged, "-o", "back.wasm"});
  EXPECT_EQ(sha256_of(user_.work() / "back.wasm"), hello_digest());
}

class ImageOfBuildah : public Interop {
 protected:
  json document(const std::string& reference, const std::string& which) {
    return json::parse(user_.must({"inspect", which, reference}));
  }
};

// What is written differs in what docs/packagings.md says, and in the bytes of the layer.
TEST_F(ImageOfBuildah, SaysWhatOursDoes) {
  const auto folder = user_.root() / "context";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(testdata(kModule), folder / "hello.wasm");
  write_file(folder / "Containerfile", "FROM scratch\nCOPY hello.wasm /hello.wasm\nENTRYPOINT [\"/hello.wasm\"]\n");
  const std::string theirs = registry_.host() + "/by/buildah:1.0";
  user_.must_other({"buildah", "build", "--timestamp", "0", "--platform", "wasi/wasm", "-t", theirs, folder.string()});
  user_.must_other({"buildah", "push", "--tls-verify=false", theirs});
  const std::string ours = registry_.host() + "/by/us:1.0";
  user_.must({"build", testdata(kModule).string(), "-t", ours, "--push"});

  json their_config = document(theirs, "--config");
  json our_config = document(ours, "--config");
  EXPECT_EQ(their_config["created"], our_config["created"]);
  EXPECT_EQ(their_config["config"].erase("Env"), 1U) << "a PATH, which a module has no use for";
  their_config["config"].erase("Labels");  // its own version
  for (json* const config : {&their_config, &our_config}) {
    config->erase("history");
    (*config)["rootfs"].erase("diff_ids");
    (*config)["config"].erase("WorkingDir");
  }
  EXPECT_EQ(our_config, their_config);

  json their_manifest = document(theirs, "--raw");
  json our_manifest = document(ours, "--raw");
  for (json* const manifest : {&their_manifest, &our_manifest}) {
    manifest->erase("annotations");
    for (json* const descriptor : {&manifest->at("config"), &manifest->at("layers").at(0)}) {
      descriptor->erase("digest");
      descriptor->erase("size");
    }
  }
  EXPECT_EQ(our_manifest, their_manifest);
}

class LabelledWrong : public Interop {};

// The usual slip: an image built where the platform was forgotten.
TEST_F(LabelledWrong, AnImageOfBuildahIsMended) {
  const auto folder = user_.root() / "context";
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(testdata(kModule), folder / "hello.wasm");
  write_file(folder / "Containerfile", "FROM scratch\nCOPY hello.wasm /hello.wasm\nENTRYPOINT [\"/hello.wasm\"]\n");
  const std::string wrong = registry_.host() + "/slip:wrong";
  const std::string mended = registry_.host() + "/slip:mended";
  user_.must_other({"buildah", "build", "--platform", "linux/amd64", "-t", wrong, folder.string()});
  user_.must_other({"buildah", "push", "--tls-verify=false", wrong});
  user_.must({"copy", wrong, mended, "--set-platform", "wasi/wasm"});
  const json config =
      json::parse(user_.must_other({"skopeo", "inspect", "--config", "--raw", "--tls-verify=false", "--override-os",
                                    "wasi", "--override-arch", "wasm", "docker://" + mended}));
  EXPECT_EQ(config.at("os"), "wasi");
  EXPECT_EQ(config.at("architecture"), "wasm");
  EXPECT_EQ(config.at("config").at("Entrypoint"), json({"/hello.wasm"}));
}

}  // namespace
}  // namespace wasm_oci::testing
