#include "oci/store/referrers.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/archive_store.hpp"
#include "oci/store/archive_writer.hpp"
#include "oci/store/copy_graph.hpp"
#include "oci/store/layout_store.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace wasm_oci {
namespace {

using testing::add_image;
using testing::add_referrer;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::name_root;
using testing::TempDir;
using ::testing::UnorderedElementsAre;

const std::string kSubject = R"("subject":{"mediaType":"a/b","size":2,"digest":")" + digest_of("{}").str() + R"("})";

auto with_digest_of(const Descriptor& descriptor) { return Field(&Descriptor::digest, descriptor.digest); }

Descriptor described(const std::string& text, std::string_view type = media_type::kOciManifest) {
  return describe_referrer(describe(type, text), text);
}

TEST(SubjectOf, IsTheDigestOfTheSubject) {
  EXPECT_EQ(subject_of("{" + kSubject + "}"), digest_of("{}"));
  for (const char* text : {"", "{}", "[]", "no JSON", R"({"subject":null})", R"({"subject":"x"})", R"({"subject":{}})",
                           R"({"subject":{"digest":7}})", R"({"subject":{"digest":"sha256:abc"}})"}) {
    EXPECT_EQ(subject_of(text), std::nullopt) << text;
  }
}

TEST(DescribeReferrer, TakesTheArtifactTypeElseThatOfTheConfig) {
  EXPECT_EQ(described(R"({"artifactType":"a/b","config":{"mediaType":"c/d"}})").artifact_type, "a/b");
  EXPECT_EQ(described(R"({"artifactType":"","config":{"mediaType":"c/d"}})").artifact_type, "c/d");
  EXPECT_EQ(described(R"({"manifests":[]})", media_type::kOciIndex).artifact_type, "");
  EXPECT_THAT(described(R"({"annotations":{"k":"v"}})").annotations, ElementsAre(::testing::Pair("k", "v")));
}

TEST(DescribeReferrer, RefusesWhatOtherReadersWouldReadOtherwise) {
  for (const char* text : {"[]", R"({"mediaType":"a/b"})", R"({"artifactType":"a","artifactType":"b"})",
                           R"({"ArtifactType":"a"})", R"({"annotations":[]})", R"({"config":[]})"}) {
    EXPECT_THROW(described(text), ContentError) << text;
  }
}

// Each store gives the same answer for the same graph.
class StoreReferrers : public ::testing::Test {
 protected:
  StoreReferrers() {
    name_root(memory_, image_, {{"app"}});
    for (const Descriptor& referrer : {signature_, named_, countersignature_}) {
      name_root(memory_, referrer, {});
    }
  }

  void copy_to(WritableStore& to) {
    copy_graph(memory_, image_, to, std::vector<RootName>{{"app"}});
    copy_graph(memory_, signature_, to, {});
    copy_graph(memory_, named_, to, std::vector<RootName>{{"named"}, {"again"}});
    copy_graph(memory_, countersignature_, to, {});
  }
  void expect_referrers(Store& store) const {
    EXPECT_THAT(store.referrers(image_.digest),
                UnorderedElementsAre(with_digest_of(signature_), with_digest_of(named_)));
    EXPECT_THAT(store.referrers(signature_.digest), ElementsAre(with_digest_of(countersignature_)));
    EXPECT_THAT(store.referrers(countersignature_.digest), IsEmpty());
    EXPECT_EQ(store.referrers(signature_.digest).at(0).artifact_type, media_type::kOciConfig);
    EXPECT_EQ(store.referrers(signature_.digest).at(0).size, countersignature_.size);
  }

  MemoryStore memory_;
  TempDir dir_;
  Descriptor image_ = add_image(memory_, "layer");
  Descriptor signature_ = add_referrer(memory_, image_, "signature");
  Descriptor named_ = add_referrer(memory_, image_, "named");
  Descriptor countersignature_ = add_referrer(memory_, signature_, "countersignature");
};

TEST_F(StoreReferrers, AreFoundInMemoryByContent) { expect_referrers(memory_); }

TEST_F(StoreReferrers, AreFoundInALayoutByItsEntries) {
  const auto layout = LayoutStore::open_for_writing(dir_ / "layout");
  EXPECT_THAT(layout->referrers(image_.digest), IsEmpty());
  copy_to(*layout);
  expect_referrers(*layout);
  EXPECT_THAT(layout->referrers(image_.digest), ElementsAre(with_digest_of(signature_), with_digest_of(named_)))
      << "in the order of the entries";
  EXPECT_THAT(LayoutStore::open_or_empty(dir_ / "none")->referrers(image_.digest), IsEmpty());
}

TEST_F(StoreReferrers, AreFoundInAnArchiveByItsEntries) {
  ArchiveWriter writer(dir_ / "a.tar", ArchiveFormat::oci);
  copy_to(writer);
  writer.finish();
  expect_referrers(*ArchiveReader::open(dir_ / "a.tar", ArchiveFormat::oci));
}

TEST_F(StoreReferrers, DoNotCountWhereALocationHasNoName) {
  ArchiveWriter writer(dir_ / "a.tar", ArchiveFormat::oci);
  copy_graph(memory_, image_, writer, {});
  copy_graph(memory_, signature_, writer, {});
  writer.finish();
  EXPECT_EQ(ArchiveReader::open(dir_ / "a.tar", ArchiveFormat::oci)->only_entry().digest, image_.digest);
}

TEST_F(StoreReferrers, PassOverWhatIsNotThereAndRefuseWhatIsBroken) {
  const auto layout = LayoutStore::open_for_writing(dir_ / "layout");
  copy_to(*layout);
  const std::string blob = dir_ / ("layout/blobs/sha256/" + signature_.digest.hex());
  std::filesystem::remove(blob);
  const auto sparse = LayoutStore::open(dir_ / "layout");
  EXPECT_THAT(sparse->referrers(image_.digest), ElementsAre(with_digest_of(named_)));
  testing::write_file(blob, std::string(signature_.size, ' '));
  EXPECT_THROW(sparse->referrers(image_.digest), ContentError);
}

TEST_F(StoreReferrers, AreBoundedInBytes) {
  for (int number = 0; number < 9; ++number) {
    const std::string text = R"({"annotations":{"k":")" + std::string(kMaxManifestSize - 200, 'x') +
                             std::to_string(number) + R"("},)" + kSubject + "}";
    memory_.add(media_type::kOciManifest, text);
  }
  try {
    memory_.referrers(digest_of("{}"));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ContentError& error) {
    EXPECT_THAT(error.message(), HasSubstr(digest_of("{}").str()));
  }
}

TEST_F(StoreReferrers, MayBeTiedByATag) {
  const std::string tag = "sha256-" + image_.digest.hex();
  name_root(memory_, named_, {{tag + ".sbom"}, {tag + ".other"}});
  name_root(memory_, signature_, {{tag + ".sig"}});
  const std::vector<TaggedReferrer> found = tagged_referrers(memory_, image_.digest);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].tag, tag + ".sig");
  EXPECT_EQ(found[0].descriptor.digest, signature_.digest);
  EXPECT_EQ(found[1].tag, tag + ".sbom");
  EXPECT_THAT(tagged_referrers(memory_, signature_.digest), IsEmpty());
  EXPECT_THAT(tagged_referrers(memory_, digest_of("x", DigestAlgorithm::sha512)), IsEmpty());
}

}  // namespace
}  // namespace wasm_oci
