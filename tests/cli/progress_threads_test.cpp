#include "cli/progress.hpp"
#include "tests/cli/captured.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace wasm_oci::cli::testing {
namespace {

class ProgressOfManyThreads : public ::testing::TestWithParam<ProgressMode> {};

TEST_P(ProgressOfManyThreads, KeepsLinesWhole) {
  constexpr int kThreads = 4;
  constexpr int kTransfers = 25;
  TextSink out;
  TextSink err;
  const auto display = make_display(GetParam(), err, {}, environment_of({}));
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&display, &out, i] {
        for (int j = 0; j < kTransfers; ++j) {
          const Descriptor descriptor = layer(std::to_string(i * kTransfers + j), 2'000'000);
          display->start(descriptor);
          for (std::uint64_t position = 0; position < descriptor.size; position += 100'000) {
            display->advance(descriptor, position);
          }
          display->note("note");
          display->print("error: message\n");
          display->aside([&] { out.write(as_bytes("result\n")); });
          display->finish(descriptor, TransferOutcome::copied);
        }
      });
    }
  }
  const auto count = [](const std::string& text, const std::string& line) {
    std::size_t found = 0;
    for (std::size_t at = text.find(line); at != std::string::npos; at = text.find(line, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count(out.text, "result\n"), 100U);
  EXPECT_EQ(count(err.text, "error: message\n"), 100U);
  EXPECT_EQ(count(err.text, "copied"), 100U);
}

INSTANTIATE_TEST_SUITE_P(Modes, ProgressOfManyThreads,
                         ::testing::Values(ProgressMode::tty, ProgressMode::plain, ProgressMode::rawjson));

}  // namespace
}  // namespace wasm_oci::cli::testing
