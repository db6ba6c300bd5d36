#include "oci/store/copy_referrers.hpp"

#include "oci/error.hpp"
#include "oci/store/layout_store.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <span>

namespace wasm_oci {
namespace {

using testing::add_image;
using testing::add_referrer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::name_root;
using testing::read_graph;

// Lists what a test tells it to.
class LyingStore final : public MemoryStore {
 public:
  std::vector<Descriptor> referrers(const Digest& subject) override {
    return list ? list(subject) : MemoryStore::referrers(subject);
  }

  std::function<std::vector<Descriptor>(const Digest&)> list;
};

class CopyReferrers : public ::testing::Test {
 protected:
  CopiedReferrers copy(TaggedReferrers tagged = TaggedReferrers::skip) {
    return copy_referrers(from_, std::span(&image_.digest, 1), to_, tagged);
  }
  std::string tag_of(const Descriptor& subject, const std::string& suffix) const {
    return "sha256-" + subject.digest.hex() + suffix;
  }
  // What was copied, in order.
  static std::vector<Digest> digests(const CopiedReferrers& copied) {
    std::vector<Digest> found;
    for (const CopiedReferrer& referrer : copied.copied) {
      found.push_back(referrer.descriptor.digest);
    }
    return found;
  }

  LyingStore from_;
  MemoryStore to_;
  Descriptor image_ = add_image(from_, "layer");
};

TEST_F(CopyReferrers, TakesWhatRefersToTheImageAndToThat) {
  const Descriptor signature = add_referrer(from_, image_, "signature");
  const Descriptor countersignature = add_referrer(from_, signature, "countersignature");
  add_referrer(from_, add_image(from_, "other"), "signature of another");
  const CopiedReferrers copied = copy();
  EXPECT_THAT(digests(copied), ElementsAre(signature.digest, countersignature.digest));
  EXPECT_EQ(copied.copied.at(0).subject, image_.digest);
  EXPECT_EQ(copied.copied.at(1).subject, signature.digest);
  EXPECT_EQ(copied.copied.at(1).tag, "");
  EXPECT_EQ(read_graph(to_, countersignature), 3U);
  EXPECT_EQ(to_.resolve(image_.digest.str()), std::nullopt) << "the image itself is not copied";
}

TEST_F(CopyReferrers, OfSeveralSubjectsTakesEachOnce) {
  const Descriptor other = add_image(from_, "other");
  const Descriptor first = add_referrer(from_, image_, "first");
  const Descriptor second = add_referrer(from_, other, "second");
  const std::vector<Digest> subjects = {image_.digest, other.digest, image_.digest, first.digest};
  EXPECT_THAT(digests(copy_referrers(from_, subjects, to_, TaggedReferrers::skip)),
              ElementsAre(first.digest, second.digest));
}

TEST_F(CopyReferrers, InALayoutAreUnnamedEntriesThatPruneKeeps) {
  const testing::TempDir dir;
  const auto layout = LayoutStore::open_for_writing(dir / "layout");
  const Descriptor signature = add_referrer(from_, image_, "signature");
  copy_graph(from_, image_, *layout, std::vector<RootName>{{"app"}});
  copy_referrers(from_, std::span(&image_.digest, 1), *layout, TaggedReferrers::skip);
  EXPECT_EQ(layout->only_entry().digest, image_.digest);
  EXPECT_TRUE(layout->prune().removed.empty());
  EXPECT_EQ(layout->referrers(image_.digest).at(0).digest, signature.digest);
}

TEST_F(CopyReferrers, GoUnderTheirTagsWhereThatIsWanted) {
  const Descriptor signature = add_image(from_, "signature");
  const Descriptor of_signature = add_image(from_, "signature of the signature");
  name_root(from_, signature, {{tag_of(image_, ".sig")}});
  name_root(from_, of_signature, {{tag_of(signature, ".sig")}});
  EXPECT_THAT(digests(copy()), IsEmpty());
  const CopiedReferrers copied = copy(TaggedReferrers::copy);
  EXPECT_THAT(digests(copied), ElementsAre(signature.digest, of_signature.digest));
  EXPECT_EQ(copied.copied.at(0).tag, tag_of(image_, ".sig"));
  EXPECT_EQ(to_.resolve(tag_of(image_, ".sig"))->digest, signature.digest);
  EXPECT_EQ(to_.resolve(tag_of(signature, ".sig"))->digest, of_signature.digest);
}

TEST_F(CopyReferrers, ATagThatNamesAnotherStaysWhatItIs) {
  const Descriptor theirs = add_image(to_, "signature that is there");
  name_root(to_, theirs, {{tag_of(image_, ".sig")}});
  const Descriptor signature = add_image(from_, "signature");
  name_root(from_, signature, {{tag_of(image_, ".sig")}});
  const CopiedReferrers copied = copy(TaggedReferrers::copy);
  EXPECT_THAT(digests(copied), IsEmpty());
  ASSERT_EQ(copied.left.size(), 1U);
  EXPECT_EQ(copied.left.front().descriptor.digest, signature.digest);
  EXPECT_EQ(to_.resolve(tag_of(image_, ".sig"))->digest, theirs.digest);
}

TEST_F(CopyReferrers, WhatIsListedAndNotThereIsTold) {
  const Descriptor absent = describe("application/vnd.oci.image.manifest.v1+json", "absent");
  from_.list = [&](const Digest& subject) {
    return subject == image_.digest ? std::vector{absent} : std::vector<Descriptor>{};
  };
  const CopiedReferrers copied = copy();
  EXPECT_THAT(digests(copied), IsEmpty());
  EXPECT_THAT(copied.missing, ElementsAre(absent));
}

TEST_F(CopyReferrers, TiedInACircleAreTakenOnce) {
  const Descriptor signature = add_image(from_, "signature");
  name_root(from_, signature, {{tag_of(image_, ".sig")}});
  name_root(from_, image_, {{tag_of(signature, ".att")}});
  EXPECT_THAT(digests(copy(TaggedReferrers::copy)), ElementsAre(signature.digest, image_.digest));
}

TEST_F(CopyReferrers, AListThatLiesIsAContentError) {
  const Descriptor other = add_referrer(from_, add_image(from_, "other"), "signature of another");
  Descriptor listed = other;
  from_.list = [&listed](const Digest&) { return std::vector{listed}; };
  try {
    copy();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ContentError& error) {
    EXPECT_THAT(error.message(), HasSubstr(other.digest.str()));
    EXPECT_THAT(error.message(), HasSubstr(image_.digest.str()));
  }
  listed = add_referrer(from_, image_, "signature");
  listed.media_type = "application/x-other";
  EXPECT_THROW(copy(), ContentError) << "its layers would stay behind";
  listed = add_referrer(from_, image_, "signature");
  ++listed.size;
  EXPECT_THROW(copy(), ContentError);
  EXPECT_FALSE(to_.resolve(listed.digest.str()));
}

TEST_F(CopyReferrers, AListIsNotBelievedWhatAReferrerIs) {
  const Descriptor signature = add_referrer(from_, image_, "signature");
  from_.list = [&](const Digest& subject) {
    Descriptor listed = signature;
    listed.artifact_type = "application/x-other";
    return subject == image_.digest ? std::vector{listed} : std::vector<Descriptor>();
  };
  EXPECT_EQ(copy().copied.at(0).descriptor.artifact_type, "application/vnd.oci.image.config.v1+json");
}

TEST_F(CopyReferrers, AreFollowedSixteenSteps) {
  Descriptor last = image_;
  for (int step = 1; step <= 16; ++step) {
    last = add_referrer(from_, last, "step");
  }
  EXPECT_EQ(copy().copied.size(), 16U);
  add_referrer(from_, last, "step");
  EXPECT_THROW(copy(), ContentError);
}

}  // namespace
}  // namespace wasm_oci
