#include "oci/index/compose.hpp"

#include "oci/error.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ComposeIndex : public ::testing::Test {
 protected:
  Descriptor image(const std::string& platform, const std::string& created = "") {
    const Platform parsed = parse_platform(platform);
    const std::string config =
        R"({"created":")" + created + R"(","architecture":")" + parsed.architecture + R"(","os":")" + parsed.os + "\"}";
    return store_.add(media_type::kOciManifest,
                      serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                         .config = store_.add(media_type::kOciConfig, config)}));
  }

  IndexPart part(const Descriptor& root) { return {.name = "it", .store = &store_, .root = root}; }

  IndexSource source(const Descriptor& root) {
    if (media_type::is_index(root.media_type)) {
      return {.part = part(root),
              .entries = entries_of(store_, store_.load(root, NodeKind::manifest), root.media_type),
              .joinable = true};
    }
    return {.part = part(root), .entries = {entry_for_image(store_, root, {}).entry}};
  }

  static std::vector<Digest> digests(const MadeIndex& made) {
    std::vector<Digest> digests;
    for (const Descriptor& entry : parse_index(made.bytes, made.root.media_type).manifests) {
      digests.push_back(entry.digest);
    }
    return digests;
  }

  MemoryStore store_;
};

TEST_F(ComposeIndex, OfNothingAndImages) {
  const Descriptor linux = image("linux/amd64");
  const Descriptor wasi = image("wasi/wasm");
  const MadeIndex made = compose_index({.sources = {source(linux), source(wasi)}}, nullptr);
  EXPECT_EQ(made.root, describe(media_type::kOciIndex, made.bytes));
  EXPECT_THAT(digests(made), ElementsAre(linux.digest, wasi.digest));
  EXPECT_THAT(made.before, IsEmpty());
  EXPECT_THAT(made.entries, SizeIs(2));
}

TEST_F(ComposeIndex, AFirstIndexIsWhatTheOthersJoin) {
  const Descriptor wasi = image("wasi/wasm");
  Descriptor linux = image("linux/amd64");
  linux.platform = parse_platform("linux/amd64");
  const std::string text = R"({ "schemaVersion": 2, "annotations": {"a": "b"}, "manifests": [)" +
                           store_.load(testing::add_index(store_, {linux}), NodeKind::manifest)
                               .substr(std::string(R"({"schemaVersion":2,"mediaType":")").size() +
                                       media_type::kOciIndex.size() + std::string(R"(","manifests":[)").size());
  const Descriptor index = store_.add(media_type::kOciIndex, text);
  EXPECT_EQ(compose_index({.sources = {source(index)}}, nullptr).bytes, text);
  const MadeIndex joined = compose_index({.sources = {source(index), source(wasi)}}, nullptr);
  EXPECT_EQ(parse_index(joined.bytes).annotations.at("a"), "b");
  EXPECT_THAT(digests(joined), ElementsAre(linux.digest, wasi.digest));
  // Of a later one the entries are taken.
  const MadeIndex taken = compose_index({.sources = {source(wasi), source(index)}}, nullptr);
  EXPECT_THAT(parse_index(taken.bytes).annotations, IsEmpty());
  EXPECT_THAT(digests(taken), ElementsAre(wasi.digest, linux.digest));
}

TEST_F(ComposeIndex, AnImageBecomesAnIndexWhereAnotherJoins) {
  const Descriptor linux = image("linux/amd64");
  const Descriptor wasi = image("wasi/wasm");
  const IndexPart base = part(linux);
  const MadeIndex made = compose_index({.sources = {source(wasi)}}, &base);
  EXPECT_THAT(digests(made), ElementsAre(linux.digest, wasi.digest));
  EXPECT_THAT(made.before, SizeIs(1));
  EXPECT_THROW(compose_index({.removed = {parse_platform("linux/amd64")}}, &base), UsageError);
}

TEST_F(ComposeIndex, SaysWhatTakesWhosePlace) {
  const Descriptor first = image("wasi/wasm", "1");
  const Descriptor second = image("wasi/wasm", "2");
  const MadeIndex made = compose_index({.sources = {source(first), source(second)}}, nullptr);
  EXPECT_THAT(digests(made), ElementsAre(second.digest));
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("takes the place of " + first.digest.str())));
}

TEST_F(ComposeIndex, RemovesWhatIsThereAndNotEverything) {
  const Descriptor linux = image("linux/amd64");
  const Descriptor wasi = image("wasi/wasm");
  const MadeIndex both = compose_index({.sources = {source(linux), source(wasi)}}, nullptr);
  const IndexPart base = part(store_.add(both.root.media_type, both.bytes));
  EXPECT_THAT(digests(compose_index({.removed = {parse_platform("wasi/wasm")}}, &base)), ElementsAre(linux.digest));
  EXPECT_THAT(digests(compose_index({.removed = {wasi.digest}}, &base)), ElementsAre(linux.digest));
  EXPECT_THROW(compose_index({.removed = {parse_platform("wasip1/wasm")}}, &base), NotFoundError);
  EXPECT_EQ(compose_index({.removed = {parse_platform("wasip1/wasm")}}, &base, true).bytes, both.bytes);
  EXPECT_THROW(compose_index({.removed = {wasi.digest, linux.digest}}, &base), UsageError);
}

TEST_F(ComposeIndex, AnnotatesWhatItMade) {
  const Descriptor wasi = image("wasi/wasm");
  const MadeIndex made = compose_index(
      {.sources = {source(wasi)}, .annotations = parse_annotation("index,manifest:a=b", AnnotationLevel::index)},
      nullptr);
  EXPECT_EQ(parse_index(made.bytes).annotations.at("a"), "b");
  ASSERT_THAT(made.manifests, SizeIs(1));
  EXPECT_EQ(made.entries.front().descriptor.digest, made.manifests.begin()->first);
}

}  // namespace
}  // namespace wasm_oci
