#include "oci/build/repackage.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/layer/layer_writer.hpp"
#include "oci/media_type.hpp"
#include "oci/packaging/extract.hpp"
#include "oci/packaging/wasm_config.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/packages.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using testing::component;
using testing::core_module;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tar;
using testing::PackageInput;
using testing::read_file;
using ::testing::StartsWith;
using testing::testdata;

// Stores the manifest as well, so that it can be repackaged.
Descriptor add_packed(MemoryStore& store, const PackedImage& packed) {
  return store.add(packed.manifest.media_type, packed.manifest_bytes);
}

Descriptor add(MemoryStore& store, const PackageInput& input, Packaging packaging) {
  return add_packed(store, input.pack(packaging, store));
}

// An image for this platform, as others write it, without annotations.
Descriptor add_image(MemoryStore& store, const std::string& platform, const std::string& execution = "{}") {
  const std::string tar = make_tar({{"app.wasm", core_module({"_start"})}});
  const Manifest manifest{
      .media_type = std::string(media_type::kOciManifest),
      .config = store.add(media_type::kOciConfig, "{" + platform + R"(,"config":)" + execution +
                                                      R"(,"rootfs":{"diff_ids":[")" + digest_of(tar).str() + R"("]}})"),
      .layers = {store.add(media_type::kOciLayer, tar)}};
  return store.add(media_type::kOciManifest, serialize(manifest));
}

BuiltImage repackaged(MemoryStore& store, const Descriptor& root, const RepackageRequest& request) {
  std::optional<BuiltImage> built = repackage(store, root, request);
  if (!built) {
    throw std::runtime_error("it has this packaging already");
  }
  return *std::move(built);
}

Manifest manifest_of(const BuiltImage& built) { return parse_manifest(built.image.manifest_bytes); }

ImageConfig config_of(MemoryStore& store, const BuiltImage& built) {
  return parse_image_config(store.load(built.image.config, NodeKind::blob));
}

// The only module that the manifest holds.
std::string module_of(MemoryStore& store, const Manifest& manifest) {
  StringSink sink(64UL * 1024 * 1024);
  extract_module(store, find_modules(store, manifest).at(0), sink);
  return sink.take();
}

