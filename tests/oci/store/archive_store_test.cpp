#include "oci/store/archive_store.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/archive_writer.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/store/layout_index.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <stop_token>

namespace wasm_oci {
namespace {

using testing::add_image;
using testing::add_index;
using ::testing::HasSubstr;
using testing::make_tar;
using testing::read_file;
using testing::read_graph;
using testing::TempDir;
using testing::write_file;

class ArchiveTest : public ::testing::Test {
 protected:
  std::string path() const { return dir_ / "a.tar"; }
  void write(const Descriptor& root, std::vector<RootName> names, ArchiveFormat format) {
    ArchiveWriter writer(path(), format);
    copy_graph(memory_, root, writer, names);
    writer.finish();
  }
  std::unique_ptr<ArchiveReader> read(ArchiveFormat format) const { return ArchiveReader::open(path(), format); }
  std::string member(const std::string& name) const {
    const UniqueFd file = open_file(path());
    const auto slice = TarIndex(file.get(), path()).find(name);
    FileSource source(file.get(), path(), slice.value().offset, slice.value().size);
    return read_all(source, 1 << 20);
  }

  TempDir dir_;
  MemoryStore memory_;
};

TEST_F(ArchiveTest, WhatIsWrittenIsReadBackWithEveryDigest) {
  const Descriptor index = add_index(memory_, {add_image(memory_, "one"), add_image(memory_, "two")});
  for (const ArchiveFormat format : {ArchiveFormat::oci, ArchiveFormat::docker}) {
    write(index, {{"docker.io/me/app:1", "docker.io/me/app:1"}, {"x"}}, format);
    const auto reader = read(format);
    EXPECT_EQ(reader->entries().size(), 2U);
    EXPECT_EQ(reader->only_entry().digest, index.digest);
    EXPECT_EQ(reader->resolve("x")->digest, index.digest);
    EXPECT_EQ(reader->resolve("docker.io/me/app:1")->digest, index.digest);
    EXPECT_EQ(reader->resolve("absent"), std::nullopt);
    EXPECT_EQ(read_graph(*reader, *reader->resolve(index.digest.str())), 7U);
    EXPECT_FALSE(reader->digests_are_new());
  }
}

TEST_F(ArchiveTest, TheSameCallsGiveTheSameBytes) {
  const Descriptor image = add_image(memory_, "layer");
  write(image, {{"x"}}, ArchiveFormat::docker);
  const std::string first = read_file(path());
  write(image, {{"x"}}, ArchiveFormat::docker);
  EXPECT_EQ(read_file(path()), first);
  EXPECT_EQ(first.substr(0, 10), "oci-layout");
  EXPECT_EQ(first.size() % 512, 0U);
  EXPECT_EQ(first.substr(first.size() - 1024), std::string(1024, '\0'));
}

TEST_F(ArchiveTest, NothingIsThereWithoutFinish) {
  const Descriptor image = add_image(memory_, "layer");
  {
    ArchiveWriter writer(path(), ArchiveFormat::oci);
    copy_graph(memory_, image, writer, {});
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(ArchiveTest, ManifestJsonIsWhatDockerLoads) {
  const Descriptor image = add_image(memory_, "layer");
  const Manifest manifest = parse_manifest(memory_.load(image, NodeKind::manifest));
  write(image, {{"docker.io/me/app:1", "docker.io/me/app:1"}, {"second:2"}}, ArchiveFormat::docker);
  EXPECT_EQ(member("manifest.json"), R"([{"Config":"blobs/sha256/)" + manifest.config.digest.hex() +
                                         R"(","RepoTags":["docker.io/me/app:1","second:2"],"Layers":["blobs/sha256/)" +
                                         manifest.layers[0].digest.hex() + R"("]}])");
}

TEST_F(ArchiveTest, OfAnIndexManifestJsonHasTheFirstImage) {
  Descriptor attestation = add_image(memory_, "provenance");
  attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
  const Descriptor image = add_image(memory_, "image");
  write(add_index(memory_, {attestation, image}), {{"x"}}, ArchiveFormat::docker);
  EXPECT_THAT(member("manifest.json"), HasSubstr(digest_of("image").hex()));
  EXPECT_THAT(member("manifest.json"), ::testing::Not(HasSubstr(digest_of("provenance").hex())));
}

TEST_F(ArchiveTest, ADockerArchiveRefusesWhatIsNoImage) {
  const Descriptor artifact =
      memory_.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                               .config = memory_.add("application/x", "{}"),
                                                               .layers = {memory_.add("application/wasm", "wasm")}}));
  EXPECT_THROW(write(artifact, {{"x"}}, ArchiveFormat::docker), UsageError);
  EXPECT_NO_THROW(write(artifact, {{"x"}}, ArchiveFormat::oci));
}

// As skopeo and podman write it; older Docker has ID/layer.tar in the place of the link.
TEST_F(ArchiveTest, MakesAManifestForADockerArchiveWithoutLayout) {
  const std::string gzip = "\x1f\x8b compressed";
  write_file(path(), make_tar({{"l1.tar", "plain layer"},
                               {"c.json", R"({"os":"linux"})"},
                               {"id/layer.tar", "", "../l1.tar"},
                               {"l2.tar", gzip},
                               {"manifest.json", R"([{"Config":"c.json","RepoTags":["docker.io/me/app:1","me/app:2"],)"
                                                 R"("Layers":["id/layer.tar","l2.tar"]}])"}}));
  const auto reader = read(ArchiveFormat::docker);
  EXPECT_TRUE(reader->digests_are_new());
  const Descriptor image = reader->only_entry();
  EXPECT_EQ(reader->resolve("docker.io/me/app:1")->digest, image.digest);
  EXPECT_EQ(reader->resolve("docker.io/me/app:2")->digest, image.digest);
  EXPECT_EQ(reader->resolve("me/app:1")->digest, image.digest);
  EXPECT_EQ(read_graph(*reader, image), 4U);
  const Manifest manifest = parse_manifest(reader->load(image, NodeKind::manifest), image.media_type);
  EXPECT_EQ(manifest.config, describe(media_type::kOciConfig, R"({"os":"linux"})"));
  EXPECT_EQ(manifest.layers[0], describe(media_type::kOciLayer, "plain layer"));
  EXPECT_EQ(manifest.layers[1], describe(media_type::kOciLayerGzip, gzip));
}

