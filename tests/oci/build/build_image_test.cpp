#include "oci/build/build_image.hpp"

#include "oci/error.hpp"
#include "oci/image_config.hpp"
#include "oci/layer/layer_reader.hpp"
#include "oci/manifest.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using testing::expect_golden;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::read_file;
using testing::TempDir;
using testing::testdata;
using testing::write_file;

BuildRequest hello() { return {.module = testdata("modules/hello.wasm").string()}; }

struct Built {
  PackedImage image;
  Manifest manifest;
  std::string config_bytes;
  ImageConfig config;
};

Built build(const BuildRequest& request, MemoryStore& store) {
  PackedImage image = build_image(request, store).image;
  Manifest manifest = parse_manifest(image.manifest_bytes);
  std::string config_bytes = store.load(image.config, NodeKind::blob);
  ImageConfig config = parse_image_config(config_bytes);
  return {.image = std::move(image),
          .manifest = std::move(manifest),
          .config_bytes = std::move(config_bytes),
          .config = std::move(config)};
}

Built build(const BuildRequest& request) {
  MemoryStore store;
  return build(request, store);
}

// "PATH MODE", and for files ":CONTENT", of each entry.
std::vector<std::string> entries_of(Store& store, const Descriptor& layer) {
  VerifiedSource blob = store.open(layer, NodeKind::blob);
  LayerReader reader(blob, media_type::layer_compression(layer.media_type).value_or(Compression::none));
  std::vector<std::string> entries;
  while (const std::optional<LayerEntry> entry = reader.next()) {
    std::string content(entry->size, '\0');
    for (std::size_t at = 0; at < content.size();) {
      at += reader.read(std::as_writable_bytes(std::span(content)).subspan(at));
    }
    entries.push_back(entry->path + " " + (entry->mode == kExecutableMode ? "x" : "-") +
                      (entry->type == LayerEntryType::file ? ":" + content : "/"));
  }
  return entries;
}

template <typename E>
void expect_error(const BuildRequest& request, const std::string& message) {
  MemoryStore store;
  try {
    build_image(request, store);
    ADD_FAILURE() << "no error, expected: " << message;
  } catch (const E& error) {
    EXPECT_THAT(error.message(), HasSubstr(message));
  }
}

TEST(BuildImages, ImagesForSeveralPlatformsShareTheirLayers) {
  for (const Compression compression : {Compression::gzip, Compression::zstd, Compression::none}) {
    MemoryStore store;
    BuildRequest request = hello();
    request.platforms = {parse_platform("wasi/wasm"), parse_platform("wasip1/wasm")};
    request.compression = compression;
    request.add = {testdata("modules/README.md").string() + ":/README.md"};
    const std::vector<BuiltImage> built = build_images(request, store);
    ASSERT_EQ(built.size(), 2U);
    const Manifest first = parse_manifest(built[0].image.manifest_bytes);
    const Manifest second = parse_manifest(built[1].image.manifest_bytes);
    EXPECT_EQ(first.layers, second.layers);
    EXPECT_EQ(first.layers.size(), 2U);
    EXPECT_NE(first.config.digest, second.config.digest);
    const ImageConfig config = parse_image_config(store.load(second.config, NodeKind::blob));
    EXPECT_EQ(config.platform, parse_platform("wasip1/wasm"));
    EXPECT_EQ(built[1].platform, parse_platform("wasip1/wasm"));

    // Each is what it is when it is built alone.
    request.platforms = {parse_platform("wasip1/wasm")};
    MemoryStore other;
    EXPECT_EQ(build_image(request, other).image.manifest.digest, built[1].image.manifest.digest);
  }
}

TEST(BuildImages, ALayerThatIsTheModuleIsSharedToo) {
  MemoryStore store;
  BuildRequest request = hello();
  request.as = Packaging::wasm_layers;
  request.platforms = {parse_platform("wasi/wasm"), parse_platform("wasip1/wasm")};
  const std::vector<BuiltImage> built = build_images(request, store);
  EXPECT_EQ(parse_manifest(built[0].image.manifest_bytes).layers, parse_manifest(built[1].image.manifest_bytes).layers);
}

TEST(BuildImages, ANativeProgramStartsInThePlaceOfTheModule) {
  const TempDir folder;
  const std::string program = (folder / "app-windows.exe").string();
  write_file(program, "MZ");
  MemoryStore store;
  BuildRequest request = hello();
  request.natives = {{.platform = parse_platform("windows/amd64"), .path = program}};
  request.entrypoint = {"/bin/hello.wasm#run", "--flag"};
  request.env = {"A=1"};
  const std::vector<BuiltImage> built = build_images(request, store);
  ASSERT_EQ(built.size(), 2U);
  const Manifest manifest = parse_manifest(built[1].image.manifest_bytes);
  const ImageConfig config = parse_image_config(store.load(manifest.config, NodeKind::blob));
  EXPECT_EQ(config.platform, parse_platform("windows/amd64"));
  EXPECT_THAT(config.entrypoint, ElementsAre("/app-windows.exe", "--flag"));
  EXPECT_THAT(config.env, ElementsAre("A=1"));
  EXPECT_EQ(manifest.annotations.at("org.opencontainers.image.title"), "app-windows.exe");
  EXPECT_EQ(manifest.layers.size(), 1U);
}

