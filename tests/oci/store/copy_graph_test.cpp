#include "oci/store/copy_graph.hpp"

#include "oci/error.hpp"
#include "oci/media_type.hpp"
#include "oci/store/layout_store.hpp"
#include "oci/store/memory_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

namespace wasm_oci {
namespace {

using testing::add_image;
using testing::add_index;
using testing::read_graph;

// Remembers what it was asked to store, in order.
class RecordingStore final : public MemoryStore {
 public:
  void put(const Descriptor& descriptor, NodeKind kind, VerifiedSource& source) override {
    if (fail_) {
      throw FailureError("disk full");
    }
    MemoryStore::put(descriptor, kind, source);
    const std::scoped_lock lock(mutex_);
    puts_.push_back(descriptor.digest);
  }
  bool mount(const Descriptor& descriptor, Store& from) override {
    if (!mounts_) {
      return false;
    }
    add(descriptor.media_type, from.load(descriptor, NodeKind::blob));
    return true;
  }
  void put_root(const Descriptor& root, std::string_view bytes, std::span<const RootName> names) override {
    MemoryStore::put_root(root, bytes, names);
    const std::scoped_lock lock(mutex_);
    puts_.push_back(root.digest);
    ++roots_;
  }

  std::size_t position(const Digest& digest) const {
    const auto found = std::ranges::find(puts_, digest);
    EXPECT_NE(found, puts_.end()) << digest.str();
    return static_cast<std::size_t>(found - puts_.begin());
  }
  const std::vector<Digest>& puts() const { return puts_; }
  int roots() const { return roots_; }
  void mount_everything() { mounts_ = true; }
  void fail() { fail_ = true; }

 private:
  std::mutex mutex_;
  std::vector<Digest> puts_;
  int roots_ = 0;
  bool mounts_ = false;
  bool fail_ = false;
};

class CountingProgress final : public Progress {
 public:
  void start(const Descriptor& /*descriptor*/) noexcept override { ++started; }
  void advance(const Descriptor& descriptor, std::uint64_t position) noexcept override {
    if (position == descriptor.size) {
      ++complete;
    }
  }
  void finish(const Descriptor& /*descriptor*/, TransferOutcome outcome) noexcept override {
    const std::scoped_lock lock(mutex);
    ++outcomes[outcome];
  }
  void note(std::string_view /*text*/) noexcept override {}

