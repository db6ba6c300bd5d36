#include "oci/manifest.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wasm_oci {
namespace {

using media_type::kDockerManifest;
using media_type::kDockerManifestList;
using media_type::kOciIndex;
using media_type::kOciManifest;

const std::string kA = "sha256:" + std::string(64, 'a');
const std::string kB = "sha256:" + std::string(64, 'b');
const std::string kC = "sha512:" + std::string(128, 'c');

std::string descriptor(std::string_view type, const std::string& digest, const std::string& more = {}) {
  return R"({"mediaType":")" + std::string(type) + R"(","digest":")" + digest + R"(","size":7)" + more + "}";
}

std::string manifest_text(const std::string& members) {
  return R"({"schemaVersion":2,"config":)" + descriptor(media_type::kOciConfig, kA) + members + "}";
}

template <typename Parse>
std::string message_of(Parse parse) {
  try {
    parse();
    return "no error";
  } catch (const ContentError& error) {
    return error.message();
  }
}

std::string manifest_error(const std::string& text, std::string_view type = {}) {
  return message_of([&] { parse_manifest(text, type); });
}

std::string index_error(const std::string& text, std::string_view type = {}) {
  return message_of([&] { parse_index(text, type); });
}

const std::string kGoldenManifest =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/x",)"
    R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" +
    kA + R"(","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" + kC +
    R"(","size":9223372036854775807,"urls":["https://a/b"],"annotations":{"a":"1","b":""},"data":"AAA=",)"
    R"("platform":{"architecture":"arm64","os":"linux","os.version":"10","os.features":["x","y"],"variant":"v8"},)"
    R"("artifactType":"application/y"}],"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
    kB + R"(","size":7},"annotations":{"org.opencontainers.image.title":"é \"x\""}})";

TEST(Manifest, EveryFieldIsReadAndWrittenInOrder) {
  const Manifest manifest = parse_manifest(kGoldenManifest, kOciManifest);
  EXPECT_EQ(manifest.artifact_type, "application/x");
  EXPECT_EQ(manifest.config.digest.str(), kA);
  ASSERT_EQ(manifest.layers.size(), 1U);
  const Descriptor& layer = manifest.layers[0];
  EXPECT_EQ(layer.digest.algorithm(), DigestAlgorithm::sha512);
  EXPECT_EQ(layer.size, 9223372036854775807U);
  EXPECT_THAT(layer.urls, testing::ElementsAre("https://a/b"));
  EXPECT_EQ(layer.annotations, (Annotations{{"a", "1"}, {"b", ""}}));
  EXPECT_EQ(layer.data, "AAA=");
  EXPECT_EQ(layer.artifact_type, "application/y");
  EXPECT_EQ(
      layer.platform,
      (Platform{
          .os = "linux", .architecture = "arm64", .variant = "v8", .os_version = "10", .os_features = {"x", "y"}}));
  EXPECT_EQ(manifest.subject->digest.str(), kB);
  EXPECT_EQ(manifest.annotations.at("org.opencontainers.image.title"), "é \"x\"");
  EXPECT_EQ(serialize(manifest), kGoldenManifest);
}

TEST(Manifest, WritesOnlyWhatThereIs) {
  const Manifest manifest{.media_type = std::string(kOciManifest), .config = describe(media_type::kOciEmpty, "{}")};
  EXPECT_EQ(serialize(manifest),
            R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":)"
            R"("application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310)"
            R"(c060f61caaff8a","size":2},"layers":[]})");
}

TEST(Manifest, ReadsDockersSchema2) {
  const std::string text = R"({"schemaVersion":2,"mediaType":")" + std::string(kDockerManifest) + R"(","config":)" +
                           descriptor(media_type::kDockerConfig, kA) + R"(,"layers":[)" +
                           descriptor(media_type::kDockerLayerGzip, kB) + "]}";
  EXPECT_EQ(parse_manifest(text, kDockerManifest).layers[0].media_type, media_type::kDockerLayerGzip);
  EXPECT_EQ(parse_manifest(text), parse_manifest(text, kDockerManifest));
}

