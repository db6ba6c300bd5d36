#include "oci/image_config.hpp"

#include "oci/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

const std::string kA = "sha256:" + std::string(64, 'a');

std::string error_of(const std::string& text) {
  try {
    parse_image_config(text);
    return "no error";
  } catch (const ContentError& error) {
    return error.message();
  }
}

const std::string kGolden =
    R"({"created":"1970-01-01T00:00:00Z","author":"me","architecture":"wasm","os":"wasi","os.version":"1",)"
    R"("os.features":["f"],"variant":"v","config":{"User":"1000","Env":["A=1","B="],"Entrypoint":["/app.wasm"],)"
    R"("Cmd":["--help"],"WorkingDir":"/","Labels":{"a":"b"}},"rootfs":{"type":"layers","diff_ids":[")" +
    kA +
    R"("]},"history":[{"created":"1970-01-01T00:00:00Z","created_by":"COPY app.wasm /app.wasm","comment":"c"},)"
    R"({"created_by":"ENTRYPOINT","empty_layer":true}]})";

TEST(ImageConfig, EveryFieldIsReadAndWrittenInOrder) {
  const ImageConfig config = parse_image_config(kGolden);
  EXPECT_EQ(config.created, "1970-01-01T00:00:00Z");
  EXPECT_EQ(config.platform,
            (Platform{.os = "wasi", .architecture = "wasm", .variant = "v", .os_version = "1", .os_features = {"f"}}));
  EXPECT_EQ(config.user, "1000");
  EXPECT_THAT(config.env, testing::ElementsAre("A=1", "B="));
  EXPECT_THAT(config.entrypoint, testing::ElementsAre("/app.wasm"));
  EXPECT_EQ(config.diff_ids.at(0).str(), kA);
  EXPECT_EQ(config.history.at(1), (HistoryEntry{.created_by = "ENTRYPOINT", .empty_layer = true}));
  EXPECT_EQ(serialize(config), kGolden);
}

TEST(ImageConfig, WritesTheRequiredFieldsAlways) {
  EXPECT_EQ(serialize(ImageConfig{.platform = {.os = "wasi", .architecture = "wasm"}}),
            R"({"architecture":"wasm","os":"wasi","rootfs":{"type":"layers","diff_ids":[]}})");
}

TEST(ImageConfig, ReadsWhatDockerWrites) {
  const ImageConfig config = parse_image_config(
      R"({"architecture":"wasm","config":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,"Tty":false,)"
      R"("ExposedPorts":{"80/tcp":{}},"Env":null,"Cmd":null,"Image":"sha256:1","Volumes":null,"WorkingDir":"/",)"
      R"("Entrypoint":["/x.wasm"],"OnBuild":null,"Labels":null},"container":"abc","container_config":{"Env":[]},)"
      R"("created":"2023-01-02T03:04:05.678Z","docker_version":"20.10","history":[{"created":"x","author":"y"}],)"
      R"("os":"wasi","rootfs":{"type":"layers","diff_ids":[")" +
      kA + R"("]},"moby.buildkit.cache.v0":"AA=="})");
  EXPECT_TRUE(config.env.empty());
  EXPECT_THAT(config.entrypoint, testing::ElementsAre("/x.wasm"));
  EXPECT_EQ(config.platform.os, "wasi");
  EXPECT_EQ(config.history.size(), 1U);
}

TEST(ImageConfig, ReadsConfigsOfArtifacts) {
  EXPECT_EQ(parse_image_config("{}"), ImageConfig{});
  const ImageConfig config = parse_image_config(
      R"({"created":"2026-08-19T12:00:00.123456789Z","author":null,"architecture":"wasm","os":"wasip2","layerDigests":[")" +
      kA + R"("],"component":{"exports":["wasi:cli/run@0.2.6"],"imports":[],"target":null}})");
  EXPECT_EQ(config.platform.os, "wasip2");
  EXPECT_TRUE(config.diff_ids.empty());
  EXPECT_TRUE(parse_image_config(R"({"rootfs":null,"history":null,"config":null})").diff_ids.empty());
}

// Docker's classic engine alone takes a string for a list of one; containerd and podman refuse such an image.
TEST(ImageConfig, AnEntrypointInShellFormIsRefused) {
  EXPECT_EQ(error_of(R"({"config":{"Entrypoint":"/app.wasm"}})"),
            "config.Entrypoint: expected an array, found a string");
}

TEST(ImageConfig, WrongFieldsAreNamedWithTheirPath) {
  EXPECT_EQ(error_of(R"({"os":1})"), "os: expected a string, found an integer");
  EXPECT_EQ(error_of(R"({"config":[]})"), "config: expected an object, found an array");
  EXPECT_EQ(error_of(R"({"config":{"Env":[1]}})"), "config.Env[0]: expected a string, found an integer");
  EXPECT_EQ(error_of(R"({"rootfs":{"diff_ids":["x"]}})"), "rootfs.diff_ids[0]: not a sha256 or sha512 digest");
  EXPECT_EQ(error_of(R"({"history":[{"empty_layer":"no"}]})"),
            "history[0].empty_layer: expected a boolean, found a string");
}

TEST(ImageConfig, AmbiguousKeysAreRefused) {
  EXPECT_EQ(error_of(R"({"OS":"linux"})"), "OS: other readers take this key for \"os\"");
  EXPECT_EQ(error_of(R"({"config":{"entrypoint":[]}})"),
            "config.entrypoint: other readers take this key for \"Entrypoint\"");
  EXPECT_EQ(error_of(R"({"rootfs":{"Diff_ids":[]}})"), "rootfs.Diff_ids: other readers take this key for \"diff_ids\"");
  EXPECT_EQ(error_of(R"({"history":[{"Comment":""}]})"),
            "history[0].Comment: other readers take this key for \"comment\"");
  EXPECT_EQ(error_of(R"({"config":{"Cmd":[],"Cmd":[]}})"), "config.Cmd: the key is there twice");
}

TEST(ImageConfig, TellsWhatACommandStarts) {
  const auto path = [](std::string_view word, std::string_view workdir) { return start_of(word, workdir).path; };
  EXPECT_EQ(path("/a/./b/../app.wasm", "/work"), "a/app.wasm");
  EXPECT_EQ(path("app.wasm", ""), "app.wasm");
  EXPECT_EQ(path("app.wasm", "/work/"), "work/app.wasm");
  EXPECT_EQ(path("../../app.wasm", "work"), "app.wasm");
  EXPECT_EQ(path("", "/work"), "work/");
  EXPECT_EQ(start_of("/app.wasm#f#g", "/").path, "app.wasm");
  EXPECT_EQ(start_of("/app.wasm#f#g", "/").function, "f#g");
}

}  // namespace
}  // namespace wasm_oci
