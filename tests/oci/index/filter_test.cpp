#include "oci/index/filter.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Digest digest(const std::string& name) { return digest_of(name); }

// Entries as others write them, with a field that nobody here knows.
std::string image(const std::string& name, const std::string& os, const std::string& architecture) {
  return R"({ "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": ")" + digest(name).str() +
         R"(", "size": 7, "platform": {"architecture": ")" + architecture + R"(", "os":")" + os +
         R"("}, "x-unknown": [1,  2] })";
}

std::string attestation(const std::string& name, const std::string& subject) {
  return R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + digest(name).str() +
         R"(","size":9,"platform":{"architecture":"unknown","os":"unknown"},"annotations":{)" +
         R"("vnd.docker.reference.digest":")" + digest(subject).str() +
         R"(","vnd.docker.reference.type":"attestation-manifest"}})";
}

std::string index(const std::vector<std::string>& entries, const std::string& separator = ",\n    ") {
  std::string text =
      "{\n  \"manifests\": [\n    ";  // not in the order of the specification, and with other spaces than ours
  for (const std::string& entry : entries) {
    text += (&entry == &entries.front() ? "" : separator) + entry;
  }
  return text + "\n  ],\n \"schemaVersion\" : 2, \"annotations\": {\"a\": \"\\u0062\"}\n}\n";
}

FilteredIndex filter(const std::string& text, std::initializer_list<const char*> wanted) {
  MemoryStore store;
  std::vector<Platform> platforms;
  for (const char* const platform : wanted) {
    platforms.push_back(parse_platform(platform));
  }
  return filter_index(store, store.add(media_type::kOciIndex, text), platforms);
}

TEST(FilterIndex, KeepsWhatWasAskedForAndEveryOtherByte) {
  const std::string wasi = image("wasi", "wasi", "wasm");
  const std::string amd64 = image("amd64", "linux", "amd64");
  const std::string arm64 = image("arm64", "linux", "arm64");
  const FilteredIndex filtered = filter(index({amd64, arm64, wasi}), {"wasi/wasm", "linux/amd64"});
  EXPECT_EQ(filtered.bytes, index({amd64, wasi}));
  EXPECT_THAT(filtered.absent, IsEmpty());
}

TEST(FilterIndex, KeepsTheAttestationsOfWhatStays) {
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

TEST(FilterIndex, DropsAttestationsThatDoNotSayWhatTheyAttest) {
  const std::string wasi = image("wasi", "wasi", "wasm");
  const std::string unknown = image("unknown", "unknown", "unknown");
  EXPECT_EQ(filter(index({unknown, wasi}), {"wasi/wasm"}).bytes, index({wasi}));
}

TEST(FilterIndex, WhereEverythingStaysTheBytesDo) {
  const std::string text = index({image("1", "wasi", "wasm"), attestation("2", "1"), image("3", "linux", "amd64")});
  EXPECT_EQ(filter(text, {"linux/amd64", "wasi/wasm", "wasi/wasm"}).bytes, text);
}

TEST(FilterIndex, KeepsAllEntriesForOnePlatform) {
  const std::string first = image("1", "windows", "amd64");
  const std::string second = image("2", "Windows", "x86_64");
  const std::string other = image("3", "linux", "amd64");
  EXPECT_EQ(filter(index({first, other, second}), {"windows/amd64"}).bytes, index({first, second}));
}

TEST(FilterIndex, TellsWhatIsAbsent) {
  const Platform arm = {.os = "linux", .architecture = "arm64"};
  const Platform wasip2 = {.os = "wasip2", .architecture = "wasm"};
  const std::string wasi = image("wasi", "wasi", "wasm");
  EXPECT_THAT(filter(index({wasi}), {"linux/arm64", "wasi/wasm", "wasip2/wasm"}).absent, ElementsAre(arm, wasip2));
  EXPECT_THAT(filter(R"({"schemaVersion":2,"manifests":null})", {"linux/arm64"}).absent, ElementsAre(arm));
}

TEST(FilterIndex, AsksTheConfigWhereTheEntrySaysNothing) {
  MemoryStore store;
  const Descriptor bare = testing::add_image(store, "layer");  // its config says wasip1/wasm
  Descriptor other = describe(media_type::kOciManifest, "other");
  other.platform = Platform{.os = "linux", .architecture = "amd64"};
  const Descriptor absent = describe(media_type::kOciManifest, "absent");
  const Descriptor root = testing::add_index(store, {other, absent, bare});
  const std::vector<Platform> platforms = {{.os = "wasip1", .architecture = "wasm"}};
  EXPECT_THAT(parse_index(filter_index(store, root, platforms).bytes).manifests, ElementsAre(bare));
}

TEST(FilterIndex, RefusesWhatIsNoIndex) {
  EXPECT_THROW(filter("{}", {"wasi/wasm"}), ContentError);
  EXPECT_THROW(filter(R"({"schemaVersion":2,"manifests":[],"manifests":[]})", {"wasi/wasm"}), ContentError);
}

}  // namespace
}  // namespace wasm_oci