  std::atomic<int> started = 0;
  std::atomic<int> complete = 0;
  std::mutex mutex;
  std::map<TransferOutcome, int> outcomes;
};

const std::vector<RootName> kName = {{"app"}};

TEST(CopyGraph, MovesEverythingOnceAndNamesIt) {
  MemoryStore from;
  RecordingStore to;
  // Two images share their layer, and an index is in an index.
  const Descriptor image = add_image(from, "shared");
  const Descriptor root = add_index(from, {image, add_index(from, {image, add_image(from, "other")})});
  copy_graph(from, root, to, kName);
  EXPECT_EQ(to.resolve("app"), root);
  EXPECT_EQ(read_graph(to, root), 11U);
  std::vector<Digest> puts = to.puts();
  std::ranges::sort(puts);
  EXPECT_EQ(std::ranges::adjacent_find(puts), puts.end()) << "nothing is put twice";
  EXPECT_EQ(puts.size(), 8U);
}

TEST(CopyGraph, ChildrenPrecedeParentsAndTheRootIsLast) {
  MemoryStore from;
  RecordingStore to;
  const Descriptor shared = add_image(from, "shared");
  const Descriptor inner = add_index(from, {shared});
  const Descriptor root = add_index(from, {shared, inner, add_image(from, "late")});
  copy_graph(from, root, to, kName, {.jobs = 8});
  EXPECT_LT(to.position(digest_of("shared")), to.position(shared.digest));
  EXPECT_LT(to.position(digest_of("late")), to.position(shared.digest)) << "blobs before all manifests";
  EXPECT_LT(to.position(shared.digest), to.position(inner.digest));
  EXPECT_EQ(to.puts().back(), root.digest);
}

TEST(CopyGraph, WhatIsThereIsSkippedButNamed) {
  MemoryStore from;
  RecordingStore to;
  const Descriptor root = add_image(from, "layer");
  copy_graph(from, root, to, {});
  const std::size_t before = to.puts().size();
  copy_graph(from, root, to, kName);
  EXPECT_EQ(to.puts().size(), before + 1);
  EXPECT_EQ(to.roots(), 2);
  EXPECT_EQ(to.resolve("app"), root);
}

TEST(CopyGraph, OneJobMovesBlobsInDocumentOrder) {
  MemoryStore from;
  const Descriptor root = add_index(from, {add_image(from, "a"), add_image(from, "b"), add_image(from, "c")});
  RecordingStore first;
  RecordingStore second;
  copy_graph(from, root, first, kName, {.jobs = 1});
  copy_graph(from, root, second, kName, {.jobs = 1});
  EXPECT_EQ(first.puts(), second.puts());
  EXPECT_LT(first.position(digest_of("a")), first.position(digest_of("b")));
  EXPECT_LT(first.position(digest_of("b")), first.position(digest_of("c")));
}

TEST(CopyGraph, TellsProgressAndOutcomes) {
  MemoryStore from;
  RecordingStore to;
  CountingProgress progress;
  const Descriptor root = add_index(from, {add_image(from, "a"), add_image(from, "b")});
  to.add(media_type::kOciLayer, "a");
  copy_graph(from, root, to, kName, {.progress = &progress});
  EXPECT_EQ(progress.started, 3);
  EXPECT_GE(progress.complete, 3);
  EXPECT_EQ(progress.outcomes[TransferOutcome::copied], 3);
  EXPECT_EQ(progress.outcomes[TransferOutcome::exists], 1);
}

TEST(CopyGraph, MountsWhereThatCanBeDone) {
  MemoryStore from;
  RecordingStore to;
  CountingProgress progress;
  to.mount_everything();
  copy_graph(from, add_image(from, "a"), to, kName, {.progress = &progress});
  EXPECT_EQ(progress.outcomes[TransferOutcome::mounted], 2);
  EXPECT_EQ(to.puts().size(), 1U);
}

TEST(CopyGraph, ASparseIndexIsRefusedOrKept) {
  MemoryStore from;
  RecordingStore to;
  const Descriptor absent = describe(media_type::kOciManifest, "elsewhere");
  const Descriptor root = add_index(from, {add_image(from, "a"), absent});
  EXPECT_THROW(copy_graph(from, root, to, kName), NotFoundError);
  EXPECT_TRUE(to.puts().empty()) << "found before anything moved";
  const CopyReport report = copy_graph(from, root, to, kName, {.missing_child = MissingChild::keep});
  EXPECT_EQ(report.missing, std::vector{absent});
  EXPECT_EQ(to.resolve("app"), root);
}

TEST(CopyGraph, AMissingBlobOrRootIsAlwaysAnError) {
  MemoryStore from;
  RecordingStore to;
  const Descriptor image =
      from.add(media_type::kOciManifest, serialize(Manifest{.media_type = std::string(media_type::kOciManifest),
                                                            .config = describe(media_type::kOciConfig, "absent")}));
  EXPECT_THROW(copy_graph(from, image, to, kName, {.missing_child = MissingChild::keep}), NotFoundError);
  EXPECT_THROW(
      copy_graph(from, describe(media_type::kOciManifest, "x"), to, kName, {.missing_child = MissingChild::keep}),
      NotFoundError);
  EXPECT_EQ(to.resolve("app"), std::nullopt);
}

TEST(CopyGraph, ErrorsSayOnWhichSide) {
  MemoryStore from;
  RecordingStore to;
  const Descriptor root = add_image(from, "layer");
  to.fail();
  try {
    copy_graph(from, root, to, kName);
    FAIL();
  } catch (const FailureError& error) {
    EXPECT_EQ(error.message(), "destination: disk full");
  }
  MemoryStore empty;
  try {
    copy_graph(empty, root, to, kName);
    FAIL();
  } catch (const NotFoundError& error) {
    EXPECT_THAT(error.message(), ::testing::StartsWith("source: "));
  }
}

TEST(CopyGraph, WrongContentOfTheSourceIsItsError) {
  const testing::TempDir dir;
  const auto from = LayoutStore::open_for_writing(dir / "from");
  const Descriptor root = add_image(*from, "layer");
  const auto layer = dir / "from/blobs/sha256" / digest_of("layer").hex();
  std::filesystem::remove(layer);
  testing::write_file(layer, "LAYER");
  const auto to = LayoutStore::open_for_writing(dir / "to");
  try {
    copy_graph(*from, root, *to, kName);
    FAIL();
  } catch (const ContentError& error) {
    EXPECT_THAT(error.message(), ::testing::StartsWith("source: content has digest"));
  }
  EXPECT_TRUE(to->entries().empty());
  EXPECT_FALSE(std::filesystem::exists(dir / "to/blobs/sha256" / digest_of("layer").hex()));
}

TEST(CopyGraph, StopsBetweenChunksWithoutMovingTheName) {
  // Asks to stop as soon as the first blob begins to move.
  class Stopper final : public Progress {
   public:
    void start(const Descriptor& /*descriptor*/) noexcept override { stop.request_stop(); }
    void advance(const Descriptor& /*descriptor*/, std::uint64_t /*position*/) noexcept override {}
    void finish(const Descriptor& /*descriptor*/, TransferOutcome /*outcome*/) noexcept override {}
    void note(std::string_view /*text*/) noexcept override {}
    std::stop_source stop;
  };
  MemoryStore from;
  RecordingStore to;
  Stopper stopper;
  const Descriptor root = add_image(from, std::string(2 * kChunkSize, 'x'));
  EXPECT_THROW(copy_graph(from, root, to, kName, {.stop = stopper.stop.get_token(), .progress = &stopper}),
               CancelledError);
  EXPECT_TRUE(to.puts().empty());
  EXPECT_EQ(to.resolve("app"), std::nullopt);
}

TEST(CopyGraph, RefusesGraphsThatAreTooDeepOrDisagreeAboutSizes) {
  MemoryStore from;
  RecordingStore to;
  Descriptor deep = add_image(from, "layer");
  for (int depth = 0; depth < 20; ++depth) {
    deep = add_index(from, {deep});
  }
  EXPECT_THROW(copy_graph(from, deep, to, kName), ContentError);
  const Descriptor image = add_image(from, "layer");
  Descriptor lie = image;
  lie.size += 1;
  EXPECT_THROW(copy_graph(from, add_index(from, {image, lie}), to, kName), ContentError);
  EXPECT_TRUE(to.puts().empty());
}

TEST(CopyGraph, ARootThatWasMadeOfEntriesComesFromItsBytes) {
  MemoryStore from;
  const Descriptor image = add_image(from, "layer");
  const std::string bytes = serialize(Index{.media_type = std::string(media_type::kOciIndex), .manifests = {image}});
  const Descriptor root = describe(media_type::kOciIndex, bytes);
  RecordingStore to;
  EXPECT_THROW(copy_graph(from, root, to, kName), NotFoundError);
  for (int time = 0; time < 2; ++time) {  // the second one finds everything there
    copy_graph(from, root, to, kName, {.in_hand = {{root.digest, bytes}}});
    EXPECT_EQ(to.resolve("app"), root);
    EXPECT_EQ(to.load(root, NodeKind::manifest), bytes);
    EXPECT_EQ(read_graph(to, root), 4U);
    EXPECT_EQ(to.roots(), time + 1);
  }
}

TEST(CopyGraph, ManyJobsFillALayout) {
  const testing::TempDir dir;
  MemoryStore from;
  std::vector<Descriptor> images;
  images.reserve(40);
  for (int number = 0; number < 40; ++number) {
    images.push_back(add_image(from, "layer " + std::to_string(number)));
  }
  const Descriptor root = add_index(from, images);
  const auto to = LayoutStore::open_for_writing(dir / "to");
  copy_graph(from, root, *to, kName, {.jobs = 8});
  EXPECT_EQ(read_graph(*to, to->only_entry()), 121U);
}

}  // namespace
}  // namespace wasm_oci
