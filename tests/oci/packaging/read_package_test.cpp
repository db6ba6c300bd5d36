#include "oci/packaging/read_package.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"
#include "tests/support/tar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using testing::component;
using testing::core_module;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tar;
using testing::PackageInput;
using testing::TarMember;

using Files = std::vector<TarMember>;

const std::string kModule = core_module({"_start"});

// How an image differs from the usual one of others.
struct Foreign {
  std::string execution = "{}";  // the config's member "config"
  std::string platform = R"("architecture":"wasm","os":"wasi")";
  std::string created = R"("2024-05-06T07:08:09Z")";
  std::string history = "[]";
  bool diff_ids = true;
  Annotations annotations = {};
  std::string_view config_type = media_type::kOciConfig;
  std::string_view layer_type = media_type::kOciLayer;
};

// An image as others write it, with one layer for each of `layers`.
Manifest image(MemoryStore& store, const std::vector<Files>& layers, const Foreign& foreign) {
  Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                    .config = describe(foreign.config_type, ""),
                    .annotations = foreign.annotations};
  std::string diff_ids;
  for (const Files& files : layers) {
    const std::string tar = make_tar(files);
    manifest.layers.push_back(store.add(foreign.layer_type, tar));
    if (foreign.diff_ids) {
      diff_ids += (diff_ids.empty() ? "\"" : ",\"") + digest_of(tar).str() + "\"";
    }
  }
  manifest.config =
      store.add(foreign.config_type, "{" + foreign.platform + R"(,"created":)" + foreign.created + R"(,"config":)" +
                                         foreign.execution + R"(,"history":)" + foreign.history +
                                         R"(,"rootfs":{"type":"layers","diff_ids":[)" + diff_ids + "]}}");
  return manifest;
}

ReadPackage read(const std::vector<Files>& layers, const Foreign& foreign = {}) {
  MemoryStore store;
  return read_package(store, image(store, layers, foreign));
}

// An image of /app.wasm with this config.
ReadPackage read_config(const std::string& execution) {
  return read({{{"app.wasm", kModule}}}, {.execution = execution});
}

// A manifest of one module as its layer.
Manifest raw(MemoryStore& store, std::string_view config_type, const std::string& config, std::string_view layer_type,
             const Annotations& layer_annotations = {}, const std::string& module = kModule) {
  Manifest manifest{.media_type = std::string(media_type::kOciManifest), .config = store.add(config_type, config)};
  manifest.layers = {store.add(layer_type, module)};
  manifest.layers.front().annotations = layer_annotations;
  return manifest;
}

template <class E>
std::string message_of(MemoryStore& store, const Manifest& manifest) {
  try {
    read_package(store, manifest);
  } catch (const E& error) {
    return error.message();
  }
  return "no error";
}

// ---- What this program wrote ----

PackageInput input_with_everything(MemoryStore& store) {
  PackageInput input(kModule);
  std::vector<LayerFile> files;
  files.push_back({.path = "data.txt", .size = 4, .content = std::make_unique<StringSource>("text")});
  input.package.created = "2024-05-06T07:08:09Z";
  input.package.entrypoint = {"/bin/app.wasm#f", "--flag"};
  input.package.cmd = {"one", "two"};
  input.package.env = {"A=1"};
  input.package.labels = {{"label", "1"}};
  input.package.workdir = "/data";
  input.package.user = "1000:1000";
  input.package.annotations = {{"org.opencontainers.image.title", "app.wasm"}, {"a", "1"}};
  input.package.files = {{.layer = write_layer(store, std::move(files)), .created_by = "ADD /data.txt"}};
  return input;
}

ReadPackage pack_and_read(const PackageInput& input, Packaging packaging, MemoryStore& store) {
  return read_package(store, parse_manifest(input.pack(packaging, store).manifest_bytes));
}

