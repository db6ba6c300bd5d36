// Layouts that several threads and processes write at once, and processes that are killed in the midst of it.
#include "oci/error.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/support/graph.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <random>
#include <thread>

namespace wasm_oci {
namespace {

namespace fs = std::filesystem;
using testing::add_image;
using testing::name_root;
using testing::read_graph;
using testing::TempDir;

pid_t start_process(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

// Adds image after image, each under its own name, and one under a name that all fight for.
void add_images(const fs::path& path, const std::string& prefix, int count) {
  for (int number = 0; number < count; ++number) {
    const auto store = LayoutStore::open_for_writing(path);
    const std::string name = prefix + std::to_string(number);
    name_root(*store, add_image(*store, name + std::string(100'000, 'x')), {{name}, {"latest"}});
  }
}

void expect_sound(LayoutStore& store) {
  std::size_t latest = 0;
  for (const Descriptor& entry : store.entries()) {
    EXPECT_EQ(read_graph(store, entry), 3U);
    latest += entry.annotations.contains("org.opencontainers.image.ref.name") &&
                      entry.annotations.at("org.opencontainers.image.ref.name") == "latest"
                  ? 1U
                  : 0U;
  }
  EXPECT_LE(latest, 1U);
}

TEST(LayoutConcurrency, ProcessesAddToOneIndexAtOnce) {
  const TempDir dir;
  constexpr int kProcesses = 4;
  constexpr int kImages = 10;
  std::vector<pid_t> children;
  children.reserve(kProcesses);
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(
        start_process([&] { add_images(dir / "layout", "p" + std::to_string(process) + "-", kImages); }));
  }
  for (const pid_t child : children) {
    EXPECT_EQ(wait_for(child), 0);
  }
  const auto store = LayoutStore::open(dir / "layout");
  EXPECT_EQ(store->entries().size(), kProcesses * kImages + 1U) << "no update is lost";
  expect_sound(*store);
}

TEST(LayoutConcurrency, ThreadsShareOneStore) {
  const TempDir dir;
  const auto store = LayoutStore::open_for_writing(dir / "layout");
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&store, thread] {
        for (int number = 0; number < 5; ++number) {
          // Half of the images are the same in all threads.
          const std::string content = number % 2 == 0 ? "same" : std::to_string(thread * 100 + number);
          const Descriptor image = add_image(*store, content);
          EXPECT_TRUE(store->contains(image, NodeKind::manifest));
          name_root(*store, image, {{"t" + std::to_string(thread) + "-" + std::to_string(number)}});
        }
      });
    }
  }
  EXPECT_EQ(store->entries().size(), 20U);
  expect_sound(*store);
}

TEST(LayoutConcurrency, PruneNeverTakesWhatABuildIsAboutToName) {
  const TempDir dir;
  fs::create_directory(dir / "layout");
  LayoutStore::open_for_writing(dir / "layout");
  const pid_t builder = start_process([&] { add_images(dir / "layout", "b", 30); });
  int status = 0;
  while (::waitpid(builder, &status, WNOHANG) == 0) {
    LayoutStore::open(dir / "layout")->prune();
  }
  EXPECT_EQ(status, 0);
  const auto store = LayoutStore::open(dir / "layout");
  EXPECT_EQ(store->entries().size(), 31U);
  expect_sound(*store);
}

// What one process made and takes away again, others may be about to use.
TEST(LayoutConcurrency, ALayoutThatIsTakenAwayHindersNobody) {
  const TempDir dir;
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments in each run
  for (int round = 0; round < 20; ++round) {
    const fs::path path = dir / std::to_string(round) / "layout";
    const auto pause = std::chrono::microseconds(random() % 5000);
    const std::array children = {start_process([&] {
                                   for (int time = 0; time < 20; ++time) {
                                     LayoutStore::open_for_writing(path);
                                   }
                                 }),
                                 start_process([&] {
                                   for (int time = 0; time < 20; ++time) {
                                     LayoutStore::open_or_empty(path)->entries();
                                   }
                                 }),
                                 start_process([&] {
                                   std::this_thread::sleep_for(pause);
                                   add_images(path, "image", 1);
                                 })};
    for (const pid_t child : children) {
      EXPECT_EQ(wait_for(child), 0);
    }
    const auto store = LayoutStore::open(path);
    EXPECT_EQ(store->entries().size(), 2U);
    expect_sound(*store);
  }
}

TEST(LayoutConcurrency, AKillLeavesAReadableStoreWithoutLitterAfterPrune) {
  const TempDir dir;
  const fs::path path = dir / "layout";
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments in each run
  // What no kill may take away, however slow this machine is.
  const pid_t first = start_process([&] { add_images(path, "first-", 1); });
  ASSERT_EQ(wait_for(first), 0);
  std::size_t before = LayoutStore::open(path)->entries().size();
  ASSERT_GT(before, 0U);
  for (int round = 0; round < 20; ++round) {
    const pid_t child = start_process([&] { add_images(path, "r" + std::to_string(round) + "-", 1'000'000); });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
    ::kill(child, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(wait_for(child)));
    const auto store = LayoutStore::open_or_empty(path);
    const std::size_t now = store->entries().size();
    EXPECT_GE(now, before) << "names that were there stay";
    before = now;
    expect_sound(*store);
  }
  const auto store = LayoutStore::open_for_writing(path);
  store->prune();
  expect_sound(*store);
  for (const auto& entry : fs::directory_iterator(path)) {
    EXPECT_FALSE(is_temp_name(entry.path().filename().string()));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(path / "blobs/sha256"), fs::directory_iterator()),
            static_cast<std::ptrdiff_t>(3 * (store->entries().size() - 1)));
}

}  // namespace
}  // namespace wasm_oci
