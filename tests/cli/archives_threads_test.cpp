#include "cli/archives.hpp"
#include "cli/commands/commands.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace wasm_oci::cli::testing {
namespace {

class ArchivesOfManyThreads : public ::testing::Test {
 protected:
  ArchiveLocation archive(const std::string& name) {
    const std::string path = dir_ / name;
    const std::string from = "oci:" + wasm_oci::testing::testdata("rules/layout").string() + ":CFG006";
    EXPECT_EQ(run({"copy", from, "oci-archive:" + path}, all_commands()).code, ExitCode::ok);
    return {.format = ArchiveFormat::oci, .path = path};
  }

  wasm_oci::testing::TempDir dir_;
  TestContext context_;
  Archives archives_{context_.context};
};

TEST_F(ArchivesOfManyThreads, OpenTheSameOnce) {
  const ArchiveLocation location = archive("app.tar");
  std::array<std::shared_ptr<ArchiveReader>, 4> opened;
  {
    std::vector<std::jthread> threads;
    for (std::shared_ptr<ArchiveReader>& mine : opened) {
      threads.emplace_back([&] { mine = archives_.open(location); });
    }
  }
  EXPECT_NE(opened.front(), nullptr);
  EXPECT_TRUE(std::ranges::all_of(opened, [&](const auto& one) { return one == opened.front(); }));
}

TEST_F(ArchivesOfManyThreads, AreReadAlsoWhereOthersTakeTheirPlaces) {
  std::vector<ArchiveLocation> locations;
  for (int i = 0; i < 6; ++i) {
    locations.push_back(archive(std::to_string(i) + ".tar"));
  }
  std::array<std::size_t, 4> entries{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t& mine : entries) {
      threads.emplace_back([&] {
        for (int round = 0; round < 5; ++round) {
          for (const ArchiveLocation& location : locations) {
            mine += archives_.open(location)->entries().size();
          }
        }
      });
    }
  }
  EXPECT_TRUE(std::ranges::all_of(entries, [](std::size_t mine) { return mine == 30; }));
}

}  // namespace
}  // namespace wasm_oci::cli::testing