TEST(BuildImages, NativeProgramsAreImages) {
  MemoryStore store;
  BuildRequest request = hello();
  request.as = Packaging::artifact;
  request.natives = {{.platform = parse_platform("linux/amd64"), .path = "app"}};
  EXPECT_THROW(build_images(request, store), UsageError);
}

TEST(BuildImage, ManifestAndConfigAreTheGoldenOnes) {
  const Built built = build(hello());
  expect_golden(built.image.manifest_bytes, "build/hello.manifest.json");
  expect_golden(built.config_bytes, "build/hello.config.json");
  EXPECT_EQ(built.image.manifest, describe(media_type::kOciManifest, built.image.manifest_bytes));
  EXPECT_EQ(built.image.config, built.manifest.config);
}

TEST(BuildImage, TheLayerHoldsTheModuleUnderItsNameAndIsWhatTheConfigSays) {
  MemoryStore store;
  const Built built = build(hello(), store);
  ASSERT_EQ(built.manifest.layers.size(), 1U);
  const Descriptor& layer = built.manifest.layers.front();
  EXPECT_EQ(layer.media_type, media_type::kOciLayerGzip);
  EXPECT_THAT(entries_of(store, layer), ElementsAre("hello.wasm x:" + read_file(testdata("modules/hello.wasm"))));

  VerifiedSource blob = store.open(layer, NodeKind::blob);
  LayerReader reader(blob, Compression::gzip, {}, DigestAlgorithm::sha256);
  while (reader.next()) {
  }
  EXPECT_THAT(built.config.diff_ids, ElementsAre(reader.diff_id()));
}

