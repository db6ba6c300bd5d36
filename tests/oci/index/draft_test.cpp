#include "oci/index/draft.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Digest digest(const std::string& name) { return digest_of(name); }

// Entries as others write them, with a field that nobody here knows.
std::string image(const std::string& name, const std::string& os, const std::string& architecture) {
  return R"({ "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": ")" + digest(name).str() +
         R"(", "size": 7, "platform": {"architecture": ")" + architecture + R"(", "os":")" + os +
         R"("}, "x-unknown": [1,  2] })";
}

// The same, laid out as an edit lays out what it puts in.
std::string plain_image(const std::string& name, const std::string& os, const std::string& architecture) {
  return R"({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": ")" + digest(name).str() +
         R"(", "size": 7, "platform": {"architecture": ")" + architecture + R"(", "os": ")" + os +
         R"("}, "x-unknown": [1, 2]})";
}

std::string attestation(const std::string& name, const std::string& subject) {
  return R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest(name).str() +
         R"(","size":9,"platform":{"architecture":"unknown","os":"unknown"},"annotations":{)" +
         R"("vnd.docker.reference.digest":")" + digest(subject).str() +
         R"(","vnd.docker.reference.type":"attestation-manifest"}})";
}

// The same, laid out as an edit lays out what it puts in.
std::string plain_attestation(const std::string& name, const std::string& subject) {
  return R"({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": ")" + digest(name).str() +
         R"(", "size": 9, "platform": {"architecture": "unknown", "os": "unknown"}, "annotations": {)" +
         R"("vnd.docker.reference.digest": ")" + digest(subject).str() +
         R"(", "vnd.docker.reference.type": "attestation-manifest"}})";
}

std::string index(const std::vector<std::string>& entries, const std::string& separator = ",\n    ") {
  std::string text =
      "{\n  \"manifests\": [\n    ";  // not in the order of the specification, and with other spaces than ours
  for (const std::string& entry : entries) {
    text += (&entry == &entries.front() ? "" : separator) + entry;
  }
  return text + "\n  ],\n \"schemaVersion\" : 2, \"annotations\": {\"a\": \"\\u0062\"}\n}\n";
}

struct Filtered {
  std::string bytes;
  std::vector<Platform> absent;
};

Filtered filter(const std::string& text, std::initializer_list<const char*> wanted) {
  MemoryStore store;
  std::vector<Platform> platforms;
  for (const char* const platform : wanted) {
    platforms.push_back(parse_platform(platform));
  }
  IndexDraft draft(store, store.add(media_type::kOciIndex, text));
  std::vector<Platform> absent = draft.keep_only(platforms);
  return {.bytes = draft.text(), .absent = std::move(absent)};
}

// An index as a source of entries, in a store of its own.
class SourceIndex {
 public:
  explicit SourceIndex(const std::string& text, std::string_view type = media_type::kOciIndex)
      : entries_(entries_of(store_, text, type)) {}

  const std::vector<IndexEntry>& entries() const { return entries_; }

 private:
  MemoryStore store_;
  std::vector<IndexEntry> entries_;
};

// What `text` is after `edit`.
std::string edited(const std::string& text, const std::function<void(IndexDraft&)>& edit,
                   std::string_view type = media_type::kOciIndex) {
  MemoryStore store;
  IndexDraft draft(store, store.add(type, text));
  edit(draft);
  return draft.text();
}

std::string merged(const std::string& text, const std::string& source) {
  const SourceIndex other(source);
  return edited(text, [&](IndexDraft& draft) { draft.merge(other.entries()); });
}

TEST(IndexDraft, KeepsWhatWasAskedForAndEveryOtherByte) {
  const std::string wasi = image("wasi", "wasi", "wasm");
  const std::string amd64 = image("amd64", "linux", "amd64");
  const std::string arm64 = image("arm64", "linux", "arm64");
  const Filtered filtered = filter(index({amd64, arm64, wasi}), {"wasi/wasm", "linux/amd64"});
  EXPECT_EQ(filtered.bytes, index({amd64, wasi}));
  EXPECT_THAT(filtered.absent, IsEmpty());
}