TEST(Manifest, NeedsNoMediaTypeOfItsOwn) {
  const Manifest manifest = parse_manifest(manifest_text(R"(,"layers":[])"), kOciManifest);
  EXPECT_EQ(manifest.media_type, "");
  EXPECT_EQ(serialize(manifest), manifest_text(R"(,"layers":[])"));
}

TEST(Manifest, ReadsWhatGoWritesForNothing) {
  EXPECT_TRUE(parse_manifest(manifest_text(R"(,"layers":null,"annotations":null,"subject":null)")).layers.empty());
}

TEST(Manifest, ReadsArtifactsAndFieldsFromTheFuture) {
  const std::string text = R"({"schemaVersion":2,"config":)" + descriptor("application/vnd.wasm.config.v0+json", kA) +
                           R"(,"layers":[)" + descriptor("application/wasm", kB, R"(,"new":{"a":[1e9]})") +
                           R"(],"newer":[null]})";
  EXPECT_EQ(parse_manifest(text).layers[0].media_type, "application/wasm");
}

TEST(Manifest, ReadsBuildKitAttestations) {
  const std::string text =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)" +
      descriptor(media_type::kOciConfig, kA) + R"(,"layers":[)" +
      descriptor("application/vnd.in-toto+json", kB,
                 R"(,"annotations":{"in-toto.io/predicate-type":"https://slsa.dev/provenance/v0.2"})") +
      "]}";
  EXPECT_EQ(parse_manifest(text, kOciManifest).layers[0].annotations.size(), 1U);
}

TEST(Manifest, WrongFieldsAreNamedWithTheirPath) {
  EXPECT_EQ(manifest_error("{}"), "config: is missing");
  EXPECT_EQ(manifest_error("[]"), "expected an object, found an array");
  EXPECT_EQ(manifest_error(R"({"config":null})"), "config: is missing");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":{})")), "layers: expected an array, found an object");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[null])")), "layers[0]: expected an object, found null");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[{}])")), "layers[0].mediaType: is missing");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[{"mediaType":"a"}])")), "layers[0].digest: is missing");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[)" + descriptor("a", kA) + R"(,{"mediaType":"a","digest":")" +
                                         kA + R"("}])")),
            "layers[1].size: is missing");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"annotations":{"a.b":1})")),
            R"(annotations["a.b"]: expected a string, found an integer)");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"subject":7)")), "subject: expected an object, found an integer");
}

TEST(Manifest, DigestsThatCouldLeadElsewhereAreRefused) {
  for (const std::string digest : {"sha256:../../x", "md5:d41d8cd98f00b204e9800998ecf8427e", "", "sha256:AA"}) {
    EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[)" + descriptor("a", digest) + "]")),
              "layers[0].digest: not a sha256 or sha512 digest");
  }
}

TEST(Manifest, SizesThatLieByTheirFormAreRefused) {
  const auto with_layer_size = [](const std::string& size) {
    return manifest_text(R"(,"layers":[{"mediaType":"a","digest":")" + kA + R"(","size":)" + size + "}]");
  };
  for (const std::string size : {"-1", "1.0", "1e3", "\"7\"", "9223372036854775808", "true", "null"}) {
    EXPECT_THAT(manifest_error(with_layer_size(size)), testing::StartsWith("layers[0].size: ")) << size;
  }
}

TEST(Manifest, Schema1IsRefusedByName) {
  const std::string message = "Docker image manifest version 2, schema 1 is not supported";
  const std::string text =
      R"({"schemaVersion":1,"name":"library/x","tag":"latest","fsLayers":[{"blobSum":")" + kA + R"("}]})";
  EXPECT_EQ(manifest_error(text), message);
  EXPECT_EQ(manifest_error(text, media_type::kDockerSchema1Signed), message);
  EXPECT_EQ(manifest_error(text, kOciManifest), message);
  EXPECT_EQ(index_error(text), message);
  EXPECT_EQ(manifest_error("{}", media_type::kDockerSchema1), message);
}

