#include "oci/store/memory_store.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "tests/support/graph.hpp"

#include <gtest/gtest.h>

#include <array>

namespace wasm_oci {
namespace {

using testing::add_image;
using testing::name_root;

TEST(MemoryStore, GivesBackWhatWasIngested) {
  MemoryStore store;
  const Descriptor blob = store.add(media_type::kOctetStream, "content");
  EXPECT_EQ(blob, describe(media_type::kOctetStream, "content"));
  EXPECT_TRUE(store.contains(blob, NodeKind::blob));
  EXPECT_EQ(store.load(blob, NodeKind::blob), "content");
}

TEST(MemoryStore, ContentWithoutCommitIsNotThere) {
  MemoryStore store;
  const Descriptor blob = describe(media_type::kOctetStream, "content");
  store.ingest()->write(as_bytes("content"));
  EXPECT_FALSE(store.contains(blob, NodeKind::blob));
  EXPECT_THROW(store.load(blob, NodeKind::blob), NotFoundError);
}

TEST(MemoryStore, ResolvesNamesAndDigests) {
  MemoryStore store;
  const Descriptor image = add_image(store, "layer");
  EXPECT_EQ(store.resolve("app"), std::nullopt);
  name_root(store, image, {{"app"}, {"app:2"}});
  EXPECT_EQ(store.resolve("app:2"), image);
  EXPECT_EQ(store.resolve(image.digest.str()), image);
}

TEST(VerifiedSource, RefusesOtherBytesAndOtherSizes) {
  const Descriptor wanted = describe(media_type::kOctetStream, "abc");
  const std::array<std::string, 4> wrong = {"abd", "ab", "abcd", ""};
  for (const std::string& text : wrong) {
    VerifiedSource source(std::make_unique<StringSource>(text), wanted);
    EXPECT_THROW(read_all(source, 100), ContentError) << text;
    EXPECT_TRUE(source.failed());
  }
}

TEST(VerifiedSource, HandsOutNoLastByteOfWrongContent) {
  const Descriptor wanted = describe(media_type::kOctetStream, "abc");
  VerifiedSource source(std::make_unique<StringSource>("abd"), wanted);
  std::array<std::byte, 2> two{};
  EXPECT_EQ(source.read(two), 2U);
  EXPECT_THROW(source.read(two), ContentError);
}

TEST(VerifiedSource, TellsItsWatcherAndStartsAgain) {
  VerifiedSource source(std::make_unique<StringSource>("abc"), describe(media_type::kOctetStream, "abc"));
  std::uint64_t last = 0;
  source.watch([&last](std::uint64_t position) { last = position; });
  EXPECT_EQ(read_all(source, 100), "abc");
  EXPECT_EQ(last, 3U);
  source.rewind();
  EXPECT_EQ(read_all(source, 100), "abc");
}

}  // namespace
}  // namespace wasm_oci
