#include "cli/move_image.hpp"

#include "cli/commands/commands.hpp"
#include "oci/store/archive_store.hpp"
#include "oci/store/archive_writer.hpp"
#include "oci/store/layout_store.hpp"
#include "tests/cli/captured.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/wasm_oci.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace wasm_oci::cli::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using wasm_oci::testing::TempDir;
using wasm_oci::testing::testdata;

std::string layout() { return (testdata("rules") / "layout").string(); }

// An archive of two images, as other programs write them.
std::string archive_of_two(const TempDir& dir) {
  const auto store = LayoutStore::open(layout());
  ArchiveWriter archive(dir / "two.tar", ArchiveFormat::oci);
  for (const auto& [name, from] : {std::pair("one", "CFG006.near"), std::pair("two", "IDX005.near")}) {
    copy_graph(*store, store->resolve(from).value(), archive, std::array{RootName{.ref_name = name}});
  }
  archive.finish();
  return "oci-archive:" + (dir / "two.tar").string();
}

Ran copy_image(const std::string& from, const std::string& to) { return run({"copy", from, to}, all_commands()); }

TEST(MoveImage, TellsWhatAnArchiveHeldThatWasReplaced) {
  const TempDir dir;
  const std::string archive = archive_of_two(dir);
  const std::string image = "oci:" + layout() + ":CFG006.near";
  const Ran ran = copy_image(image, archive + ":one");
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("two.tar held also two, which is gone"), Not(HasSubstr("also one"))));
  EXPECT_THAT(copy_image("oci:" + layout() + ":IDX005.near", archive + ":one").err, Not(HasSubstr("held")));
}

TEST(MoveImage, LosesNoImageOfAnArchiveThatItReads) {
  const TempDir dir;
  const std::string archive = archive_of_two(dir);
  for (const std::string command : {"copy", "repair"}) {
    const Ran ran = run({command, archive + ":one", archive + ":one"}, all_commands());
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("two.tar holds also two"), HasSubstr("hint: write another file")));
  }
  EXPECT_EQ(run({"repair", archive + ":one", archive + ":one", "--dry-run"}, all_commands()).code, ExitCode::usage);
  EXPECT_EQ(ArchiveReader::open(dir / "two.tar", ArchiveFormat::oci)->entries().size(), 2U);
  EXPECT_EQ(copy_image(archive + ":one", "oci-archive:" + (dir / "one.tar").string()).code, ExitCode::ok);
  EXPECT_EQ(copy_image("oci-archive:" + (dir / "one.tar").string(), "oci-archive:" + (dir / "one.tar").string()).code,
            ExitCode::ok);
}

}  // namespace
}  // namespace wasm_oci::cli::testing