TEST(IndexDraft, KeepsTheAttestationsOfWhatStays) {
  const std::string wasi = image("wasi", "wasi", "wasm");
  const std::string amd64 = image("amd64", "linux", "amd64");
  const std::string arm64 = image("arm64", "linux", "arm64");
  const std::string of_wasi = attestation("1", "wasi");
  const std::string of_amd64 = attestation("2", "amd64");
  const std::string of_arm64 = attestation("3", "arm64");
  const std::string again_of_wasi = attestation("4", "wasi");
  const std::string of_nothing = attestation("5", "elsewhere");
  const std::string text = index({arm64, wasi, amd64, of_arm64, of_wasi, of_amd64, again_of_wasi, of_nothing}, ",");
  EXPECT_EQ(filter(text, {"wasi/wasm", "linux/amd64"}).bytes,
            index({wasi, amd64, of_wasi, of_amd64, again_of_wasi}, ","));
  EXPECT_EQ(filter(text, {"linux/arm64"}).bytes, index({arm64, of_arm64}, ","));
}

TEST(IndexDraft, DropsAttestationsThatDoNotSayWhatTheyAttest) {
  const std::string wasi = image("wasi", "wasi", "wasm");
  const std::string unknown = image("unknown", "unknown", "unknown");
  EXPECT_EQ(filter(index({unknown, wasi}), {"wasi/wasm"}).bytes, index({wasi}));
}

TEST(IndexDraft, WhereEverythingStaysTheBytesDo) {
  const std::string text = index({image("1", "wasi", "wasm"), attestation("2", "1"), image("3", "linux", "amd64")});
  EXPECT_EQ(filter(text, {"linux/amd64", "wasi/wasm", "wasi/wasm"}).bytes, text);
}

TEST(IndexDraft, KeepsAllEntriesForOnePlatform) {
  const std::string first = image("1", "windows", "amd64");
  const std::string second = image("2", "Windows", "x86_64");
  const std::string other = image("3", "linux", "amd64");
  EXPECT_EQ(filter(index({first, other, second}), {"windows/amd64"}).bytes, index({first, second}));
}

TEST(IndexDraft, TellsWhatIsAbsent) {
  const Platform arm = {.os = "linux", .architecture = "arm64"};
  const Platform wasip2 = {.os = "wasip2", .architecture = "wasm"};
  const std::string wasi = image("wasi", "wasi", "wasm");
  EXPECT_THAT(filter(index({wasi}), {"linux/arm64", "wasi/wasm", "wasip2/wasm"}).absent, ElementsAre(arm, wasip2));
  EXPECT_THAT(filter(R"({"schemaVersion":2,"manifests":null})", {"linux/arm64"}).absent, ElementsAre(arm));
}

TEST(IndexDraft, KeepsEntriesAndNotDigests) {
  const std::string same_for_386 = plain_image("amd64", "linux", "386");
  EXPECT_EQ(filter(index({plain_image("amd64", "linux", "amd64"), same_for_386}), {"linux/386"}).bytes,
            index({same_for_386}));
}

TEST(IndexDraft, AsksTheConfigWhereTheEntrySaysNothing) {
  MemoryStore store;
  const Descriptor bare = testing::add_image(store, "layer");  // its config says wasip1/wasm
  Descriptor other = describe(media_type::kOciManifest, "other");
  other.platform = Platform{.os = "linux", .architecture = "amd64"};
  const Descriptor absent = describe(media_type::kOciManifest, "absent");
  const Descriptor root = testing::add_index(store, {other, absent, bare});
  const std::vector<Platform> platforms = {{.os = "wasip1", .architecture = "wasm"}};
  IndexDraft draft(store, root);
  draft.keep_only(platforms);
  EXPECT_THAT(parse_index(draft.text()).manifests, ElementsAre(bare));
}

TEST(IndexDraft, BeginsAsAnOciIndexOfNothing) {
  const IndexDraft draft;
  EXPECT_EQ(draft.text(),
            R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})");
  EXPECT_THAT(draft.entries(), IsEmpty());
}

TEST(IndexDraft, PutsNewImagesBehindTheOthersAndBeforeAttestations) {
  const std::string amd64 = plain_image("amd64", "linux", "amd64");
  const std::string of_amd64 = attestation("1", "amd64");
  const std::string wasi = plain_image("wasi", "wasi", "wasm");
  const std::string of_wasi = attestation("2", "wasi");
  EXPECT_EQ(merged(index({amd64, of_amd64}), index({wasi, of_wasi})), index({amd64, wasi, of_amd64, of_wasi}));
}

TEST(IndexDraft, WhatWasAddedAndIsRemovedLeavesNoTrace) {
  for (const std::string& text :
       {index({plain_image("amd64", "linux", "amd64"), plain_image("arm64", "linux", "arm64"),
               attestation("1", "amd64")}),
        index({plain_image("amd64", "linux", "amd64")}, ","),
        std::string(R"({"schemaVersion":2,"manifests":[],"mediaType":"application/vnd.oci.image.index.v1+json"})")}) {
    const std::string added = merged(text, index({plain_image("wasi", "wasi", "wasm"), attestation("2", "wasi")}));
    EXPECT_NE(added, text);
    EXPECT_EQ(edited(added, [](IndexDraft& draft) { EXPECT_EQ(draft.remove(parse_platform("wasi/wasm")), 1U); }), text);
  }
}