TEST_F(ArchiveTest, NamesOfManifestJsonReachUnnamedEntries) {
  const Descriptor image = add_image(memory_, "layer");
  const std::string manifest = memory_.load(image, NodeKind::manifest);
  const std::string config = parse_manifest(manifest).config.digest.hex();
  write_file(path(),
             make_tar({{"oci-layout", std::string(kLayoutFile)},
                       {"blobs/sha256/" + image.digest.hex(), manifest},
                       {"index.json", put_entries(kEmptyLayoutIndex, image, {})},
                       {"manifest.json", R"([{"Config":"blobs/sha256/)" + config + R"(","RepoTags":["app:1"]}])"}}));
  const auto reader = read(ArchiveFormat::docker);
  EXPECT_EQ(reader->resolve("app:1")->digest, image.digest);
  EXPECT_EQ(reader->resolve("docker.io/library/app:1")->digest, image.digest);
  EXPECT_FALSE(reader->digests_are_new());
}

TEST_F(ArchiveTest, AnEntryWhoseManifestIsAbsentKeepsNoNames) {
  const Descriptor image = add_image(memory_, "layer");
  write_file(path(), make_tar({{"oci-layout", std::string(kLayoutFile)},
                               {"index.json", put_entries(kEmptyLayoutIndex, image, {})},
                               {"config.json", "{}"},
                               {"manifest.json", R"([{"Config":"config.json","RepoTags":["app:1"]}])"}}));
  const auto reader = read(ArchiveFormat::docker);
  EXPECT_EQ(reader->entries().size(), 1U);
  EXPECT_EQ(reader->resolve("app:1"), std::nullopt);
}

TEST_F(ArchiveTest, RefusesWhatIsNoSuchArchive) {
  write_file(path(), make_tar({{"hello", "x"}}));
  EXPECT_THROW(read(ArchiveFormat::oci), ContentError);
  EXPECT_THROW(read(ArchiveFormat::docker), ContentError);
  write_file(path(), make_tar({{"manifest.json", "[]"}}));
  EXPECT_THROW(read(ArchiveFormat::oci), ContentError);
  EXPECT_THROW(read(ArchiveFormat::docker)->only_entry(), NotFoundError);
  write_file(path(), make_tar({{"manifest.json", R"([{"Config":"absent"}])"}}));
  EXPECT_THROW(read(ArchiveFormat::docker), ContentError);
  write_file(path(), make_tar({{"oci-layout", std::string(kLayoutFile)}, {"index.json", "{"}}));
  EXPECT_THROW(read(ArchiveFormat::oci), ContentError);
  EXPECT_THROW(ArchiveReader::open(dir_ / "absent.tar", ArchiveFormat::oci), NotFoundError);
}

TEST_F(ArchiveTest, ABlobWithOtherBytesIsAContentError) {
  write(add_image(memory_, "a layer to break"), {{"x"}}, ArchiveFormat::oci);
  std::string bytes = read_file(path());
  bytes.replace(bytes.find("a layer to break"), 1, "A");
  write_file(path(), bytes);
  const auto reader = read(ArchiveFormat::oci);
  EXPECT_THROW(read_graph(*reader, reader->only_entry()), ContentError);
}

// How many bytes this process has read so far.
std::uint64_t bytes_read() {
  std::ifstream file("/proc/self/io");
  std::string name;
  std::uint64_t count = 0;
  file >> name >> count;
  return count;
}

TEST_F(ArchiveTest, AConfigThatManyImagesShareIsReadOnce) {
  const std::string config = "{}" + std::string(std::size_t{1} << 20U, ' ');
  std::string images;
  for (int i = 0; i < 100; ++i) {
    images += (i == 0 ? "" : ",") + (R"({"Config":"c.json","RepoTags":["r:)" + std::to_string(i) + R"("]})");
  }
  write_file(path(), make_tar({{"c.json", config}, {"manifest.json", "[" + images + "]"}}));
  const std::uint64_t before = bytes_read();
  const auto reader = read(ArchiveFormat::docker);
  EXPECT_LT(bytes_read() - before, 4 * config.size());
  const Descriptor image = reader->resolve("r:99").value();
  EXPECT_EQ(parse_manifest(reader->load(image, NodeKind::manifest)).config, describe(media_type::kOciConfig, config));
  EXPECT_EQ(read_graph(*reader, image), 2U);
}

TEST_F(ArchiveTest, ReadingCanBeStopped) {
  const Descriptor image = add_image(memory_, "layer");
  write(image, {{"x"}}, ArchiveFormat::oci);
  const std::stop_source stop;
  const auto reader = ArchiveReader::open(path(), ArchiveFormat::oci, stop.get_token());
  EXPECT_EQ(read_graph(*reader, image), 3U);
  stop.request_stop();
  EXPECT_THROW(read_graph(*reader, image), CancelledError);
}

}  // namespace
}  // namespace wasm_oci
