// A kill at any moment leaves a store that reads, and the command succeeds when it runs again. Prune beside running
// builds takes nothing that they need.
#include "oci/digest.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace wasm_oci::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kKills = 50;

// A module with a custom section of `size` random bytes: large enough that a run has many moments to be killed in.
std::string big_module(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string content = "\x01x";  // the section's name
  while (content.size() < size) {
    content.push_back(static_cast<char>(random()));
  }
  std::string module("\0asm\x01\0\0\0\0", 9);
  for (std::size_t left = content.size();; left >>= 7U) {  // LEB128
    const bool last = left < 0x80;
    module.push_back(static_cast<char>((left & 0x7fU) | (last ? 0U : 0x80U)));
    if (last) {
      return module + content;
    }
  }
}

class Kill : public ::testing::Test {
 protected:
  void SetUp() override { write_file(user_.work() / "big.wasm", big_module(4 << 20, 1)); }

  // Kills `arguments` at moments spread over the time that a whole run takes, each time in the state that the last kill
  // left; then the store reads. A run to the end follows, and the module is whole.
  void expect_survives(const std::vector<std::string>& arguments, const std::string& result) {
    const auto begin = Clock::now();
    user_.must(arguments);
    const auto whole = Clock::now() - begin;
    const std::string expected = sha256_of(user_.work() / "big.wasm");
    std::mt19937 random(7);
    int killed = 0;
    for (int i = 0; i < kKills; ++i) {
      std::filesystem::remove_all(user_.store());
      std::filesystem::remove_all(user_.work() / "target");
      Process process(user_.command(arguments));
      std::this_thread::sleep_for(whole * static_cast<int>(random() % 1000) / 1000);
      process.send(SIGKILL);
      killed += process.wait().signal == SIGKILL ? 1 : 0;
      user_.must({"images"});
      user_.must(arguments);
      ASSERT_EQ(digest_of_module_in(result), expected) << "after kill " << i;
    }
    EXPECT_GT(killed, kKills / 4) << "the runs ended before they were killed";
    user_.must({"prune"});
    ASSERT_EQ(digest_of_module_in(result), expected);
  }

  std::string digest_of_module_in(const std::string& location) const {
    return digest_of(user_({"pull", location, "-o", "-"}).out).str();
  }

  WasmOci user_;
};

TEST_F(Kill, OfABuild) { expect_survives({"build", "big.wasm", "-t", "me/big:1.0"}, "local:me/big:1.0"); }

TEST_F(Kill, OfAPull) {
  user_.must({"build", "big.wasm", "-o", "oci:source:me/big:1.0"});
  expect_survives({"pull", "oci:source:me/big:1.0"}, "local:me/big:1.0");
}

TEST_F(Kill, OfACopy) {
  user_.must({"build", "big.wasm", "-o", "oci:source:me/big:1.0"});
  expect_survives({"copy", "oci:source:me/big:1.0", "oci:target:me/big:1.0"}, "oci:target:me/big:1.0");
}

// What a killed run left is found by prune: in the end the store holds the blobs of one image and nothing else.
TEST_F(Kill, LeavesNothingThatPruneDoesNotFind) {
  const std::vector<std::string> build = {"build", "big.wasm", "-t", "me/big:1.0"};
  const auto begin = Clock::now();
  user_.must(build);
  const auto whole = Clock::now() - begin;
  user_.must({"rmi", "me/big:1.0"});
  for (int i = 0; i < 5; ++i) {
    Process process(user_.command(build));
    std::this_thread::sleep_for(whole * i / 5);
    process.send(SIGKILL);
    process.wait();
  }
  user_.must(build);
  user_.must({"prune"});
  int blobs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(user_.store())) {
    const bool blob = entry.is_regular_file() && entry.path().parent_path().filename() == "sha256";
    blobs += blob ? 1 : 0;
    EXPECT_FALSE(entry.is_regular_file() && !blob && entry.file_size() > 4096) << entry.path() << " is left";
  }
  EXPECT_EQ(blobs, 3);
}

TEST(Prune, BesideRunningBuildsTakesNothingThatTheyNeed) {
  const WasmOci user;
  constexpr int kBuilds = 12;
  std::vector<std::unique_ptr<Process>> builds;
  for (int i = 0; i < kBuilds; ++i) {
    const std::string number = std::to_string(i);
    write_file(user.work() / (number + ".wasm"), big_module(1 << 20, static_cast<unsigned>(i)));
    builds.push_back(std::make_unique<Process>(user.command({"build", number + ".wasm", "-t", "me/app:" + number})));
    user.must({"prune"});
  }
  for (const auto& build : builds) {
    while (build->running()) {
      user.must({"prune"});
    }
    const Outcome outcome = build->wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  for (int i = 0; i < kBuilds; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_EQ(digest_of(user({"pull", "local:me/app:" + number, "-o", "-"}).out).str(),
              sha256_of(user.work() / (number + ".wasm")));
  }
}

}  // namespace
}  // namespace wasm_oci::testing
