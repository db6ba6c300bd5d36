#include "registry/single_flight.hpp"

#include "oci/error.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace wasm_oci {
namespace {

TEST(SingleFlight, OneDoesTheWorkOfAll) {
  SingleFlight flights;
  std::atomic<int> count = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { flights.run("a", {}, [&] { ++count; }); });
  }
  threads.clear();
  flights.run("a", {}, [&] { ++count; });
  EXPECT_EQ(count, 1);
  flights.run("b", {}, [&] { ++count; });
  EXPECT_EQ(count, 2);
}

TEST(SingleFlight, AnotherTakesOverWhereTheFirstFails) {
  SingleFlight flights;
  EXPECT_THROW(flights.run("a", {}, [] { throw FailureError("no"); }), FailureError);
  bool done = false;
  flights.run("a", {}, [&] { done = true; });
  EXPECT_TRUE(done);
}

TEST(SingleFlight, WaitingCanBeStopped) {
  SingleFlight flights;
  std::atomic<bool> finish = false;
  std::atomic<bool> running = false;
  const std::jthread first([&] {
    flights.run("a", {}, [&] {
      running = true;
      finish.wait(false);
    });
  });
  while (!running) {
    std::this_thread::yield();
  }
  const std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(flights.run("a", stop.get_token(), [] {}), CancelledError);
  finish = true;
  finish.notify_all();
}

}  // namespace
}  // namespace wasm_oci