template <class E>
E error_of(MemoryStore& store, const Descriptor& root, const RepackageRequest& request) {
  try {
    repackage(store, root, request);
  } catch (const E& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return E("no error");
}

TEST(Repackage, AroundAllPackagingsIsBackWhereItBegan) {
  for (const std::string name : {"modules/hello.wasm", "modules/hello.component.wasm"}) {
    MemoryStore store;
    const std::string module = read_file(testdata(name));
    const PackedImage first = build_image({.module = testdata(name).string()}, store).image;
    Descriptor root = add_packed(store, first);
    for (const Packaging packaging :
         {Packaging::artifact, Packaging::wasm_layers, Packaging::envoy, Packaging::image}) {
      const BuiltImage built = repackaged(store, root, {.as = packaging});
      EXPECT_EQ(built.image.manifest, describe(media_type::kOciManifest, built.image.manifest_bytes));
      EXPECT_EQ(module_of(store, manifest_of(built)), module) << name << " " << to_string(packaging);
      root = add_packed(store, built.image);
    }
    EXPECT_EQ(root, first.manifest) << name;
  }
}

// What a package says does not depend on the way that its module came into it.
TEST(Repackage, IsTheSameAsBuilding) {
  const std::string module = testdata("modules/hello.component.wasm").string();
  for (const Packaging packaging : {Packaging::artifact, Packaging::wasm_layers, Packaging::envoy}) {
    MemoryStore store;
    const Descriptor image = add_packed(store, build_image({.module = module}, store).image);
    const BuiltImage built = build_image({.module = module, .as = packaging}, store);
    const BuiltImage again = repackaged(store, image, {.as = packaging});
    EXPECT_EQ(again.image.manifest_bytes, built.image.manifest_bytes) << to_string(packaging);
    EXPECT_EQ(again.platform, built.platform);
    EXPECT_EQ(again.notes, built.notes);
  }
}

PackageInput input_with_everything(MemoryStore& store) {
  PackageInput input(core_module({"_start"}));
  std::vector<LayerFile> files;
  files.push_back({.path = "data.txt", .size = 4, .content = std::make_unique<StringSource>("text")});
  input.package.entrypoint = {"/bin/app.wasm", "--flag"};
  input.package.cmd = {"one", "two"};
  input.package.env = {"A=1", "B=2"};
  input.package.labels = {{"x", "1"}, {"y", "2"}};
  input.package.workdir = "/data";
  input.package.user = "me";
  input.package.annotations = {{"org.opencontainers.image.version", "1.2.3"}};
  input.package.files = {{.layer = write_layer(store, std::move(files)), .created_by = "ADD /data.txt"}};
  return input;
}

TEST(Repackage, WhatHasNoPlaceIsNamedAndOnlyLeftOutWhereThatIsWanted) {
  MemoryStore store;
  const Descriptor root = add(store, input_with_everything(store), Packaging::image);
  const std::string lost =
      "the entrypoint (/bin/app.wasm), arguments, environment variables (A, B), labels (x, y), "
      "a working directory (/data), a user (me), other files (1 layer)";
  const auto error = error_of<UsageError>(store, root, {.as = Packaging::artifact});
  EXPECT_EQ(error.message(), "--as artifact has no place for " + lost);
  EXPECT_THAT(error.hint(), HasSubstr("--lossy"));
  const BuiltImage built = repackaged(store, root, {.as = Packaging::artifact, .lossy = true});
  EXPECT_THAT(built.notes, ElementsAre("left out: " + lost));
  EXPECT_EQ(manifest_of(built).layers.size(), 1U);
}

TEST(Repackage, EachPackagingLosesOnlyWhatItHasNoPlaceFor) {
  MemoryStore store;
  const PackageInput input = input_with_everything(store);
  const Descriptor root = add(store, input, Packaging::image);
  const BuiltImage layers = repackaged(store, root, {.as = Packaging::wasm_layers, .lossy = true});
  EXPECT_THAT(layers.notes, ElementsAre("left out: other files (1 layer)"));
  const ImageConfig config = config_of(store, layers);
  EXPECT_EQ(config.entrypoint, input.package.entrypoint);
  EXPECT_EQ(config.cmd, input.package.cmd);
  EXPECT_EQ(config.env, input.package.env);
  EXPECT_EQ(config.workdir, "/data");
  EXPECT_EQ(config.user, "me");
  EXPECT_EQ(config.labels.at("y"), "2");

  const BuiltImage envoy = repackaged(store, root, {.as = Packaging::envoy, .lossy = true});
  EXPECT_THAT(envoy.notes.back(), HasSubstr("left out: the entrypoint (/bin/app.wasm), arguments, "
                                            "environment variables (A, B), a working directory (/data), a user"));
  EXPECT_EQ(config_of(store, envoy).labels, input.package.labels);
}

TEST(Repackage, WhatNoPackagingHasAPlaceForIsLostAsWell) {
  MemoryStore store;
  const Descriptor root = add_image(store, R"("architecture":"wasm","os":"wasi")", R"({"ExposedPorts":{"80/tcp":{}}})");
  for (const Packaging packaging : {Packaging::artifact, Packaging::wasm_layers, Packaging::envoy}) {
    EXPECT_EQ(error_of<UsageError>(store, root, {.as = packaging}).message(),
              "--as " + std::string(to_string(packaging)) + " has no place for config.ExposedPorts");
  }
}

TEST(Repackage, NamesOnlyTheFirstOfMuchThatIsLost) {
  MemoryStore store;
  std::string unknown;
  for (int i = 10; i < 50; ++i) {
    unknown.append(unknown.empty() ? "" : ",").append(R"("X)").append(std::to_string(i)).append(R"(":1)");
  }
  const Descriptor root = add_image(store, R"("architecture":"wasm","os":"wasi")", "{" + unknown + "}");
  const std::string message = error_of<UsageError>(store, root, {.as = Packaging::artifact}).message();
  EXPECT_THAT(message, StartsWith("--as artifact has no place for config.X10, config.X11, "));
  EXPECT_THAT(message, EndsWith(", config.X29 and 20 more"));
}

TEST(Repackage, KeepsAnnotationsButNotThoseOfThePackaging) {
  MemoryStore store;
  PackageInput input(core_module({"proxy_abi_version_0_2_1"}));
  input.package.annotations = {{"a", "1"}, {"org.opencontainers.image.title", "app.wasm"}};
  const Descriptor root = add(store, input, Packaging::envoy);
  EXPECT_TRUE(parse_manifest(store.load(root, NodeKind::manifest)).annotations.contains("module.wasm.image/variant"));
  EXPECT_EQ(manifest_of(repackaged(store, root, {.as = Packaging::artifact})).annotations, input.package.annotations);
}

TEST(Repackage, UsesTheBlobOfARawModuleAgain) {
  MemoryStore store;
  Manifest manifest = parse_manifest(PackageInput(core_module()).pack(Packaging::artifact, store).manifest_bytes);
  const Descriptor layer = manifest.layers.front();
  const Descriptor root = store.add(media_type::kOciManifest, serialize(manifest));
  const Manifest repacked = manifest_of(repackaged(store, root, {.as = Packaging::wasm_layers}));
  ASSERT_EQ(repacked.layers.size(), 1U);
  Descriptor expected = layer;
  expected.media_type = media_type::kWasmComponentLayer;
  EXPECT_EQ(repacked.layers.front(), expected);
}

TEST(Repackage, UsesTheLayersOfFilesAgain) {
  MemoryStore store;
  const PackageInput input = input_with_everything(store);
  const Descriptor root = add(store, input, Packaging::image);
  const BuiltImage built = repackaged(store, root, {.as = Packaging::envoy, .lossy = true});
  const Manifest manifest = manifest_of(built);
  ASSERT_EQ(manifest.layers.size(), 2U);
  EXPECT_EQ(manifest.layers.front(), input.package.files.front().layer.descriptor);
  const ImageConfig config = config_of(store, built);
  EXPECT_EQ(config.history.front().created_by, "ADD /data.txt");
  EXPECT_EQ(find_modules(store, manifest, config.diff_ids).at(0).path, "plugin.wasm");
}

TEST(Repackage, TheTimeOfTheSourceIsThatOfTheNewLayer) {
  MemoryStore store;
  PackageInput input(core_module({"_start"}));
  const BuiltImage plain = repackaged(store, add(store, input, Packaging::artifact), {.as = Packaging::image});
  input.package.created = "2024-05-06T07:08:09Z";
  const BuiltImage built = repackaged(store, add(store, input, Packaging::artifact), {.as = Packaging::image});
  EXPECT_EQ(config_of(store, built).created, "2024-05-06T07:08:09Z");
  EXPECT_NE(config_of(store, built).diff_ids, config_of(store, plain).diff_ids) << "the tar holds it as well";
}

TEST(Repackage, WhatHasThePackagingAlreadyStaysWhatItIs) {
  for (const Packaging packaging : {Packaging::image, Packaging::artifact, Packaging::wasm_layers, Packaging::envoy}) {
    MemoryStore store;
    const Descriptor root = add(store, PackageInput(core_module({"_start"})), packaging);
    EXPECT_FALSE(repackage(store, root, {.as = packaging})) << to_string(packaging);
  }
}

TEST(Repackage, RefusesWhatItsReadersCannotUseUnlessForced) {
  MemoryStore store;
  const Descriptor library = add(store, PackageInput(component({}, {"me:lib/math@1.0.0"})), Packaging::artifact);
  for (const Packaging packaging : {Packaging::image, Packaging::wasm_layers}) {
    const auto error = error_of<UsageError>(store, library, {.as = packaging, .lossy = true});
    EXPECT_THAT(error.message(), HasSubstr("is a library"));
    EXPECT_THAT(error.hint(), HasSubstr("--force"));
    EXPECT_THAT(repackaged(store, library, {.as = packaging, .force = true}).notes,
                ElementsAre(HasSubstr("is a library")));
  }
}

TEST(Repackage, ToldIsWhatReadersMayNotExpect) {
  MemoryStore store;
  const Descriptor root = add(store, PackageInput(core_module({"_start"})), Packaging::image);
  EXPECT_THAT(repackaged(store, root, {.as = Packaging::envoy}).notes, ElementsAre(HasSubstr("no proxy-wasm ABI")));
  EXPECT_THAT(repackaged(store, root, {.as = Packaging::wasm_layers}).notes, IsEmpty());
}

TEST(Repackage, ImagesKeepAPlatformOfWasmAndGetOneInPlaceOfOthers) {
  const auto platform_as = [](Packaging packaging, const std::string& source) {
    MemoryStore store;
    const Descriptor root = add_image(store, source);
    const BuiltImage built = repackaged(store, root, {.as = packaging});
    EXPECT_EQ(config_of(store, built).platform, built.platform);
    return format(built.platform);
  };
  const std::string wasip1 = R"("architecture":"wasm","os":"wasip1")";
  const std::string wasm32 = R"("architecture":"wasm32","os":"wasi")";
  const std::string amd64 = R"("architecture":"amd64","os":"linux")";
  EXPECT_EQ(platform_as(Packaging::wasm_layers, wasip1), "wasip1/wasm");
  EXPECT_EQ(platform_as(Packaging::envoy, wasip1), "wasip1/wasm");
  EXPECT_EQ(platform_as(Packaging::envoy, wasm32), "wasi/wasm32");
  EXPECT_EQ(platform_as(Packaging::wasm_layers, amd64), "wasi/wasm");
  EXPECT_EQ(platform_as(Packaging::envoy, amd64), "wasi/wasm");
}

TEST(Repackage, WasmLayersRefuseAnotherArchitectureUnlessOneIsAskedFor) {
  MemoryStore store;
  const Descriptor root = add_image(store, R"("architecture":"wasm32","os":"wasi")");
  EXPECT_THAT(error_of<UsageError>(store, root, {.as = Packaging::wasm_layers}).message(), HasSubstr("wasi/wasm32"));
  const BuiltImage built =
      repackaged(store, root, {.as = Packaging::wasm_layers, .platform = parse_platform("wasip1/wasm")});
  EXPECT_EQ(format(built.platform), "wasip1/wasm");
}

TEST(Repackage, AnArtifactIsForWhatItsModuleIsAndLosesAnUnusualPlatform) {
  const auto os_of = [](const std::string& source, bool lossy) {
    MemoryStore store;
    const BuiltImage built = repackaged(store, add_image(store, source), {.as = Packaging::artifact, .lossy = lossy});
    EXPECT_EQ(built.notes.empty(), !lossy);
    return parse_wasm_config(store.load(built.image.config, NodeKind::blob)).os;
  };
  EXPECT_EQ(os_of(R"("architecture":"amd64","os":"linux")", false), "wasip1");
  EXPECT_EQ(os_of(R"("architecture":"wasm","os":"wasi")", false), "wasip1");
  EXPECT_EQ(os_of(R"("architecture":"wasm","os":"wasip1")", false), "wasip1");
  EXPECT_EQ(os_of(R"("architecture":"wasm32","os":"wasi")", true), "wasip1");

  MemoryStore store;
  EXPECT_EQ(error_of<UsageError>(store, add_image(store, R"("architecture":"wasm32","os":"wasi")"),
                                 {.as = Packaging::artifact})
                .message(),
            "--as artifact has no place for the platform wasi/wasm32");
  EXPECT_THROW(repackage(store, add_image(store, R"("architecture":"wasm","os":"wasi")"),
                         {.as = Packaging::artifact, .platform = parse_platform("wasi/wasm")}),
               UsageError);
}

// A tar holds paths of any bytes; what is written as JSON is UTF-8.
TEST(Repackage, APathThatIsNoTextIsLost) {
  MemoryStore store;
  const std::string tar = make_tar({{"\xff.wasm", core_module({"_start"})}}, "gnutar");
  const Manifest manifest{.media_type = std::string(media_type::kOciManifest),
                          .config = store.add(media_type::kOciConfig, R"({"architecture":"wasm","os":"wasi"})"),
                          .layers = {store.add(media_type::kOciLayer, tar)}};
  const Descriptor root = store.add(media_type::kOciManifest, serialize(manifest));
  EXPECT_THROW(repackage(store, root, {.as = Packaging::artifact}), UsageError);
  const std::optional<BuiltImage> built = repackage(store, root, {.as = Packaging::artifact, .lossy = true});
  ASSERT_TRUE(built);
  EXPECT_THAT(built->image.manifest_bytes, HasSubstr("\"module.wasm\""));
}

TEST(Repackage, StopsWhenAsked) {
  MemoryStore store;
  const Descriptor root = add(store, PackageInput(core_module({"_start"})), Packaging::artifact);
  const std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(repackage(store, root, {.as = Packaging::image}, stop.get_token()), CancelledError);
}

// A name with a blank is a name; the title of an image may be for people instead.
TEST(Repackage, TheFileNameComesBackOrIsNamedAsLost) {
  MemoryStore store;
  PackageInput input(core_module({"_start"}));
  input.package.title = "my app.wasm";
  const Descriptor first = add(store, input, Packaging::image);
  Descriptor root = first;
  for (const Packaging packaging : {Packaging::envoy, Packaging::artifact, Packaging::wasm_layers, Packaging::image}) {
    root = add_packed(store, repackaged(store, root, {.as = packaging}).image);
  }
  EXPECT_EQ(root, first);

  input.package.annotations = {{std::string(annotation::kTitle), "My App"}};
  EXPECT_THAT(error_of<UsageError>(store, add(store, input, Packaging::image), {.as = Packaging::envoy}).message(),
              HasSubstr("the file name (my app.wasm)"));
}

TEST(Repackage, AnImageOfAnArtifactHasATitle) {
  MemoryStore store;
  const Descriptor artifact = add(store, PackageInput(core_module({"_start"})), Packaging::artifact);
  EXPECT_EQ(manifest_of(repackaged(store, artifact, {.as = Packaging::image})).annotations,
            (Annotations{{std::string(annotation::kTitle), "app.wasm"}}));
}

// What a layer holds is told by its own type: the config of an artifact says nothing of it.
TEST(Repackage, ATarBehindAnArtifactsConfigIsNoModule) {
  MemoryStore store;
  const std::string module = core_module({"_start"});
  const Manifest odd{.media_type = std::string(media_type::kOciManifest),
                     .config = store.add(media_type::kWasmConfig, R"({"created":"1970-01-01T00:00:00Z",)"
                                                                  R"("architecture":"wasm","os":"wasip1",)"
                                                                  R"("layerDigests":[]})"),
                     .layers = {store.add(media_type::kOciLayer, make_tar({{"app.wasm", module}}))}};
  const Descriptor root = store.add(media_type::kOciManifest, serialize(odd));
  for (const Packaging packaging : {Packaging::image, Packaging::wasm_layers, Packaging::envoy}) {
    EXPECT_EQ(module_of(store, manifest_of(repackaged(store, root, {.as = packaging}))), module);
  }
}

// An image of docker whose plugin Istio would load, were it not for the command.
TEST(Repackage, UsesALayerWithNothingButThePluginAgain) {
  MemoryStore store;
  const std::string tar = make_tar({{"plugin.wasm", core_module({"proxy_abi_version_0_2_1"})}});
  const std::string gzip = make_tar({{"plugin.wasm", core_module({"proxy_abi_version_0_2_1"})}}, "ustar", "gzip");
  const Manifest manifest{
      .media_type = std::string(media_type::kDockerManifest),
      .config = store.add(media_type::kDockerConfig,
                          R"({"os":"linux","architecture":"amd64","config":{"Cmd":["/plugin.wasm"]},)"
                          R"("rootfs":{"type":"layers","diff_ids":[")" +
                              digest_of(tar).str() + R"("]}})"),
      .layers = {store.add(media_type::kDockerLayerGzip, gzip)}};
  const BuiltImage built = repackaged(store, store.add(media_type::kDockerManifest, serialize(manifest)),
                                      {.as = Packaging::envoy, .lossy = true});
  ASSERT_EQ(manifest_of(built).layers.size(), 1U);
  EXPECT_EQ(manifest_of(built).layers[0].digest, digest_of(gzip));
  EXPECT_EQ(manifest_of(built).layers[0].media_type, media_type::kOciLayerGzip);
}

}  // namespace
}  // namespace wasm_oci
