// A dry run ends as the run would.
#include "cli/rehearsal.hpp"

#include "cli/commands/commands.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace wasm_oci::cli::testing {
namespace {

using wasm_oci::testing::TempDir;
using wasm_oci::testing::testdata;
using wasm_oci::testing::write_file;

constexpr const char* kImage = "CFG006.near";

Ran repair(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "repair");
  return run(arguments, all_commands());
}

class Rehearsals : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy(testdata("rules") / "layout", dir_ / "layout", std::filesystem::copy_options::recursive);
    write_file(dir_ / "file", "");
    std::filesystem::create_directory(dir_ / "empty");
  }

  std::string source(const std::string& name) const { return "oci:" + (dir_ / "layout").string() + ":" + name; }

  void take_layer_away() const {
    const auto store = LayoutStore::open(dir_ / "layout");
    const Descriptor root = store->resolve(kImage).value();
    const Manifest manifest = parse_manifest(store->load(root, NodeKind::manifest), root.media_type);
    std::filesystem::remove(dir_ / ("layout/blobs/sha256/" + manifest.layers.at(0).digest.hex()));
  }

  // How both runs end.
  ExitCode end_of(const std::string& from, const std::string& to) const {
    const Ran dry = repair({from, to, "--dry-run"});
    const Ran real = repair({from, to});
    EXPECT_EQ(dry.code, real.code) << to << '\n' << dry.err << real.err;
    EXPECT_EQ(dry.out, real.out);
    return real.code;
  }

  TempDir dir_;
};

TEST_F(Rehearsals, FindWhatIsInTheWay) {
  EXPECT_EQ(end_of(source(kImage), "oci:" + (dir_ / "file/x:b").string()), ExitCode::not_found);
  EXPECT_EQ(end_of(source(kImage), "oci:" + (dir_ / "file:b").string()), ExitCode::content);
  EXPECT_EQ(end_of(source(kImage), "oci-archive:" + (dir_ / "absent/x.tar").string()), ExitCode::not_found);
  EXPECT_EQ(end_of(source(kImage), "oci-archive:" + (dir_ / "empty").string()), ExitCode::failure);
}

TEST_F(Rehearsals, FindThatThePlaceIsFree) {
  EXPECT_EQ(end_of(source(kImage), "oci:" + (dir_ / "absent/new:b").string()), ExitCode::ok);
  EXPECT_EQ(end_of(source(kImage), "oci:" + (dir_ / "empty:b").string()), ExitCode::ok);
  EXPECT_EQ(end_of(source(kImage), "oci-archive:" + (dir_ / "new.tar").string()), ExitCode::ok);
  EXPECT_EQ(end_of(source(kImage), "docker-archive:" + (dir_ / "new-docker.tar").string()), ExitCode::ok);
}

TEST_F(Rehearsals, MakeNothing) {
  repair({source(kImage), "oci:" + (dir_ / "absent:b").string(), "--dry-run"});
  repair({source(kImage), "oci-archive:" + (dir_ / "absent.tar").string(), "--dry-run"});
  EXPECT_FALSE(std::filesystem::exists(dir_ / "absent"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "absent.tar"));
}

TEST_F(Rehearsals, FindWhatAPlaceCannotHold) {
  EXPECT_EQ(end_of(source("MAN013.near"), "docker-archive:" + (dir_ / "new.tar").string()), ExitCode::usage);
}

TEST_F(Rehearsals, FindThatContentIsMissing) {
  repair({source(kImage), "oci:" + (dir_ / "has-it:a").string()});
  take_layer_away();
  EXPECT_EQ(end_of(source(kImage), "oci:" + (dir_ / "has-not:a").string()), ExitCode::content);
  EXPECT_EQ(end_of(source(kImage), "oci:" + (dir_ / "has-it:b").string()), ExitCode::gate)
      << "the copy needs nothing of it";
}

}  // namespace
}  // namespace wasm_oci::cli::testing
