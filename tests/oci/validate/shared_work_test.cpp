#include "oci/validate/shared_work.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace wasm_oci {
namespace {

constexpr auto kCostsOne = [](const int&) -> std::size_t { return 1; };

TEST(SharedWork, IsDoneOnceByThoseWhoAskAtTheSameTime) {
  SharedWork<int, int> shared(100);
  std::atomic<int> done = 0;
  std::latch start(8);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto value = shared.get(
            1,
            [&] {
              std::this_thread::sleep_for(std::chrono::milliseconds(5));
              return ++done;
            },
            kCostsOne);
        EXPECT_EQ(*value, 1);
      });
    }
  }
  EXPECT_EQ(done, 1);
}

TEST(SharedWork, WhatFailsIsTriedAgain) {
  SharedWork<int, int> shared(100);
  EXPECT_THROW(shared.get(1, []() -> int { throw std::runtime_error("no"); }, kCostsOne), std::runtime_error);
  EXPECT_EQ(*shared.get(1, [] { return 2; }, kCostsOne), 2);
}

TEST(SharedWork, ForgetsWhatNobodyHasAskedForTheLongest) {
  SharedWork<int, int> shared(2);
  int done = 0;
  const auto ask = [&](int key) { return *shared.get(key, [&] { return ++done; }, kCostsOne); };
  EXPECT_EQ(ask(1), 1);
  EXPECT_EQ(ask(2), 2);
  EXPECT_EQ(ask(1), 1);
  EXPECT_EQ(ask(3), 3);
  EXPECT_EQ(ask(1), 1);
  EXPECT_EQ(ask(2), 4);
}

TEST(SharedWork, WhatAloneCostsMoreThanTheBudgetTakesNothingsPlace) {
  SharedWork<int, int> shared(2);
  int done = 0;
  const auto ask = [&](int key, std::size_t cost) {
    return *shared.get(key, [&] { return ++done; }, [&](const int&) { return cost; });
  };
  EXPECT_EQ(ask(1, 2), 1);
  EXPECT_EQ(ask(2, 3), 2);
  EXPECT_EQ(ask(2, 3), 3);
  EXPECT_EQ(ask(1, 2), 1);
}

TEST(SharedWork, WhatDoesNotSufficeIsDoneAnew) {
  SharedWork<int, int> shared(100);
  int done = 0;
  const auto ask = [&](int least) {
    return *shared.get(1, [&] { return ++done, least; }, kCostsOne, [&](const int& value) { return value >= least; });
  };
  EXPECT_EQ(ask(5), 5);
  EXPECT_EQ(ask(3), 5);
  EXPECT_EQ(ask(6), 6);
  EXPECT_EQ(ask(5), 6);
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace wasm_oci