TEST(IndexDraft, TheLaterSourceTakesThePlaceOfTheEarlier) {
  const std::string amd64 = plain_image("amd64", "linux", "amd64");
  const std::string old = plain_image("old", "wasi", "wasm");
  const std::string of_old = attestation("1", "old");
  const std::string arm64 = plain_image("arm64", "linux", "arm64");
  const std::string wasi = plain_image("wasi", "wasi", "wasm");
  const std::string of_wasi = attestation("2", "wasi");
  const SourceIndex source(index({wasi, of_wasi}));
  Merged result;
  EXPECT_EQ(edited(index({amd64, old, arm64, of_old}, ","),
                   [&](IndexDraft& draft) { result = draft.merge(source.entries()); }),
            index({amd64, wasi, arm64, of_wasi}, ","));
  ASSERT_EQ(result.replaced.size(), 1U);
  EXPECT_EQ(result.replaced.front().before.digest, digest("old"));
  EXPECT_EQ(result.replaced.front().after.digest, digest("wasi"));
  ASSERT_EQ(result.orphans.size(), 1U);
  EXPECT_EQ(result.orphans.front().digest, digest("1"));
}

TEST(IndexDraft, WhatIsThereAlreadyStaysAsItIs) {
  const std::string text = index({plain_image("wasi", "wasi", "wasm"), attestation("1", "wasi")});
  const std::string same = R"({"schemaVersion":2,"manifests":[)" + plain_image("wasi", "wasi", "wasm") + "," +
                           attestation("1", "wasi") + "]}";
  EXPECT_EQ(merged(text, same), text);
}

TEST(IndexDraft, OneImageInTwoCompressionsIsOneSource) {
  const std::string amd64 = plain_image("amd64", "linux", "amd64");
  const std::string gzip = plain_image("gzip", "wasi", "wasm");
  const std::string zstd = plain_image("zstd", "wasi", "wasm");
  const std::string arm64 = plain_image("arm64", "linux", "arm64");
  EXPECT_EQ(merged(index({amd64, arm64}), index({gzip, zstd})), index({amd64, arm64, gzip, zstd}));
  const std::string old = plain_image("old", "wasi", "wasm");
  EXPECT_EQ(merged(index({old, amd64, arm64}), index({gzip, zstd})), index({gzip, zstd, amd64, arm64}));
  EXPECT_EQ(merged(index({gzip, amd64, zstd, arm64}), index({old})), index({old, amd64, arm64}));
  EXPECT_EQ(merged(index({gzip, amd64, zstd}), index({zstd, gzip})), index({gzip, amd64, zstd}));
}

TEST(IndexDraft, VersionsOfAnOsArePlatformsOfTheirOwn) {
  const auto windows = [](const std::string& version) {
    return R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest(version).str() +
           R"(","size":7,"platform":{"architecture":"amd64","os":"windows","os.version":")" + version + R"("}})";
  };
  EXPECT_EQ(merged(index({windows("1")}), index({windows("2")})), index({windows("1"), windows("2")}));
}

TEST(IndexDraft, NamesOfOnePlatformAreOne) {
  const std::string old = plain_image("old", "linux", "x86_64");
  const std::string wasi = plain_image("new", "linux", "amd64");
  EXPECT_EQ(merged(index({old}), index({wasi})), index({wasi}));
}

TEST(IndexDraft, AttestationsOfOtherImagesDoNotComeAlong) {
  const std::string wasi = plain_image("wasi", "wasi", "wasm");
  const SourceIndex source(index({wasi, attestation("1", "elsewhere")}));
  Merged result;
  EXPECT_EQ(edited(index({plain_image("amd64", "linux", "amd64")}),
                   [&](IndexDraft& draft) { result = draft.merge(source.entries()); }),
            index({plain_image("amd64", "linux", "amd64"), wasi}));
  ASSERT_EQ(result.orphans.size(), 1U);
}