TEST(ReadPackage, AnImageSaysAllThatWasPacked) {
  MemoryStore store;
  const PackageInput input = input_with_everything(store);
  const ReadPackage read = pack_and_read(input, Packaging::image, store);
  EXPECT_EQ(read.packaging, Packaging::image);
  EXPECT_EQ(read.package.title, "app.wasm");
  EXPECT_EQ(read.package.created, input.package.created);
  EXPECT_EQ(read.package.entrypoint, input.package.entrypoint);
  EXPECT_EQ(read.package.cmd, input.package.cmd);
  EXPECT_EQ(read.package.env, input.package.env);
  EXPECT_EQ(read.package.labels, input.package.labels);
  EXPECT_EQ(read.package.workdir, "/data");
  EXPECT_EQ(read.package.user, "1000:1000");
  EXPECT_EQ(read.package.annotations, input.package.annotations);
  ASSERT_EQ(read.package.files.size(), 1U);
  EXPECT_EQ(read.package.files[0].layer.descriptor, input.package.files[0].layer.descriptor);
  EXPECT_EQ(read.package.files[0].layer.diff_id, input.package.files[0].layer.diff_id);
  EXPECT_EQ(read.package.files[0].created_by, "ADD /data.txt");
  EXPECT_EQ(read.platform, parse_platform("wasi/wasm"));
  EXPECT_EQ(read.module.digest, digest_of(kModule));
  EXPECT_EQ(read.description, input.description());
  EXPECT_THAT(read.beyond, IsEmpty());
}

TEST(ReadPackage, WasmLayersSayAllButFiles) {
  MemoryStore store;
  PackageInput input = input_with_everything(store);
  input.package.title = "hello.wasm";
  const ReadPackage read = pack_and_read(input, Packaging::wasm_layers, store);
  EXPECT_EQ(read.packaging, Packaging::wasm_layers);
  EXPECT_EQ(read.package.title, "hello.wasm");
  EXPECT_EQ(read.package.created, input.package.created);
  EXPECT_EQ(read.package.entrypoint, input.package.entrypoint);
  EXPECT_EQ(read.package.cmd, input.package.cmd);
  EXPECT_EQ(read.package.env, input.package.env);
  EXPECT_EQ(read.package.labels, input.package.labels) << "without runwasi's own";
  EXPECT_EQ(read.package.workdir, "/data");
  EXPECT_EQ(read.package.user, "1000:1000");
  EXPECT_EQ(read.package.annotations, input.package.annotations);
  EXPECT_THAT(read.package.files, IsEmpty());
  EXPECT_EQ(read.platform, parse_platform("wasi/wasm"));
  EXPECT_THAT(read.beyond, IsEmpty());
}

TEST(ReadPackage, AnImageForEnvoySaysLabelsAndFiles) {
  MemoryStore store;
  const PackageInput input = input_with_everything(store);
  const ReadPackage read = pack_and_read(input, Packaging::envoy, store);
  EXPECT_EQ(read.packaging, Packaging::envoy);
  EXPECT_EQ(read.package.title, "app.wasm");
  EXPECT_THAT(read.package.entrypoint, IsEmpty());
  EXPECT_EQ(read.package.labels, input.package.labels);
  EXPECT_EQ(read.package.annotations, input.package.annotations) << "without Solo's own";
  EXPECT_EQ(read.package.files.size(), 1U);
  EXPECT_EQ(read.module.path, "plugin.wasm");
  EXPECT_THAT(read.beyond, IsEmpty());
}

TEST(ReadPackage, AnArtifactSaysItsNameTimeAndAnnotations) {
  MemoryStore store;
  const PackageInput input = input_with_everything(store);
  const ReadPackage read = pack_and_read(input, Packaging::artifact, store);
  EXPECT_EQ(read.packaging, Packaging::artifact);
  EXPECT_EQ(read.package.title, "app.wasm");
  EXPECT_EQ(read.package.created, input.package.created);
  EXPECT_EQ(read.package.annotations, input.package.annotations);
  EXPECT_EQ(read.platform, std::nullopt) << "it follows from the module";
  EXPECT_THAT(parts_without_place(read.package, Packaging::artifact), IsEmpty());
  EXPECT_THAT(read.beyond, IsEmpty());
}

