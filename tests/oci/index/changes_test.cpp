#include "oci/index/changes.hpp"

#include "oci/store/memory_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string entry(const std::string& name, const std::string& architecture, const std::string& rest = "") {
  return R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest_of(name).str() +
         R"(","size":7,"platform":{"os":"linux","architecture":")" + architecture + "\"}" + rest + "}";
}

std::string attestation(const std::string& name) {
  return R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest_of(name).str() +
         R"(","size":7,"annotations":{"vnd.docker.reference.type":"attestation-manifest"}})";
}

IndexChanges compare(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  MemoryStore store;
  const auto entries = [&store](const std::vector<std::string>& texts) {
    std::string text = R"({"schemaVersion":2,"manifests":[)";
    for (const std::string& one : texts) {
      text.append(&one == &texts.front() ? "" : ",").append(one);
    }
    return entries_of(store, text + "]}", "");
  };
  return compare_indexes(entries(before), entries(after));
}

std::vector<Digest> digests(const std::vector<ChangedEntry>& entries) {
  std::vector<Digest> digests;
  for (const ChangedEntry& changed : entries) {
    digests.push_back(changed.digest);
  }
  return digests;
}

TEST(CompareIndexes, TellsEntriesOfOneDigestApartByTheirPlatforms) {
  const std::vector<std::string> both = {entry("same", "amd64"), entry("same", "arm64")};
  const IndexChanges removed = compare(both, {both[1]});
  EXPECT_THAT(digests(removed.unchanged), ElementsAre(digest_of("same")));
  EXPECT_THAT(digests(removed.removed), ElementsAre(digest_of("same")));
  EXPECT_EQ(removed.removed.front().platform, parse_platform("linux/amd64"));
  const IndexChanges added = compare({both[1]}, both);
  EXPECT_THAT(added.changed, IsEmpty());
  EXPECT_EQ(added.added.front().platform, parse_platform("linux/amd64"));
  const IndexChanges relabelled = compare({both[0]}, {both[1]});
  EXPECT_THAT(digests(relabelled.changed), ElementsAre(digest_of("same")));
  EXPECT_THAT(relabelled.removed, IsEmpty());
}

TEST(CompareIndexes, TellsWhatBecameOfEachEntry) {
  const IndexChanges changes =
      compare({entry("same", "amd64"), entry("old", "arm64"), entry("gone", "s390x"), entry("labelled", "386")},
              {entry("new", "arm64"), entry("same", "amd64"), entry("more", "riscv64"),
               entry("labelled", "386", R"(,"annotations":{"a":"b"})")});
  EXPECT_THAT(digests(changes.unchanged), ElementsAre(digest_of("same")));
  EXPECT_THAT(digests(changes.added), ElementsAre(digest_of("more")));
  EXPECT_THAT(digests(changes.replaced), ElementsAre(digest_of("new")));
  EXPECT_EQ(changes.replaced.front().previous, digest_of("old"));
  EXPECT_EQ(changes.replaced.front().platform, parse_platform("linux/arm64"));
  EXPECT_THAT(digests(changes.changed), ElementsAre(digest_of("labelled")));
  EXPECT_THAT(digests(changes.removed), ElementsAre(digest_of("gone")));
}

TEST(CompareIndexes, CountsAttestations) {
  const IndexChanges changes = compare({attestation("kept"), attestation("gone"), attestation("also gone")},
                                       {attestation("new"), attestation("kept")});
  EXPECT_EQ(changes.attestations_kept, 1U);
  EXPECT_EQ(changes.attestations_added, 1U);
  EXPECT_EQ(changes.attestations_removed, 2U);
  EXPECT_THAT(changes.added, IsEmpty());
  EXPECT_THAT(changes.removed, IsEmpty());
}

TEST(CompareIndexes, LayoutIsNoChange) {
  EXPECT_EQ(compare({entry("a", "amd64", R"( , "x" : [ 1, "\u0062" ])")}, {entry("a", "amd64", R"(,"x":[1,"b"])")})
                .unchanged.size(),
            1U);
}

TEST(CompareIndexes, OneImageInThePlaceOfTwoRemovesOne) {
  const IndexChanges changes = compare({entry("gzip", "amd64"), entry("zstd", "amd64")}, {entry("new", "amd64")});
  EXPECT_EQ(changes.replaced.size(), 1U);
  EXPECT_EQ(changes.removed.size(), 1U);
}

}  // namespace
}  // namespace wasm_oci