TEST(Manifest, OtherVersionsAreRefused) {
  EXPECT_EQ(manifest_error(R"({"schemaVersion":3})"), "schemaVersion: 3 is not supported, only 2");
  EXPECT_EQ(manifest_error(R"({"schemaVersion":1,"config":)" + descriptor("a", kA) + "}"),
            "schemaVersion: 1 is not supported, only 2");
  EXPECT_EQ(manifest_error(R"({"schemaVersion":"2"})"), "schemaVersion: expected an integer, found a string");
}

TEST(Manifest, AmbiguousDocumentsAreRefused) {
  const std::string ambiguous =
      "ambiguous document: an index as well as a manifest, so readers would not agree on its content";
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[],"manifests":[])")), ambiguous);
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[],"fsLayers":[])")), ambiguous);
  EXPECT_EQ(index_error(R"({"manifests":[],"layers":[]})"), ambiguous);
  EXPECT_EQ(index_error(R"({"manifests":[],"config":{}})"), ambiguous);
  EXPECT_EQ(index_error(R"({"manifests":[],"fsLayers":[]})"), ambiguous);
  EXPECT_EQ(index_error(R"({"manifests":[],"layers":null,"config":null})"), "no error");
}

TEST(Manifest, KeysThatOtherReadersTakeForKnownOnesAreRefused) {
  EXPECT_EQ(manifest_error(manifest_text(R"(,"Manifests":[])")),
            "Manifests: other readers take this key for \"manifests\"");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layer\u017f":[])")),
            "[\"layer\xc5\xbf\"]: other readers take this key for \"layers\"");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[)" + descriptor("a", kA, R"(,"Digest":"x")") + "]")),
            "layers[0].Digest: other readers take this key for \"digest\"");
  EXPECT_EQ(index_error(R"({"manifests":[)" + descriptor("a", kA, R"(,"platform":{"OS":"wasi"})") + "]}"),
            "manifests[0].platform.OS: other readers take this key for \"os\"");
  EXPECT_EQ(index_error(R"({"manifests":[],"CONFIG":{}})"), "CONFIG: other readers take this key for \"config\"");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[],"layers":[])")), "layers: the key is there twice");
  EXPECT_EQ(index_error(R"({"manifests":[],"x":{"y":1,"y":1}})"), "x.y: the key is there twice");
}

TEST(Manifest, MediaTypesMustAgree) {
  const std::string oci = manifest_text(R"(,"mediaType":")" + std::string(kOciManifest) + "\"");
  EXPECT_EQ(manifest_error(oci, kOciManifest), "no error");
  EXPECT_EQ(manifest_error(oci, kDockerManifest),
            "mediaType: the document says application/vnd.oci.image.manifest.v1+json, what refers to it says "
            "application/vnd.docker.distribution.manifest.v2+json");
  EXPECT_EQ(manifest_error(oci, kOciIndex),
            "mediaType: application/vnd.oci.image.index.v1+json is not that of an image manifest");
  EXPECT_EQ(index_error(oci), "mediaType: application/vnd.oci.image.manifest.v1+json is not that of an image index");
  EXPECT_EQ(manifest_error(manifest_text(R"(,"mediaType":"text/plain")")),
            "mediaType: text/plain is not that of an image manifest");
}

TEST(Manifest, NumberOfDescriptorsIsBounded) {
  std::string list;
  for (std::size_t i = 0; i < kMaxDescriptors; ++i) {
    list += (i > 0 ? "," : "") + descriptor("a", kA);
  }
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[)" + list + "]")), "no error");
  list += "," + descriptor("a", kA);
  EXPECT_EQ(manifest_error(manifest_text(R"(,"layers":[)" + list + "]")), "layers: has more than 10000 entries");
  EXPECT_EQ(index_error(R"({"manifests":[)" + list + "]}"), "manifests: has more than 10000 entries");
}

TEST(Manifest, SizeOfDocumentsIsBounded) {
  const std::string text = manifest_text("");
  EXPECT_EQ(manifest_error(text + std::string(kMaxManifestSize - text.size(), ' ')), "no error");
  EXPECT_EQ(manifest_error(text + std::string(kMaxManifestSize - text.size() + 1, ' ')),
            "JSON document is larger than the limit of 8388608 bytes");
}