// ---- Images of others ----

// FROM scratch, COPY hello.wasm /, ENTRYPOINT ["/hello.wasm"] with buildx and docker's own media types.
TEST(ReadPackage, ReadsWhatBuildxWrites) {
  const ReadPackage package = read(
      {{{"hello.wasm", kModule}}},
      {.execution =
           R"({"Env":["PATH=/usr/local/sbin:/usr/local/bin"],"Entrypoint":["/hello.wasm"],"WorkingDir":"/","Cmd":null})",
       .created = R"("2026-08-19T12:00:00.123456789Z")",
       .history =
           R"([{"created_by":"COPY hello.wasm /hello.wasm # buildkit"},{"created_by":"ENTRYPOINT","empty_layer":true}])",
       .config_type = media_type::kDockerConfig,
       .layer_type = media_type::kDockerLayer});
  EXPECT_EQ(package.packaging, Packaging::image);
  EXPECT_EQ(package.package.title, "hello.wasm");
  EXPECT_EQ(package.package.created, "2026-08-19T12:00:00.123456789Z");
  EXPECT_THAT(package.package.entrypoint, ElementsAre("/hello.wasm"));
  EXPECT_THAT(package.package.env, ElementsAre("PATH=/usr/local/sbin:/usr/local/bin"));
  EXPECT_EQ(package.package.workdir, "/");
  EXPECT_EQ(package.platform, parse_platform("wasi/wasm"));
  EXPECT_THAT(package.beyond, IsEmpty());
}