TEST(IndexDraft, RemovesByDigestAndWhatAttestsIt) {
  const std::string amd64 = image("amd64", "linux", "amd64");
  const std::string wasi = image("wasi", "wasi", "wasm");
  const std::string text = index({amd64, wasi, attestation("1", "amd64"), attestation("2", "wasi")});
  EXPECT_EQ(edited(text, [](IndexDraft& draft) { EXPECT_EQ(draft.remove(digest("amd64")), 1U); }),
            index({wasi, attestation("2", "wasi")}));
  EXPECT_EQ(edited(text, [](IndexDraft& draft) { EXPECT_EQ(draft.remove(digest("2")), 1U); }),
            index({amd64, wasi, attestation("1", "amd64")}));
  EXPECT_EQ(edited(text, [](IndexDraft& draft) { EXPECT_EQ(draft.remove(digest("absent")), 0U); }), text);
  EXPECT_EQ(edited(text, [](IndexDraft& draft) { EXPECT_EQ(draft.remove_attestations(), 2U); }), index({amd64, wasi}));
}

TEST(IndexDraft, KeepsAttestationsOfAnImageThatStaysUnderAnotherPlatform) {
  const std::string linux = image("same", "linux", "amd64");
  const std::string wasi = image("same", "wasi", "wasm");
  const std::string of_same = attestation("1", "same");
  EXPECT_EQ(edited(index({linux, wasi, of_same}),
                   [](IndexDraft& draft) { EXPECT_EQ(draft.remove(parse_platform("wasi/wasm")), 1U); }),
            index({linux, of_same}));
}

TEST(IndexDraft, AttestationsOfAttestationsComeAndGoWithThem) {
  const std::string amd64 = plain_image("amd64", "linux", "amd64");
  const std::string wasi = plain_image("wasi", "wasi", "wasm");
  const std::string first = plain_attestation("1", "wasi");
  const std::string second = plain_attestation("2", "1");
  const std::string third = plain_attestation("3", "2");
  const std::string source = index({wasi, third, first, second});
  const std::string all = index({amd64, wasi, third, first, second});
  EXPECT_EQ(merged(index({amd64}), source), all);
  EXPECT_EQ(merged(all, source), all);
  EXPECT_EQ(merged(index({amd64, wasi, first}), source), index({amd64, wasi, first, third, second}));
  EXPECT_EQ(merged(all, index({plain_image("new", "wasi", "wasm")})),
            index({amd64, plain_image("new", "wasi", "wasm")}));
  EXPECT_EQ(filter(all, {"wasi/wasm"}).bytes, source);
  EXPECT_EQ(filter(all, {"linux/amd64"}).bytes, index({amd64}));
  EXPECT_EQ(edited(all, [](IndexDraft& draft) { EXPECT_EQ(draft.remove(digest("wasi")), 1U); }), index({amd64}));
  EXPECT_EQ(edited(all, [](IndexDraft& draft) { EXPECT_EQ(draft.remove(digest("2")), 1U); }),
            index({amd64, wasi, first}));
}

TEST(IndexDraft, AttestationsThatLeadToNoImageDoNotComeAlong) {
  const std::string amd64 = plain_image("amd64", "linux", "amd64");
  const std::string wasi = plain_image("wasi", "wasi", "wasm");
  const std::vector<std::string> orphans = {attestation("1", "2"),         attestation("2", "1"),
                                            attestation("3", "3"),         attestation("4", "2"),
                                            attestation("5", "elsewhere"), attestation("6", "5")};
  std::vector<std::string> entries = orphans;
  entries.push_back(wasi);
  const SourceIndex source(index(entries));
  Merged result;
  EXPECT_EQ(edited(index({amd64}), [&](IndexDraft& draft) { result = draft.merge(source.entries()); }),
            index({amd64, wasi}));
  EXPECT_EQ(result.orphans.size(), orphans.size());
  EXPECT_EQ(filter(index(entries), {"wasi/wasm"}).bytes, index({wasi}));
}

TEST(IndexDraft, WhatNeverLedToAnImageHereStaysWithWhatGoes) {
  const std::string wasi = image("wasi", "wasi", "wasm");
  const std::string amd64 = image("amd64", "linux", "amd64");
  const std::vector<std::string> strange = {attestation("1", "2"), attestation("2", "1"), attestation("5", "elsewhere"),
                                            attestation("6", "5")};
  std::vector<std::string> rest = strange;
  rest.insert(rest.begin(), amd64);
  std::vector<std::string> entries = rest;
  entries.insert(entries.begin(), wasi);
  EXPECT_EQ(edited(index(entries), [](IndexDraft& draft) { draft.remove(digest("wasi")); }), index(rest));
  EXPECT_EQ(edited(index(rest), [](IndexDraft& draft) { draft.remove(digest("5")); }),
            index({amd64, strange[0], strange[1]}));
}

TEST(IndexDraft, ACycleOfAttestationsGoesWithTheImageThatItHungOn) {
  const std::string amd64 = image("amd64", "linux", "amd64");
  const std::string text = index(
      {image("wasi", "wasi", "wasm"), amd64, attestation("1", "wasi"), attestation("2", "1"), attestation("1", "2")});
  EXPECT_EQ(edited(text, [](IndexDraft& draft) { draft.remove(digest("wasi")); }), index({amd64}));
}