TEST(Index, EntriesNeedNoPlatformOrHaveAnUnknownOne) {
  const std::string text =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)" +
      descriptor(kOciManifest, kA) + "," +
      descriptor(
          kOciManifest, kB,
          R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"},"platform":{"architecture":"unknown","os":"unknown"})") +
      "," + descriptor(kOciManifest, kC, R"(,"platform":null)") + "]}";
  const Index index = parse_index(text, kOciIndex);
  ASSERT_EQ(index.manifests.size(), 3U);
  EXPECT_FALSE(index.manifests[0].platform);
  EXPECT_EQ(index.manifests[1].platform->os, "unknown");
  EXPECT_FALSE(index.manifests[2].platform);
  EXPECT_EQ(parse_index(serialize(index)), index);
}

TEST(Index, WritesFieldsInOrder) {
  Index index{.media_type = std::string(kOciIndex), .artifact_type = "a/b"};
  index.manifests.push_back(describe(kOciManifest, "x"));
  index.manifests[0].platform = Platform{.os = "wasi", .architecture = "wasm"};
  index.annotations["k"] = "v";
  EXPECT_EQ(
      serialize(index),
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","artifactType":"a/b","manifests":[)"
      R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:2d711642b726b04401627ca9fbac32f5)"
      R"(c8530fb1903cc4db02258717921a4881","size":1,"platform":{"architecture":"wasm","os":"wasi"}}],)"
      R"("annotations":{"k":"v"}})");
}

TEST(Index, ReadsDockersListAndWhatGoWritesForNothing) {
  EXPECT_TRUE(parse_index(R"({"schemaVersion":2,"manifests":null})").manifests.empty());
  const std::string list =
      R"({"schemaVersion":2,"mediaType":")" + std::string(kDockerManifestList) + R"(","manifests":[)" +
      descriptor(kDockerManifest, kA,
                 R"(,"platform":{"architecture":"arm","os":"linux","variant":"v7","features":["x"]})") +
      "]}";
  EXPECT_EQ(parse_index(list, kDockerManifestList).manifests[0].platform->variant, "v7");
}

TEST(Index, AnyOtherObjectIsNoEmptyIndex) {
  EXPECT_EQ(index_error(R"({"errors":[{"code":"UNKNOWN"}]})"), "manifests: is missing");
}

std::vector<std::string> children(std::string_view type, const std::string& text) {
  std::vector<std::string> list;
  for (const Edge& edge : required_children(describe(type, text), text)) {
    list.push_back((edge.kind == NodeKind::manifest ? "manifest " : "blob ") + edge.target.digest.str());
  }
  return list;
}

TEST(RequiredChildren, AManifestNeedsItsConfigThenItsLayersButNotItsSubject) {
  EXPECT_THAT(children(kOciManifest, kGoldenManifest), testing::ElementsAre("blob " + kA, "blob " + kC));
}

TEST(RequiredChildren, AnIndexNeedsItsEntriesWhateverTheirType) {
  const std::string text =
      R"({"manifests":[)" + descriptor("unknown/type", kB) + "," + descriptor(kOciIndex, kA) + "]}";
  EXPECT_THAT(children(kOciIndex, text), testing::ElementsAre("manifest " + kB, "manifest " + kA));
}

TEST(RequiredChildren, LayersThatMayNotBeDistributedAreNotNeeded) {
  const std::string urls = R"(,"urls":["https://example.com/layer"])";
  const std::string text = manifest_text(
      R"(,"layers":[)" + descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", kB, urls) + "," +
      descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", kB, urls) + "," +
      descriptor("application/vnd.oci.image.layer.nondistributable.v1.tar", kC) + "]");
  EXPECT_THAT(children(kOciManifest, text), testing::ElementsAre("blob " + kA, "blob " + kC));
}

TEST(RequiredChildren, UnknownTypesAreLeaves) {
  EXPECT_TRUE(children("application/x", "not JSON at all").empty());
  EXPECT_THROW(children(media_type::kDockerSchema1, "{}"), ContentError);
  EXPECT_THROW(children(kOciManifest, "<html>"), ContentError);
}

}  // namespace
}  // namespace wasm_oci