TEST(ReadPackage, TheCommandMayBeInCmdAlone) {
  const ReadPackage package = read_config(R"({"Cmd":["/app.wasm#f","--fast"]})");
  EXPECT_EQ(package.packaging, Packaging::image);
  EXPECT_THAT(package.package.entrypoint, ElementsAre("/app.wasm#f"));
  EXPECT_THAT(package.package.cmd, ElementsAre("--fast"));
}

// For Windows alone, and yet BuildKit writes it with every CMD.
TEST(ReadPackage, ArgsEscapedSaysNothing) {
  EXPECT_THAT(read_config(R"({"Cmd":["/app.wasm"],"ArgsEscaped":true})").beyond, IsEmpty());
}

TEST(ReadPackage, AnImageWithoutCommandStartsItsOnlyModule) {
  EXPECT_THAT(read({{{"opt/app.wasm", kModule}}}).package.entrypoint, ElementsAre("/opt/app.wasm"));
}

TEST(ReadPackage, ARelativeEntrypointBecomesThePathOfTheModule) {
  const Files files = {{"srv/app.wasm", kModule}, {"app.wasm", component()}};
  for (const std::string word : {"app.wasm", "./app.wasm", "../srv/app.wasm", "/srv/app.wasm", "/x/../srv/app.wasm"}) {
    const ReadPackage package =
        read({files}, {.execution = R"({"WorkingDir":"/srv","Entrypoint":[")" + word + R"(#f","x"]})"});
    EXPECT_THAT(package.package.entrypoint, ElementsAre("/srv/app.wasm#f", "x")) << word;
    EXPECT_EQ(package.module.kind, WasmKind::core_module) << word;
    EXPECT_EQ(package.package.workdir, "/srv");
  }
}

// Runtimes look for a bare name in PATH.
TEST(ReadPackage, ABareNameIsTheModuleOfThatNameWhereverItLies) {
  const ReadPackage package =
      read({{{"bin/app.wasm", kModule}}}, {.execution = R"({"WorkingDir":"/srv","Entrypoint":["app.wasm#f","x"]})"});
  EXPECT_THAT(package.package.entrypoint, ElementsAre("/bin/app.wasm#f", "x"));
  EXPECT_THAT(package.beyond, IsEmpty());
}

// A native program that runs the module, or has it beside it: to start the module instead is something else.
TEST(ReadPackage, ACommandThatIsNotTheModuleIsBeyond) {
  const ReadPackage package = read_config(R"({"Entrypoint":["/bin/wasmtime","run"],"Cmd":["/app.wasm"]})");
  EXPECT_THAT(package.package.entrypoint, ElementsAre("/app.wasm"));
  EXPECT_THAT(package.package.cmd, IsEmpty());
  EXPECT_THAT(package.beyond, ElementsAre("the command (/bin/wasmtime …), which is not the module"));
  EXPECT_THAT(read_config(R"({"Cmd":["/bin/sh","-c","/app.wasm"]})").beyond,
              ElementsAre("the command (/bin/sh …), which is not the module"));
}

TEST(ReadPackage, OfSeveralModulesTheOneThatIsStartedCounts) {
  const std::vector<Files> layers = {{{"a.wasm", kModule}}, {{"b.wasm", component()}}};
  const ReadPackage package = read(layers, {.execution = R"({"Entrypoint":["/b.wasm"]})"});
  EXPECT_EQ(package.module.path, "b.wasm");
  EXPECT_EQ(package.package.title, "b.wasm");
  EXPECT_EQ(package.package.files.size(), 1U) << "the other one is a file";

  MemoryStore store;
  EXPECT_EQ(message_of<UsageError>(store, image(store, layers, {})), "several modules: /a.wasm, /b.wasm");
  EXPECT_EQ(message_of<UsageError>(store, image(store, layers, {.execution = R"({"Entrypoint":["/c.wasm"]})"})),
            "several modules: /a.wasm, /b.wasm");
}

TEST(ReadPackage, FilesInTheModulesLayerAreBeyond) {
  EXPECT_THAT(read({{{"app.wasm", kModule}, {"etc/passwd", "root"}}}).beyond,
              ElementsAre("/etc/passwd in the module's layer"));
  const ReadPackage package = read({{{"app.wasm", kModule}, {"b", "", "app.wasm"}, {"c", "text"}, {"d", component()}}},
                                   {.execution = R"({"Entrypoint":["/app.wasm"]})"});
  EXPECT_THAT(package.beyond, ElementsAre("/b and 2 more files in the module's layer"));
  EXPECT_THAT(package.package.files, IsEmpty());
}

TEST(ReadPackage, OtherLayersAreFilesOfOcisTypes) {
  MemoryStore store;
  const Manifest manifest = image(store, {{{"etc/a", "text"}}, {{"app.wasm", kModule}}, {{"etc/b", "text"}}},
                                  {.history = R"([{"created_by":"first"},{"created_by":"ENV","empty_layer":true},)"
                                              R"({"created_by":"second"},{"created_by":"third"}])",
                                   .config_type = media_type::kDockerConfig,
                                   .layer_type = media_type::kDockerLayer});
  const std::vector<ImageLayer> files = read_package(store, manifest).package.files;
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].layer.descriptor.media_type, media_type::kOciLayer);
  EXPECT_EQ(files[0].layer.descriptor.digest, manifest.layers[0].digest);
  EXPECT_EQ(files[0].layer.diff_id, manifest.layers[0].digest) << "it is not compressed";
  EXPECT_EQ(files[0].created_by, "first");
  EXPECT_EQ(files[1].layer.descriptor.digest, manifest.layers[2].digest);
  EXPECT_EQ(files[1].created_by, "third");
}

TEST(ReadPackage, AHistoryOfOtherLayersSaysNothing) {
  const ReadPackage package =
      read({{{"etc/a", "text"}}, {{"app.wasm", kModule}}}, {.history = R"([{"created_by":"only one"}])"});
  ASSERT_EQ(package.package.files.size(), 1U);
  EXPECT_EQ(package.package.files[0].created_by, "");
}

TEST(ReadPackage, LayersOfAConfigWithoutDiffIdsAreBeyond) {
  MemoryStore store;
  const Manifest manifest = image(store, {{{"etc/a", "text"}}, {{"app.wasm", kModule}}}, {.diff_ids = false});
  const ReadPackage package = read_package(store, manifest);
  EXPECT_THAT(package.package.files, IsEmpty());
  EXPECT_THAT(package.beyond,
              ElementsAre("layer " + manifest.layers[0].digest.str() + " (application/vnd.oci.image.layer.v1.tar)"));
}

TEST(ReadPackage, WhatAConfigSaysThatIsUnknownIsBeyond) {
  EXPECT_THAT(read_config(R"({"ExposedPorts":{"80/tcp":{}},"StopSignal":"SIGTERM","Volumes":{"/v":{}},)"
                          R"("Healthcheck":{"Test":["CMD"]},"StopTimeout":10})")
                  .beyond,
              ElementsAre("config.ExposedPorts", "config.StopSignal", "config.Volumes", "config.Healthcheck",
                          "config.StopTimeout"));
}

// As docker's classic builder fills it.
TEST(ReadPackage, WhatSaysNothingIsNotBeyond) {
  EXPECT_THAT(read_config(R"({"Hostname":"","Domainname":"","User":"","AttachStdin":false,"Tty":false,"Env":null,)"
                          R"("Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":["/app.wasm"],)"
                          R"("OnBuild":[],"ExposedPorts":{},"Labels":{}})")
                  .beyond,
              IsEmpty());
  EXPECT_THAT(read_config("null").beyond, IsEmpty());
}

TEST(ReadPackage, AuthorAndSubjectAreBeyond) {
  MemoryStore store;
  Manifest manifest = image(store, {{{"app.wasm", kModule}}}, {.created = R"("","author":"me")"});
  manifest.subject = describe(media_type::kOciManifest, "subject");
  EXPECT_THAT(read_package(store, manifest).beyond, ElementsAre("author", "the subject that it refers to"));
}

TEST(ReadPackage, OnlyAPlatformOfWasmSaysSomething) {
  const auto platform_of = [](const std::string& platform) {
    return read({{{"app.wasm", kModule}}}, {.platform = platform}).platform;
  };
  EXPECT_EQ(platform_of(R"("architecture":"amd64","os":"linux")"), std::nullopt);
  EXPECT_EQ(platform_of(R"("architecture":"","os":"")"), std::nullopt);
  EXPECT_EQ(platform_of(R"("architecture":"wasm32","os":"wasi")"), parse_platform("wasi/wasm32"));
  EXPECT_EQ(platform_of(R"("architecture":"wasm","os":"wasip2","variant":"v1")"), parse_platform("wasip2/wasm/v1"));
}

TEST(ReadPackage, OnlyATimeCountsAsOne) {
  const auto created_of = [](const std::string& created) {
    return read({{{"app.wasm", kModule}}}, {.created = created}).package.created;
  };
  EXPECT_EQ(created_of(R"("2024-05-06T07:08:09+02:00")"), "2024-05-06T07:08:09+02:00");
  for (const std::string created :
       {"null", R"("")", R"("yesterday")", R"("1700000000")", R"("2024-02-30T00:00:00Z")"}) {
    EXPECT_EQ(created_of(created), "1970-01-01T00:00:00Z") << created;
  }
}

TEST(ReadPackage, TheTitleOfAnImageIsItsNameOrElseThatOfTheModulesFile) {
  const auto title_of = [](const std::string& path, const std::string& title) {
    return read({{{path, kModule}}}, {.annotations = {{"org.opencontainers.image.title", title}}}).package.title;
  };
  EXPECT_EQ(title_of("bin/main.wasm", "app.wasm"), "app.wasm");
  EXPECT_EQ(title_of("bin/main.wasm", "My App"), "main.wasm");
  EXPECT_EQ(title_of("bin/main.wasm", "app"), "main.wasm");
  EXPECT_EQ(title_of("a\nb", "app"), "app");
  EXPECT_EQ(title_of("a\nb", ""), "module.wasm");
}

// ---- Modules as layers ----

// runwasi's oci-tar-builder: a relative entrypoint, no title, names in the manifest's annotations.
TEST(ReadPackage, ReadsWhatOciTarBuilderWrites) {
  MemoryStore store;
  const ReadPackage package =
      read_package(store, raw(store, media_type::kOciConfig,
                              R"({"architecture":"wasm","os":"wasip1","config":{"Entrypoint":["hello.wasm"],)"
                              R"("Labels":{"containerd.runwasi.layers":"00ff","mine":"1"}},)"
                              R"("rootfs":{"type":"layers","diff_ids":[]},"history":[]})",
                              media_type::kWasmComponentLayer));
  EXPECT_EQ(package.packaging, Packaging::wasm_layers);
  EXPECT_EQ(package.package.title, "hello.wasm");
  EXPECT_THAT(package.package.entrypoint, ElementsAre("/hello.wasm"));
  EXPECT_EQ(package.package.labels, (std::map<std::string, std::string>{{"mine", "1"}}));
  EXPECT_EQ(package.package.created, "1970-01-01T00:00:00Z");
  EXPECT_EQ(package.platform, parse_platform("wasip1/wasm"));
  EXPECT_EQ(package.module.digest, digest_of(kModule));
  EXPECT_THAT(package.beyond, IsEmpty());
}

TEST(ReadPackage, AnEntrypointWithoutSlashKeepsItsFunctionAndArguments) {
  MemoryStore store;
  const auto entrypoint_of = [&](const std::string& words) {
    return read_package(store, raw(store, media_type::kOciConfig,
                                   R"({"architecture":"wasm","os":"wasi","config":{"Entrypoint":)" + words + "}}",
                                   media_type::kWasm, {{"org.opencontainers.image.title", "title.wasm"}}))
        .package.entrypoint;
  };
  EXPECT_THAT(entrypoint_of(R"(["app.wasm#f","--flag"])"), ElementsAre("/app.wasm#f", "--flag"));
  EXPECT_THAT(entrypoint_of(R"(["/app.wasm"])"), ElementsAre("/app.wasm"));
  EXPECT_THAT(entrypoint_of(R"(["./app.wasm#f"])"), ElementsAre("/app.wasm#f"));
  EXPECT_THAT(entrypoint_of(R"(["/a/../../b//app.wasm"])"), ElementsAre("/b/app.wasm"));
  EXPECT_THAT(entrypoint_of("[]"), IsEmpty());
}

// wkg 0.16: null for what is not known, the file's name on the layer.
TEST(ReadPackage, ReadsWhatWkgWrites) {
  MemoryStore store;
  Manifest manifest =
      raw(store, media_type::kWasmConfig,
          R"({"created":"2026-08-19T12:00:00.123456789Z","author":null,"architecture":"wasm","os":"wasip2",)"
          R"("layerDigests":[")" +
              digest_of(component()).str() +
              R"("],"component":{"exports":["wasi:cli/run@0.2.6"],"imports":[],"target":null}})",
          media_type::kWasm, {{"org.opencontainers.image.title", "hello.wasm"}}, component());
  manifest.annotations = {{"org.opencontainers.image.version", "1.0.0"}};
  const ReadPackage package = read_package(store, manifest);
  EXPECT_EQ(package.packaging, Packaging::artifact);
  EXPECT_EQ(package.package.title, "hello.wasm");
  EXPECT_EQ(package.package.created, "2026-08-19T12:00:00.123456789Z");
  EXPECT_EQ(package.package.annotations, manifest.annotations);
  EXPECT_EQ(package.platform, std::nullopt);
  EXPECT_EQ(package.module.kind, WasmKind::component);
  EXPECT_THAT(package.beyond, IsEmpty());
}

Manifest artifact(MemoryStore& store, const std::string& config) {
  return raw(store, media_type::kWasmConfig, config, media_type::kWasm);
}

TEST(ReadPackage, TheAuthorOfAnArtifactIsAnAnnotationAndItsTargetBeyond) {
  MemoryStore store;
  Manifest manifest =
      artifact(store, R"({"created":"2024-05-06T07:08:09Z","author":"me","architecture":"wasm","os":"wasip2",)"
                      R"("layerDigests":[],"component":{"exports":[],"imports":[],"target":"a:b/c"}})");
  ReadPackage package = read_package(store, manifest);
  EXPECT_EQ(package.package.annotations, (Annotations{{"org.opencontainers.image.authors", "me"}}));
  EXPECT_THAT(package.beyond, ElementsAre("component.target"));

  manifest.annotations = {{"org.opencontainers.image.authors", "us"}};
  package = read_package(store, manifest);
  EXPECT_EQ(package.package.annotations, manifest.annotations);
}

TEST(ReadPackage, AnArtifactsConfigMaySayNothingSensible) {
  MemoryStore store;
  const ReadPackage package = read_package(store, artifact(store, "{}"));
  EXPECT_EQ(package.package.created, "1970-01-01T00:00:00Z");
  EXPECT_THAT(package.beyond, ElementsAre("the config, which is not as the specification has it"));
}

// Not to be mistaken for one that says nothing sensible.
TEST(ReadPackage, AnArtifactsConfigThatIsDamagedOrAbsentIsAnError) {
  MemoryStore store;
  Manifest manifest = artifact(store, "{}");
  store.put_root(manifest.config, "[]", {});
  EXPECT_THAT(message_of<ContentError>(store, manifest), HasSubstr("content has digest"));
  manifest.config = describe(media_type::kWasmConfig, "absent");
  EXPECT_THROW(read_package(store, manifest), NotFoundError);
}

TEST(ReadPackage, ReadsWhatWasmToOciWrites) {
  MemoryStore store;
  const ReadPackage package =
      read_package(store, raw(store, media_type::kWasmToOciConfig, "{}", media_type::kWasmContentLayer,
                              {{"org.opencontainers.image.title", "policy.wasm"}}));
  EXPECT_EQ(package.packaging, Packaging::wasm_to_oci);
  EXPECT_EQ(package.package.title, "policy.wasm");
  EXPECT_EQ(package.module.digest, digest_of(kModule));
  EXPECT_THAT(package.beyond, IsEmpty());
}

TEST(ReadPackage, ReadsSolosFormOfTwoLayers) {
  MemoryStore store;
  Manifest manifest = raw(store, media_type::kOciConfig, "{}", media_type::kSoloContentLayer,
                          {{"org.opencontainers.image.title", "filter.wasm"}});
  const Descriptor settings =
      store.add("application/vnd.module.wasm.config.v1+json", R"({"type":"envoy_proxy","abiVersions":[]})");
  manifest.layers.insert(manifest.layers.begin(), settings);
  const ReadPackage package = read_package(store, manifest);
  EXPECT_EQ(package.packaging, Packaging::solo);
  EXPECT_EQ(package.package.title, "filter.wasm");
  EXPECT_THAT(package.beyond,
              ElementsAre("layer " + settings.digest.str() + " (application/vnd.module.wasm.config.v1+json)"));
}

TEST(ReadPackage, ReadsASpinApplicationOfOneModule) {
  MemoryStore store;
  Manifest manifest = raw(store, media_type::kOciConfig,
                          R"({"architecture":"wasm","os":"Wasip1","rootfs":{"type":"layers","diff_ids":[]}})",
                          media_type::kWasmContentLayer);
  manifest.media_type.clear();
  manifest.layers.push_back(store.add("application/vnd.wasm.content.layer.v1+data", "<p>"));
  manifest.layers.push_back(store.add(media_type::kSpinApplication, "{}"));
  const ReadPackage package = read_package(store, manifest);
  EXPECT_EQ(package.packaging, Packaging::spin);
  EXPECT_EQ(package.package.title, "module.wasm");
  EXPECT_EQ(package.module.digest, digest_of(kModule));
  ASSERT_EQ(package.beyond.size(), 2U);
  EXPECT_THAT(package.beyond[0], HasSubstr("(application/vnd.wasm.content.layer.v1+data)"));
  EXPECT_THAT(package.beyond[1], HasSubstr("(application/vnd.fermyon.spin.application.v1+config)"));
}

TEST(ReadPackage, OfSeveralModulesAsLayersNoneIsChosen) {
  MemoryStore store;
  Manifest manifest = raw(store, media_type::kOciConfig, "{}", media_type::kWasmContentLayer,
                          {{"org.opencontainers.image.title", "a.wasm"}});
  manifest.layers.push_back(store.add(media_type::kWasmContentLayer, component()));
  manifest.layers.push_back(store.add(media_type::kSpinApplication, "{}"));
  EXPECT_EQ(message_of<UsageError>(store, manifest),
            "several modules: /a.wasm, /" + digest_of(component()).hex() + ".wasm");
}

// A title becomes the name of a file in an image, and its "#" would part path and function.
TEST(ReadPackage, AHostileTitleIsNoName) {
  MemoryStore store;
  for (const std::string title :
       {"", ".", "..", "../..", "a/", "a b", "a\tb", "x#y", ".wh.x", "a\nb", "\x1b[2J", "\x7f"}) {
    Manifest manifest = raw(store, media_type::kWasmToOciConfig, "{}", media_type::kWasmContentLayer,
                            {{"org.opencontainers.image.title", title}});
    EXPECT_EQ(read_package(store, manifest).package.title, "module.wasm") << title;
    manifest.annotations = {{"org.opencontainers.image.title", "app.wasm"}};
    EXPECT_EQ(read_package(store, manifest).package.title, "app.wasm") << title;
    manifest.annotations = manifest.layers.front().annotations;
    EXPECT_EQ(read_package(store, manifest).package.title, "module.wasm") << title;
  }
}

// wasm-to-oci writes the path as it was given; only its last part is a name.
TEST(ReadPackage, OfATitleThatIsAPathTheLastPartCounts) {
  MemoryStore store;
  for (const std::string title : {"app.wasm", "../app.wasm", "/home/me/app.wasm"}) {
    EXPECT_EQ(read_package(store, raw(store, media_type::kWasmToOciConfig, "{}", media_type::kWasmContentLayer,
                                      {{"org.opencontainers.image.title", title}}))
                  .package.title,
              "app.wasm");
  }
}

// ---- What cannot be read ----

TEST(ReadPackage, ABrokenModuleIsAContentError) {
  MemoryStore store;
  const std::string broken = kModule + "\x7f";
  EXPECT_THAT(message_of<ContentError>(store, image(store, {{{"app.wasm", broken}}}, {})),
              HasSubstr("the module app.wasm is broken: "));
  EXPECT_THAT(message_of<ContentError>(
                  store, raw(store, media_type::kWasmToOciConfig, "{}", media_type::kWasmContentLayer, {}, broken)),
              HasSubstr("is broken: "));
}

TEST(ReadPackage, AnImageWithoutModuleIsNotFound) {
  MemoryStore store;
  EXPECT_EQ(message_of<NotFoundError>(store, image(store, {{{"etc/passwd", "root"}}}, {})), "no Wasm module");
}

TEST(ReadPackage, WhatIsNoPackagingOfWasmIsWrongUsage) {
  MemoryStore store;
  EXPECT_THAT(message_of<UsageError>(store, raw(store, media_type::kOciEmpty, "{}", media_type::kWasm)),
              HasSubstr("no packaging of Wasm"));
}

TEST(ReadPackage, BrokenConfigsAndLayersAreContentErrors) {
  MemoryStore store;
  Manifest manifest = image(store, {{{"app.wasm", kModule}}}, {.execution = "[]"});
  EXPECT_THROW(read_package(store, manifest), ContentError);
  manifest = image(store, {{{"app.wasm", kModule}}}, {});
  manifest.layers.push_back(manifest.layers.front());  // of which the config does not know
  EXPECT_THROW(read_package(store, manifest), ContentError);
}

}  // namespace
}  // namespace wasm_oci