TEST(IndexDraft, ADockerListBecomesAnOciIndexWhereAnOciImageJoins) {
  const auto docker = [](const std::string& rest) {
    return R"({"schemaVersion":2,"mediaType":")" +
           std::string(rest.empty() ? media_type::kDockerManifestList : media_type::kOciIndex) +
           R"(","manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":")" +
           digest("amd64").str() + R"(","size":7,"platform":{"architecture":"amd64","os":"linux"}})" + rest + "]}";
  };
  const SourceIndex source(index({image("wasi", "wasi", "wasm")}));
  MemoryStore store;
  IndexDraft draft(store, store.add(media_type::kDockerManifestList, docker("")));
  EXPECT_EQ(draft.media_type(), media_type::kDockerManifestList);
  EXPECT_EQ(draft.text(), docker(""));
  draft.merge(source.entries());
  EXPECT_EQ(draft.media_type(), media_type::kOciIndex);
  EXPECT_EQ(draft.text(),
            docker(R"(,{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest("wasi").str() +
                   R"(","size":7,"platform":{"architecture":"wasm","os":"wasi"},"x-unknown":[1,2]})"));
}

TEST(IndexDraft, SaysWhereItHasBecomeTooLarge) {
  std::vector<std::string> entries;
  for (int i = 0; i < 9000; ++i) {
    entries.push_back(image(std::to_string(i), "os" + std::to_string(i), std::string(300, 'x')));
  }
  const SourceIndex source(index(entries));
  IndexDraft draft;
  draft.merge(source.entries());
  try {
    draft.text();
    FAIL() << "no error";
  } catch (const ContentError& error) {
    EXPECT_THAT(error.message(), HasSubstr("the index would have 4.63 MB"));
  }
}

// With blanks in it as far as `size` goes.
std::string wide_image(const std::string& name, std::size_t size) {
  return "{" + std::string(size, ' ') + plain_image(name, "windows", "amd64").substr(1);
}

TEST(IndexDraft, WhatGoesDoesNotCountForItsSize) {
  const std::string text = R"({"schemaVersion":2,"manifests":[)" + wide_image("wide", 7UL * 1024 * 1024) + "]}";
  const std::string source =
      R"({"schemaVersion":2,"manifests":[)" + plain_image("new", "linux", std::string(2UL * 1024 * 1024, 'x')) + "]}";
  const SourceIndex other(source);
  EXPECT_EQ(edited(text,
                   [&](IndexDraft& draft) {
                     draft.merge(other.entries());
                     draft.remove(digest("wide"));
                   }),
            source);
  EXPECT_THROW(merged(text, source), ContentError);
}

TEST(IndexDraft, MayBeAsLargeAsItWas) {
  const std::string text = R"({"schemaVersion":2,"manifests":[)" + wide_image("wide", 5UL * 1024 * 1024) + "]}";
  EXPECT_EQ(edited(text, [](IndexDraft&) {}), text);
  EXPECT_THROW(merged(text, index({image("wasi", "wasi", "wasm")})), ContentError);
}

// 240'000 lines, each indented by a hundred times the depth: gigabytes, if taken as they are.
TEST(IndexDraft, ASourceDoesNotGrowWithTheIndentationOfTheIndex) {
  const std::string line = "\n" + std::string(100, ' ');
  const std::string text = "{" + line + R"("schemaVersion":2,"manifests":[)" + line + line + "{" + line + "  " +
                           image("amd64", "linux", "amd64").substr(1) + "]}";
  std::string values = std::string(100, '[') + "1";
  for (int i = 1; i < 240'000; ++i) {
    values += ",1";
  }
  std::string deep = plain_image("wasi", "wasi", "wasm");
  deep.replace(deep.rfind("[1"), 6, values + std::string(100, ']'));
  try {
    merged(text, R"({"schemaVersion":2,"manifests":[)" + deep + "]}");
    FAIL() << "no error";
  } catch (const ContentError& error) {
    EXPECT_THAT(error.message(), HasSubstr("the index would have 2"));
  }
}

TEST(IndexDraft, RefusesWhatIsNoIndex) {
  EXPECT_THROW(filter("{}", {"wasi/wasm"}), ContentError);
  EXPECT_THROW(filter(R"({"schemaVersion":2,"manifests":[],"manifests":[]})", {"wasi/wasm"}), ContentError);
}

}  // namespace
}  // namespace wasm_oci
