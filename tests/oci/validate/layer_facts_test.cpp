#include "oci/validate/layer_facts.hpp"

#include "oci/media_type.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/tar.hpp"
#include "tests/support/wasm_bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wasm_oci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LayerFactsTest : public ::testing::Test {
 protected:
  LayerFacts look(const std::string& bytes, const LayerRequest& request = {.is_tar = true, .wants_files = true}) {
    return look_at_layer(store_, store_.add(media_type::kOciLayer, bytes), request);
  }

  MemoryStore store_;
};

TEST_F(LayerFactsTest, SizeAndDigestAreThoseOfTheBytes) {
  const Descriptor layer = store_.add("x", "some bytes");
  Descriptor lying = layer;
  lying.size = 3;
  const LayerFacts facts = look_at_layer(store_, lying, {});
  EXPECT_TRUE(facts.is_there);
  EXPECT_EQ(facts.size, 10U);
  EXPECT_EQ(facts.digest, layer.digest);
  EXPECT_FALSE(facts.is_longer);
}

TEST_F(LayerFactsTest, WhatIsNotThereIsTold) {
  const LayerFacts facts = look_at_layer(store_, describe("x", "absent"), {});
  EXPECT_FALSE(facts.is_there);
  EXPECT_THAT(facts.unreadable, HasSubstr("sha256:"));
}

TEST_F(LayerFactsTest, ALayerThatIsDamagedIsReadToItsEndAllTheSame) {
  const std::string damaged = std::string("\x1f\x8b") + std::string(300'000, 'x');
  const LayerFacts facts = look(damaged);
  EXPECT_THAT(facts.unreadable, HasSubstr("gzip"));
  EXPECT_EQ(facts.form, BodyForm::gzip);
  EXPECT_EQ(facts.size, damaged.size());
  EXPECT_EQ(facts.digest, digest_of(damaged));
  EXPECT_FALSE(facts.diff_id);
  EXPECT_FALSE(facts.has_files);
}

// skopeo and podman 4.3: "gzip: invalid header", and "unexpected EOF" where it is one zero.
TEST_F(LayerFactsTest, GzipWithZerosBehindItCannotBeRead) {
  const std::string layer = testing::make_tar({{"app.wasm", "text"}}, "ustar", "gzip");
  EXPECT_THAT(look(layer).unreadable, IsEmpty());
  EXPECT_THAT(look(layer + '\0').unreadable, HasSubstr("zeros"));
}

TEST_F(LayerFactsTest, WhatNeedsALargerWindowThanIsReadIsNotCalledDamaged) {
  const std::string frame("\x28\xb5\x2f\xfd\x00\x80\x01\x00\x00", 9);  // a window of 2^26, and nothing in it
  const LayerFacts facts = look(frame);
  EXPECT_TRUE(facts.is_beyond_bounds);
  EXPECT_THAT(facts.unreadable, HasSubstr("32 MiB"));
  EXPECT_FALSE(look(frame.substr(0, 8)).unreadable.empty());
}

TEST_F(LayerFactsTest, AModuleIsDescribedWhereThatIsWanted) {
  const std::string module = testing::module_of_every_kind();
  EXPECT_EQ(look(module, {}).module, nullptr);
  const LayerFacts facts = look(module, {.wants_module = true});
  ASSERT_NE(facts.module, nullptr);
  EXPECT_EQ(facts.form, BodyForm::wasm);
  EXPECT_EQ(facts.digest, digest_of(module));
}

TEST_F(LayerFactsTest, TheFirstAbsolutePathIsTold) {
  EXPECT_EQ(look(testing::make_tar({{"app", "1"}, {"/ko-app/app", "2"}, {"/other", "3"}})).absolute, "/ko-app/app");
  EXPECT_EQ(look(testing::make_tar({{"./app", "1"}})).absolute, "");
}

TEST_F(LayerFactsTest, FilesAreKeptWhereTheyAreWanted) {
  const std::string tar = testing::make_tar({{"app.wasm", testing::module_of_every_kind()}, {"script", "#!/bin/sh"}});
  const LayerFacts facts = look(tar);
  EXPECT_EQ(facts.diff_id, digest_of(tar));
  ASSERT_THAT(facts.files, SizeIs(2));
  EXPECT_TRUE(facts.files[0].is_wasm);
  EXPECT_NE(facts.files[0].module, nullptr);
  EXPECT_FALSE(facts.files[1].is_wasm);
  EXPECT_THAT(facts.files[1].begin, ElementsAre('#', '!', '/', 'b'));
  const LayerFacts forgotten = look(tar, {.is_tar = true});
  EXPECT_THAT(forgotten.files, IsEmpty());
  EXPECT_EQ(forgotten.diff_id, facts.diff_id);
}

TEST_F(LayerFactsTest, SufficeForEverySizeThatIsSaidOfTheSameContent) {
  const LayerFacts facts = look("some bytes");
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{10}, std::uint64_t{1} << 62U}) {
    EXPECT_TRUE(suffice(facts, size)) << size;
  }
}

TEST_F(LayerFactsTest, OfContentThatIsLongerThanAllThatIsSaidFewSizesNeedMore) {
  LayerFacts facts{.is_there = true, .said = 1, .size = std::uint64_t{8} << 20U, .is_longer = true};
  EXPECT_TRUE(suffice(facts, facts.size));
  EXPECT_FALSE(suffice(facts, facts.size + 1));
  const Descriptor content = store_.add("x", std::string(std::size_t{20} << 20U, 'x'));
  const std::uint64_t said = facts.size + 1;
  facts = look_at_layer(store_, {.media_type = "x", .digest = content.digest, .size = said}, {});
  EXPECT_TRUE(facts.is_longer);
  EXPECT_EQ(facts.size, std::uint64_t{16} << 20U);
}

TEST_F(LayerFactsTest, AModuleIsReadAnewWhereItsSizeWasWrongTheFirstTime) {
  Descriptor layer = store_.add(media_type::kWasm, testing::module_of_every_kind());
  const std::uint64_t size = layer.size;
  layer.size = 20;
  const LayerFacts wrong = look_at_layer(store_, layer, {.wants_module = true});
  EXPECT_FALSE(suffice(wrong, size));
  EXPECT_TRUE(suffice(wrong, size + 1));
  layer.size = size;
  EXPECT_TRUE(suffice(look_at_layer(store_, layer, {.wants_module = true}), size + 1));
}

}  // namespace
}  // namespace wasm_oci