TEST(BuildImage, NeitherPlaceNorTimeOfTheFileChangesTheDigest) {
  const TempDir folder;
  const std::filesystem::path copy = folder / "hello.wasm";
  write_file(copy, read_file(testdata("modules/hello.wasm")));
  std::filesystem::permissions(copy, std::filesystem::perms::owner_read);
  std::filesystem::last_write_time(copy, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  EXPECT_EQ(build({.module = copy.string()}).image.manifest, build(hello()).image.manifest);
}

TEST(BuildImage, StoresTheManifestOnlyWhenItIsNamed) {
  MemoryStore store;
  const PackedImage image = build_image(hello(), store).image;
  EXPECT_FALSE(store.contains(image.manifest, NodeKind::manifest));
  EXPECT_TRUE(store.contains(image.config, NodeKind::blob));
}

TEST(BuildImage, TheEntrypointPlacesTheModuleAndKeepsItsFunction) {
  BuildRequest request = hello();
  request.entrypoint = {"/opt/app/main.wasm#serve", "--fast"};
  request.cmd = {"a", "b"};
  MemoryStore store;
  const Built built = build(request, store);
  EXPECT_THAT(built.config.entrypoint, ElementsAre("/opt/app/main.wasm#serve", "--fast"));
  EXPECT_THAT(built.config.cmd, ElementsAre("a", "b"));
  EXPECT_THAT(entries_of(store, built.manifest.layers.front()),
              ElementsAre("opt x/", "opt/app x/", "opt/app/main.wasm x:" + read_file(testdata("modules/hello.wasm"))));
  EXPECT_EQ(built.config.history.front().created_by, "COPY hello.wasm /opt/app/main.wasm # wasm-oci");
  EXPECT_EQ(built.manifest.annotations.at(std::string(annotation::kTitle)), "hello.wasm");
}

TEST(BuildImage, RefusesEntrypointsThatAreNoPathOfAFile) {
  for (const std::string word : {"", "app.wasm", "./app.wasm", "#f", "a/b#f"}) {
    BuildRequest request = hello();
    request.entrypoint = {word};
    expect_error<UsageError>(request, "entrypoint \"" + word + "\" is not an absolute path");
  }
  for (const std::string word : {"/", "/#f", "/a/", "/.", "/..", "/a/.", "/a/..", "/a/../b", "/../a", "/a/./b",
                                 "//a.wasm", "/a//b.wasm", "/a/b//"}) {
    BuildRequest request = hello();
    request.entrypoint = {word};
    expect_error<UsageError>(request, "entrypoint \"" + word + "\" does not name a file");
  }
}

TEST(BuildImage, OfOneVariableTheLastWins) {
  BuildRequest request = hello();
  request.env = {"A=1", "AB=2", "A=3=4", "EMPTY="};
  EXPECT_THAT(build(request).config.env, ElementsAre("A=3=4", "AB=2", "EMPTY="));
  EXPECT_THAT(build(hello()).config.env, IsEmpty());
}

TEST(BuildImage, RefusesVariablesWithoutKeyOrValue) {
  for (const std::string variable : {"", "A", "=", "=1"}) {
    BuildRequest request = hello();
    request.env = {"OK=1", variable};
    expect_error<UsageError>(request, "invalid environment variable \"" + variable + "\"");
  }
}

TEST(BuildImage, RefusesAWorkingDirectoryThatIsNotAbsolute) {
  for (const std::string workdir : {"", "data", "./data"}) {
    BuildRequest request = hello();
    request.workdir = workdir;
    expect_error<UsageError>(request, "working directory \"" + workdir + "\" is not an absolute path");
  }
}

TEST(BuildImage, TheConfigSaysWhatWasAskedFor) {
  BuildRequest request = hello();
  request.platforms = {parse_platform("wasip1/wasm")};
  request.workdir = "/data";
  request.user = "1000:1000";
  request.labels = {{"b", "2"}, {"a", "1"}};
  const ImageConfig config = build(request).config;
  EXPECT_EQ(format(config.platform), "wasip1/wasm");
  EXPECT_EQ(config.workdir, "/data");
  EXPECT_EQ(config.user, "1000:1000");
  EXPECT_EQ(config.labels, request.labels);
}

TEST(BuildImage, AnnotationsOfTheManifestAreWrittenAndOverrideTheTitle) {
  BuildRequest request = hello();
  for (const std::string text :
       {"com.example.a=1", "manifest[linux/amd64]:other=1", "index:upper=1", "org.opencontainers.image.title=Hello"}) {
    for (AnnotationRequest& annotation : parse_annotation(text, AnnotationLevel::manifest)) {
      request.annotations.push_back(std::move(annotation));
    }
  }
  EXPECT_EQ(build(request).manifest.annotations,
            (Annotations{{"com.example.a", "1"}, {"org.opencontainers.image.title", "Hello"}}));
}

TEST(BuildImage, AddedFilesAreTheFirstLayer) {
  const TempDir folder;
  std::filesystem::create_directory(folder / "site");
  write_file(folder / "site/index.html", "<p>");
  write_file(folder / "tool", "#!");
  std::filesystem::permissions(folder / "tool", std::filesystem::perms::owner_all);
  BuildRequest request = hello();
  request.add = {(folder / "tool").string() + ":/bin/tool", (folder / "site").string()};
  MemoryStore store;
  const Built built = build(request, store);
  ASSERT_EQ(built.manifest.layers.size(), 2U);
  EXPECT_THAT(entries_of(store, built.manifest.layers[0]),
              ElementsAre("bin x/", "bin/tool x:#!", "site x/", "site/index.html -:<p>"));
  EXPECT_EQ(built.manifest.layers[1], build(hello()).manifest.layers[0]);
  EXPECT_EQ(built.config.diff_ids.size(), 2U);
  ASSERT_EQ(built.config.history.size(), 2U);
  EXPECT_EQ(built.config.history[0].created_by, "ADD /bin/tool /site # wasm-oci");
  EXPECT_EQ(built.config.history[1].created_by, "COPY hello.wasm /hello.wasm # wasm-oci");
}

TEST(BuildImage, CreatedIsTheTimeOfEverything) {
  BuildRequest request = hello();
  request.created = Timestamp::from_seconds(1'700'000'000).value_or(Timestamp());
  const Built built = build(request);
  EXPECT_EQ(built.config.created, "2023-11-14T22:13:20Z");
  EXPECT_EQ(built.config.history.front().created, "2023-11-14T22:13:20Z");
  EXPECT_NE(built.config.diff_ids, build(hello()).config.diff_ids);  // the tar holds it as well
}

TEST(BuildImage, CompressionChangesTheLayerButNotTheConfig) {
  const Built gzip = build(hello());
  for (const Compression compression : {Compression::none, Compression::zstd}) {
    BuildRequest request = hello();
    request.compression = compression;
    const Built built = build(request);
    EXPECT_EQ(built.manifest.layers.front().media_type, media_type::layer_type(compression));
    EXPECT_EQ(built.image.config, gzip.image.config);
  }
}

TEST(BuildImage, RefusesWhatIsNoModule) {
  const TempDir folder;
  write_file(folder / "text.wasm", "(module)");
  expect_error<NotFoundError>({.module = (folder / "none.wasm").string()}, "none.wasm: No such file or directory");
  expect_error<ContentError>({.module = (folder / "text.wasm").string()}, "not a Wasm binary");
  expect_error<UsageError>({.module = folder.path().string()}, "is a folder");
}

TEST(BuildImage, StopsWhenAsked) {
  const std::stop_source stop;
  stop.request_stop();
  MemoryStore store;
  EXPECT_THROW(build_image(hello(), store, stop.get_token()), CancelledError);
}

}  // namespace
}  // namespace wasm_oci
