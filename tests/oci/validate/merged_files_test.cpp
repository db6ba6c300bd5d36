#include "oci/validate/merged_files.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wasm_oci {
namespace {

SeenFile entry(std::string path, LayerEntryType type = LayerEntryType::file, std::string link = "") {
  return {.entry = {.path = std::move(path), .type = type, .link_target = std::move(link)}};
}

LayerFacts layer(std::vector<SeenFile> files) { return {.has_files = true, .files = std::move(files)}; }

MergedFiles merge(const std::vector<const LayerFacts*>& layers) { return MergedFiles(layers); }

TEST(MergedFiles, UpperLayersHideLowerOnes) {
  const LayerFacts lower = layer({entry("a"), entry("d", LayerEntryType::folder), entry("d/b"), entry("e/f")});
  const LayerFacts upper = layer({entry(".wh.a"), entry("d"), entry("e/.wh..wh..opq"), entry("e/g")});
  const MergedFiles files = merge({&lower, &upper});
  EXPECT_EQ(files.find("a"), nullptr);
  EXPECT_TRUE(files.was_removed("a"));
  EXPECT_EQ(files.find("d"), &upper.files[1]);
  EXPECT_EQ(files.find("d/b"), nullptr);
  EXPECT_EQ(files.find("e/f"), nullptr);
  EXPECT_EQ(files.find("e/g"), &upper.files[3]);
  EXPECT_FALSE(files.was_removed("never"));
}

TEST(MergedFiles, AWhiteoutHidesNothingOfItsOwnLayer) {
  const LayerFacts one = layer({entry("a"), entry(".wh.a")});
  EXPECT_NE(merge({&one}).find("a"), nullptr);
}

TEST(MergedFiles, AWhiteoutOfNothingHidesNothing) {
  const LayerFacts lower = layer({entry("a"), entry("d/b")});
  const LayerFacts upper = layer({entry(".wh."), entry("d/.wh.")});
  const MergedFiles files = merge({&lower, &upper});
  EXPECT_NE(files.find("a"), nullptr);
  EXPECT_NE(files.find("d/b"), nullptr);
}

TEST(MergedFiles, FollowsLinksInAnyPartOfAPath) {
  const LayerFacts one = layer({entry("real/app.wasm"), entry("link", LayerEntryType::symlink, "real"),
                                entry("deep/up", LayerEntryType::symlink, "../link"),
                                entry("absolute", LayerEntryType::symlink, "/deep/up/app.wasm"),
                                entry("hard", LayerEntryType::hardlink, "real/app.wasm"),
                                entry("out", LayerEntryType::symlink, "../../../real/app.wasm")});
  const MergedFiles files = merge({&one});
  for (const char* const path : {"real/app.wasm", "link/app.wasm", "deep/up/app.wasm", "absolute", "hard", "out"}) {
    EXPECT_EQ(files.find(path), one.files.data()) << path;
  }
}

TEST(MergedFiles, WhatIsWrittenBelowALinkIsFoundAsItIsWritten) {
  const LayerFacts lower = layer({entry("bin", LayerEntryType::symlink, "usr/bin"), entry("usr/bin/tool"),
                                  entry("usr/bin/app.wasm"), entry("start", LayerEntryType::symlink, "bin/new.wasm")});
  const LayerFacts upper = layer({entry("bin/new.wasm"), entry("bin/app.wasm")});
  const MergedFiles files = merge({&lower, &upper});
  EXPECT_EQ(files.find("bin/new.wasm"), upper.files.data());
  EXPECT_EQ(files.find("start"), upper.files.data()) << "through another link, too";
  EXPECT_EQ(files.find("bin/app.wasm"), &upper.files[1]) << "whichever way it is unpacked";
  EXPECT_EQ(files.find("usr/bin/new.wasm"), nullptr) << "overlayfs has no link any more";
  EXPECT_EQ(files.find("bin/tool"), &lower.files[1]) << "some unpack through the link";
}

TEST(MergedFiles, ALinkThatComesLaterHidesWhatIsBelowIt) {
  const LayerFacts lower = layer({entry("bin/app.wasm")});
  const LayerFacts upper = layer({entry("bin", LayerEntryType::symlink, "usr/bin")});
  EXPECT_EQ(merge({&lower, &upper}).find("bin/app.wasm"), nullptr);
}

TEST(MergedFiles, LinksThatGoRoundInCirclesLeadNowhere) {
  const LayerFacts one = layer({entry("a", LayerEntryType::symlink, "b"), entry("b", LayerEntryType::symlink, "a"),
                                entry("self", LayerEntryType::symlink, "self/x")});
  const MergedFiles files = merge({&one});
  EXPECT_EQ(files.find("a"), nullptr);
  EXPECT_EQ(files.find("self"), nullptr);
}

TEST(MergedFiles, ALayerThatComesAgainIsAsItIsTheLastTime) {
  const LayerFacts one = layer({entry("a"), entry(".wh.b"), entry("d/.wh..wh..opq"), entry("d/x")});
  const LayerFacts other = layer({entry("b"), entry("d/y"), entry(".wh.a"), entry("c")});
  const MergedFiles files = merge({&one, &other, &one});
  EXPECT_EQ(files.find("a"), one.files.data());
  EXPECT_EQ(files.find("d/x"), &one.files[3]);
  EXPECT_NE(files.find("c"), nullptr);
  for (const char* const path : {"b", "d/y"}) {
    EXPECT_EQ(files.find(path), nullptr) << path;
    EXPECT_TRUE(files.was_removed(path)) << path;
  }
}

}  // namespace
}  // namespace wasm_oci
