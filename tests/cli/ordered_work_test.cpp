#include "cli/ordered_work.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <thread>
#include <vector>

namespace wasm_oci::cli {
namespace {

TEST(OrderedWork, GivesResultsInOrderWhoeverIsFirst) {
  OrderedWork<std::size_t> work(100, 4, [](std::size_t i) {
    if (i % 7 == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return i * i;
  });
  std::vector<std::size_t> results;
  work.take_all([&](std::size_t result) { results.push_back(result); });
  ASSERT_EQ(results.size(), 100U);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i], i * i);
  }
}

TEST(OrderedWork, GoesNoFurtherAheadThanItsWindow) {
  std::atomic<std::size_t> made = 0;
  std::size_t taken = 0;
  OrderedWork<std::size_t> work(200, 2, [&](std::size_t i) {
    ++made;
    return i;
  });
  work.take_all([&](std::size_t) {
    ++taken;
    EXPECT_LE(made.load(), taken + 8 + 2);
  });
  EXPECT_EQ(made.load(), 200U);
}

TEST(OrderedWork, ThrowsWhatAPartThrows) {
  OrderedWork<int> work(50, 3, [](std::size_t i) -> int {
    if (i == 20) {
      throw std::runtime_error("twenty");
    }
    return 0;
  });
  EXPECT_THROW(work.take_all([](int) {}), std::runtime_error);
}

TEST(OrderedWork, EndsWhereNobodyTakesEverything) {
  std::atomic<int> made = 0;
  {
    OrderedWork<int> work(1000, 3, [&](std::size_t) { return ++made; });
    EXPECT_THROW(work.take_all([](int) { throw std::runtime_error("enough"); }), std::runtime_error);
  }
  EXPECT_LT(made.load(), 1000);
}

TEST(OrderedWork, MayHaveNothingToDo) {
  OrderedWork<int> work(0, 4, [](std::size_t) { return 1; });
  work.take_all([](int) { FAIL(); });
}

}  // namespace
}  // namespace wasm_oci::cli
