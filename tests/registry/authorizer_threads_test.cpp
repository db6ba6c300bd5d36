// What several threads do at once with one Authorizer.
#include "oci/error.hpp"
#include "registry/authorizer.hpp"
#include "tests/registry/fake_token_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace wasm_oci {
namespace {

using testing::FakeTokenServer;
using testing::response;
using testing::SentRequest;
using testing::token_response;

const Origin kRegistry{"https", "registry.example", 443};

HttpResponse challenge() {
  return response(401, "", {{"WWW-Authenticate", R"(Bearer realm="https://auth.example/token")"}});
}
std::vector<Scope> pull(const std::string& repository) { return {{.repository = repository, .pull = true}}; }
FindCredential anonymous() {
  return [](std::string_view, const std::stop_token&) { return std::nullopt; };
}

TEST(AuthorizerThreads, FetchOneTokenForAll) {
  std::atomic<int> count = 0;
  FakeTokenServer server([&](const SentRequest&) { return token_response("T" + std::to_string(++count)); });
  Authorizer auth("registry.example", anonymous(), server.send());
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (!auth.respond(kRegistry, challenge(), pull("a"), std::nullopt) ||
          auth.header_for(kRegistry, pull("a")) != "Bearer T1") {
        ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(AuthorizerThreads, DoNotWaitForEachOthersRepositories) {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  // Answers nobody until both are there.
  FakeTokenServer server([&](const SentRequest&) {
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(lock, [&] { return inside == 2; });
    return token_response("T");
  });
  Authorizer auth("registry.example", anonymous(), server.send());
  const std::jthread other([&] { auth.respond(kRegistry, challenge(), pull("a"), std::nullopt); });
  EXPECT_TRUE(auth.respond(kRegistry, challenge(), pull("b"), std::nullopt));
}

TEST(AuthorizerThreads, OneThatWaitsTriesItselfWhenTheFirstFails) {
  std::mutex mutex;
  std::condition_variable changed;
  bool fail_now = false;
  std::atomic<int> count = 0;
  FakeTokenServer server([&](const SentRequest&) {
    if (++count > 1) {
      return token_response("T");
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return fail_now; });
    return response(503);
  });
  Authorizer auth("registry.example", anonymous(), server.send());
  std::atomic<bool> failed = false;
  std::jthread first([&] {
    try {
      auth.respond(kRegistry, challenge(), pull("a"), std::nullopt);
    } catch (const NetworkError&) {
      failed = true;
    }
  });
  while (count == 0) {
    std::this_thread::yield();
  }
  std::jthread second([&] { auth.respond(kRegistry, challenge(), pull("a"), std::nullopt); });
  {
    const std::scoped_lock lock(mutex);
    fail_now = true;
  }
  changed.notify_all();
  first.join();
  second.join();
  EXPECT_TRUE(failed);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(auth.header_for(kRegistry, pull("a")), "Bearer T");
}

TEST(AuthorizerThreads, StopWaiting) {
  std::mutex mutex;
  std::condition_variable changed;
  bool go_on = false;
  std::atomic<bool> asked = false;
  FakeTokenServer server([&](const SentRequest&) {
    asked = true;
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return go_on; });
    return token_response("T");
  });
  Authorizer auth("registry.example", anonymous(), server.send());
  const std::jthread first([&] { auth.respond(kRegistry, challenge(), pull("a"), std::nullopt); });
  while (!asked) {
    std::this_thread::yield();
  }
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_THROW(auth.respond(kRegistry, challenge(), pull("a"), std::nullopt, stop.get_token()), CancelledError);
  {
    const std::scoped_lock lock(mutex);
    go_on = true;
  }
  changed.notify_all();
}

}  // namespace
}  // namespace wasm_oci
